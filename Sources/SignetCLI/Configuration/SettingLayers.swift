internal import Configuration

/// Where settings come from, the strongest first: flags, environment, file.
struct SettingLayers {
  /// A value given on the command line.
  struct Flag: Sendable {
    let setting: String
    let value: String
    /// As it was typed: `--port`.
    let spelling: String
  }

  private let file: ConfigurationFile?
  private let flags: [Flag]
  private let providers: [any ConfigProvider]
  private let reader: ConfigReader

  /// Layers that hold nothing unknown.
  /// - Throws: ``ConfigurationError`` for a flag or an environment variable that is no setting.
  init(
    flags: [Flag], environment: [String: String], file: ConfigurationFile?
  ) throws(ConfigurationError) {
    let variables = environment.filter { $0.key.hasPrefix(EnvironmentName.prefix) }
    try EnvironmentName.check(variables.keys.sorted(), file: file)
    self.file = file
    self.flags = flags
    providers = [
      InMemoryProvider(name: "flags", values: try Self.values(of: flags)),
      EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "signet"),
      InMemoryProvider(name: "file", values: Self.values(of: file)),
    ]
    reader = ConfigReader(providers: providers)
  }

  /// The strongest value of a setting that is no list, else its default; nil when it has neither.
  func text(_ name: String) throws(ConfigurationError) -> String? {
    let initial = Setting.named(name)?.initial
    guard let text = reader.string(forKey: ConfigKey(name)) else { return initial }
    guard !text.isEmpty || initial == "" else {
      throw ConfigurationError(place: place(name), problem: "has no value")
    }
    return text
  }

  /// The strongest value of a list; empty when nobody sets it.
  func list(_ name: String) -> [String] {
    (reader.stringArray(forKey: ConfigKey(name)) ?? []).filter { !$0.isEmpty }
  }

  /// The names that the operator chose under `group`. Only the file makes them.
  func chosenNames(under group: String) -> [String] {
    file?.chosenNames(under: group) ?? []
  }

  /// Where the strongest value of a setting, or of one in a group, stands, for an error message.
  func place(_ name: String) -> String {
    if let flag = flags.last(where: { $0.setting == name }) { return flag.spelling }
    let variable = EnvironmentName.of(name)
    let isInEnvironment = providers[1].holds(name)
    if isInEnvironment { return "the environment variable \(variable)" }
    guard let file else { return name }
    let line = file.entries[name].map { ", line \($0.line)" } ?? ""
    return "\(file.path)\(line): \(name)"
  }

  private static func values(
    of flags: [Flag]
  ) throws(ConfigurationError) -> [AbsoluteConfigKey: ConfigValue] {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for flag in flags {
      guard let setting = Setting.named(flag.setting) else {
        throw ConfigurationError(place: flag.spelling, problem: UnknownSetting.problem(flag.setting))
      }
      let parts = flag.value.split(separator: ",").map(String.init)
      let content: ConfigContent = setting.form == .list ? .stringArray(parts) : .string(flag.value)
      values[AbsoluteConfigKey(ConfigKey(flag.setting))] = ConfigValue(content, isSecret: false)
    }
    return values
  }

  private static func values(of file: ConfigurationFile?) -> [AbsoluteConfigKey: ConfigValue] {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for (name, entry) in file?.entries ?? [:] {
      let content: ConfigContent =
        switch entry.value {
        case .scalar(let text): .string(text)
        case .list(let texts): .stringArray(texts)
        }
      values[AbsoluteConfigKey(ConfigKey(name))] = ConfigValue(content, isSecret: false)
    }
    return values
  }
}

extension ConfigProvider {
  /// Whether this provider sets `name`. A value that does not convert is set all the same.
  fileprivate func holds(_ name: String) -> Bool {
    do {
      return try value(forKey: AbsoluteConfigKey(ConfigKey(name)), type: .string).value != nil
    } catch {
      return true
    }
  }
}

/// How settings are spelled in the environment: `tokens.access-lifetime` is `SIGNET_TOKENS_ACCESS_LIFETIME`.
enum EnvironmentName {
  static let prefix = "SIGNET_"
  /// Names the configuration file.
  static let configuration = "SIGNET_CONFIG"
  /// Holds the keyring's text, in the place of a keyring file.
  static let keyring = "SIGNET_KEYRING"

  static func of(_ setting: String) -> String {
    prefix + setting.uppercased().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
  }

  /// Refuses a variable that means nothing: it is a setting mistyped, or one of another version.
  static func check(_ variables: [String], file: ConfigurationFile?) throws(ConfigurationError) {
    let known = [configuration, keyring] + settings(file: file).map(of)
    for variable in variables where !known.contains(variable) {
      let nearest = NearestName.of(variable, among: known) ?? of("issuer")
      throw ConfigurationError(
        place: "the environment variable \(variable)",
        problem: "there is no such setting; the nearest is “\(nearest)”")
    }
  }

  /// Every setting's name, stars filled with what the file declares.
  private static func settings(file: ConfigurationFile?) -> [String] {
    Setting.all.flatMap { setting -> [String] in
      guard setting.name.contains("*"), let group = setting.name.split(separator: ".").first else {
        return [setting.name]
      }
      return (file?.chosenNames(under: String(group)) ?? [])
        .map { setting.name.replacing("*", with: $0) }
    }
  }
}

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

  let file: ConfigurationFile?
  /// Where paths that are not absolute begin; nil without a file.
  let fileDirectory: String?
  private let flags: [Flag]
  private let providers: [any ConfigProvider]
  private let reader: ConfigReader

  /// Layers that hold nothing unknown. `fileDirectory` is the folder of `file`.
  /// - Throws: ``ConfigurationError`` for a flag or an environment variable that is no setting.
  init(
    flags: [Flag], environment: [String: String], file: ConfigurationFile?, fileDirectory: String? = nil
  ) throws(ConfigurationError) {
    let variables = environment.filter { $0.key.hasPrefix(EnvironmentName.prefix) }
    try EnvironmentName.check(variables.keys.sorted(), file: file)
    self.file = file
    self.fileDirectory = fileDirectory
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
    guard let text = given(name) else { return nil }
    guard !text.isEmpty || initial == "" else {
      throw ConfigurationError(place: place(name), problem: "has no value")
    }
    return text
  }

  /// The same, whatever it is.
  func given(_ name: String) -> String? {
    reader.string(forKey: ConfigKey(name)) ?? Setting.named(name)?.initial
  }

  /// The strongest value of a list; empty when nobody sets it.
  func list(_ name: String) -> [String] {
    (reader.stringArray(forKey: ConfigKey(name)) ?? []).filter { !$0.isEmpty }
  }

  /// The names that the operator chose under `group`. Only the file makes them.
  func chosenNames(under group: String) -> [String] {
    file?.chosenNames(under: group) ?? []
  }

  /// A path that is not absolute begins at the configuration file's directory.
  func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let fileDirectory else { return path }
    return path == "." ? fileDirectory : fileDirectory + (fileDirectory.hasSuffix("/") ? "" : "/") + path
  }

  /// Where the strongest value of a setting comes from.
  func source(of name: String) -> SettingSource {
    if let flag = flags.last(where: { $0.setting == name }) { return .flag(spelling: flag.spelling) }
    let isInEnvironment = providers[1].holds(name)
    if isInEnvironment { return .environment(variable: EnvironmentName.of(name)) }
    guard let file, let entry = file.entries[name] else { return .initial }
    return .file(path: file.path, line: entry.line)
  }

  /// Where the strongest value of a setting, or of one in a group, stands, for an error message.
  func place(_ name: String) -> String {
    switch source(of: name) {
    case .initial: file.map { "\($0.path): \(name)" } ?? name
    case .file: "\(source(of: name).text): \(name)"
    case .environment, .flag: source(of: name).text
    }
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
    let known = [configuration, keyring] + Setting.names(in: file).map(of)
    for variable in variables where !known.contains(variable) {
      let nearest = NearestName.of(variable, among: known) ?? of("issuer")
      throw ConfigurationError(
        place: "the environment variable \(variable)",
        problem: "there is no such setting; the nearest is “\(nearest)”")
    }
  }
}

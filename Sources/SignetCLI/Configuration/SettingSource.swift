/// Where the value of a setting that counts comes from.
enum SettingSource: Hashable, Sendable {
  /// Nobody sets it.
  case initial
  case file(path: String, line: Int)
  case environment(variable: String)
  /// As it was typed: `--port`.
  case flag(spelling: String)

  /// In words: `default`, `/etc/signet/signet.yaml, line 3`, `the environment variable SIGNET_ISSUER`,
  /// `--port`.
  var text: String {
    switch self {
    case .initial: "default"
    case .file(let path, let line): "\(path), line \(line)"
    case .environment(let variable): "the environment variable \(variable)"
    case .flag(let spelling): spelling
    }
  }
}

/// One setting as it counts: its value, and where that comes from.
struct EffectiveSetting: Hashable, Sendable {
  enum Value: Hashable, Sendable {
    /// It has no default, and nobody sets it.
    case none
    case text(String)
    case list([String])
  }

  let name: String
  let value: Value
  let source: SettingSource
}

extension SettingLayers {
  /// Every setting as it counts, in the order of the table, stars filled with what the file declares. Values
  /// stand as they were given, whether or not they make sense; paths are absolute.
  var effective: [EffectiveSetting] {
    Setting.names(in: file).map { name in
      EffectiveSetting(name: name, value: value(of: name), source: source(of: name))
    }
  }

  private func value(of name: String) -> EffectiveSetting.Value {
    let form = Setting.named(name)?.form
    if form == .list { return .list(list(name)) }
    guard let text = given(name) else {
      return form == .path ? fileDirectory.map { .text(AuthorityDirectory($0).path) } ?? .none : .none
    }
    return .text(form == .path && !text.isEmpty ? absolute(text) : text)
  }
}

extension Setting {
  /// Every setting's name, stars filled with what `file` declares: a group that the operator names stands
  /// together.
  static func names(in file: ConfigurationFile?) -> [String] {
    var names: [String] = []
    for setting in all {
      guard let star = setting.name.firstRange(of: ".*.") else {
        names.append(setting.name)
        continue
      }
      let group = setting.name[..<star.lowerBound]
      // All settings of the group came with its first.
      guard !names.contains(where: { $0.hasPrefix(group + ".") }) else { continue }
      for chosen in file?.chosenNames(under: String(group)) ?? [] {
        names += all.filter { $0.name.hasPrefix(group + ".*.") }
          .map { $0.name.replacing("*", with: chosen) }
      }
    }
    return names
  }
}

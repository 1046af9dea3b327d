internal import Foundation
internal import JOSE

/// What `signet serve --print-config` shows: each setting as it counts, and where that comes from. The
/// keyring is named, never read.
struct ConfigurationListing {
  private let settings: [EffectiveSetting]
  private let keyring: SettingSource

  init(_ layers: SettingLayers, environment: [String: String] = ProcessInfo.processInfo.environment) {
    settings = layers.effective
    if environment[EnvironmentName.keyring] != nil {
      keyring = .environment(variable: EnvironmentName.keyring)
    } else {
      let directory = settings.first { $0.name == "data-directory" }.flatMap(\.value.text) ?? ""
      keyring = .file(path: AuthorityDirectory(directory).keyring, line: 1)
    }
  }

  /// Name, value and source in columns.
  var lines: [String] {
    var table = Table()
    for setting in settings {
      table.add([setting.name, setting.shown, setting.source.text])
    }
    table.add(["keyring", "(never shown)", keyringSource])
    return table.lines
  }

  /// One object a setting.
  var json: [JSON] {
    settings.map { setting in
      .object(
        [
          JSONMember(name: "name", value: .string(setting.name)),
          JSONMember(name: "value", value: setting.json),
        ] + setting.source.members)
    } + [.object([JSONMember(name: "name", value: "keyring")] + keyring.members.filter { $0.name != "line" })]
  }

  private var keyringSource: String {
    if case .file(let path, _) = keyring { return path }
    return keyring.text
  }
}

extension EffectiveSetting.Value {
  /// The value, if it is a single one.
  fileprivate var text: String? {
    if case .text(let text) = self { return text }
    return nil
  }

}

extension EffectiveSetting {
  /// As it would be written in the file.
  fileprivate var shown: String {
    guard !PastedSecret.isIn(self) else { return PastedSecret.redaction }
    return switch value {
    case .none: "(not set)"
    case .text(let text): text.isEmpty ? "\"\"" : text
    case .list(let texts): "[\(texts.joined(separator: ", "))]"
    }
  }

  fileprivate var json: JSON {
    guard !PastedSecret.isIn(self) else { return .string(PastedSecret.redaction) }
    return switch value {
    case .none: .null
    case .text(let text): .string(text)
    case .list(let texts): .array(texts.map { .string($0) })
    }
  }
}

extension SettingSource {
  fileprivate var members: [JSONMember] {
    switch self {
    case .initial: [JSONMember(name: "source", value: "default")]
    case .file(let path, let line):
      [
        JSONMember(name: "source", value: "file"), JSONMember(name: "file", value: .string(path)),
        JSONMember(name: "line", value: .integer(Int64(line))),
      ]
    case .environment(let variable):
      [
        JSONMember(name: "source", value: "environment"),
        JSONMember(name: "variable", value: .string(variable)),
      ]
    case .flag(let spelling):
      [JSONMember(name: "source", value: "flag"), JSONMember(name: "flag", value: .string(spelling))]
    }
  }
}

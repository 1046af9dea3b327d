internal import Foundation
internal import Yams

/// A configuration file, read and checked against the table of settings.
struct ConfigurationFile: Sendable {
  /// A value as it stands in the file, and where.
  struct Entry: Sendable {
    enum Value: Hashable, Sendable {
      case scalar(String)
      case list([String])
    }

    let value: Value
    let line: Int
  }

  let path: String
  /// By the full name of the setting, such as `resources.orders.audience`.
  let entries: [String: Entry]

  /// The most bytes that a configuration file may have.
  static let maximumBytes = 1 << 20

  /// Reads the file at `path`.
  /// - Throws: ``ConfigurationError`` that names the line; also for a key that no setting has.
  init(path: String) throws(ConfigurationError) {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(filePath: path))
    } catch let error as CocoaError where error.code == .fileReadNoPermission {
      throw ConfigurationError(
        place: path,
        problem: "may not be read by this user; run the command as the server's user, or as root")
    } catch {
      throw ConfigurationError(
        place: path,
        problem: "cannot be read; name another file with --config, or make one with `signet init`")
    }
    guard bytes.count <= Self.maximumBytes, let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError(place: path, problem: "is not a UTF-8 text of at most 1 MiB")
    }
    try self.init(text: text, path: path)
  }

  /// Reads a configuration from its text.
  init(text: String, path: String) throws(ConfigurationError) {
    self.path = path
    var reader = Reader(path: path)
    if let root = try Self.compose(text, path: path) { try reader.read(root, at: []) }
    entries = reader.entries
  }

  /// The names that the operator chose under `group`, such as the resources', sorted.
  func chosenNames(under group: String) -> [String] {
    let names = entries.keys.compactMap { key -> String? in
      let parts = key.split(separator: ".")
      return parts.count > 1 && parts[0] == group ? String(parts[1]) : nil
    }
    return Set(names).sorted()
  }

  private static func compose(_ text: String, path: String) throws(ConfigurationError) -> Node? {
    do {
      return try Yams.compose(yaml: text)
    } catch let error as YamlError {
      let (line, problem) = Self.problem(of: error)
      throw ConfigurationError(
        place: path + (line.map { ", line \($0)" } ?? ""), problem: "is not YAML: \(problem)\(hint(error))")
    } catch {
      throw ConfigurationError(place: path, problem: "is not YAML: \(error)")
    }
  }

  /// What most often is the matter with a file whose lines are well formed, each by itself.
  private static func hint(_ error: YamlError) -> String {
    switch error {
    case .scanner, .parser: "; write a setting as group.name: value, or indent it with spaces below its group"
    default: ""
    }
  }

  /// Where and what, in one line, without the text that stands there: it may be what nobody should see.
  private static func problem(of error: YamlError) -> (line: Int?, problem: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      (mark.line, problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      (context.mark.line, "“\(duplicates.sorted().joined(separator: "”, “"))” is set twice")
    case .reader(let problem, _, _, _): (nil, problem)
    default: (nil, "\(error)")
    }
  }
}

/// Walks the tree of a YAML file and collects what it sets.
private struct Reader {
  let path: String
  var entries: [String: ConfigurationFile.Entry] = [:]

  mutating func read(_ node: Node, at names: [String]) throws(ConfigurationError) {
    let name = names.joined(separator: ".")
    if let setting = Setting.named(name) {
      let value = try Self.value(of: node, for: setting, at: place(node, names))
      guard entries[name] == nil else {
        throw ConfigurationError(place: place(node, names), problem: "is set twice")
      }
      entries[name] = ConfigurationFile.Entry(value: value, line: node.mark?.line ?? 1)
    } else {
      try readGroup(node, at: names)
    }
  }

  private mutating func readGroup(_ node: Node, at names: [String]) throws(ConfigurationError) {
    guard names.isEmpty || Self.isGroup(names) else {
      let name = names.joined(separator: ".")
      throw ConfigurationError(place: place(node, []), problem: UnknownSetting.problem(name))
    }
    guard let mapping = node.mapping else {
      if node.scalar?.string.isEmpty == true { return }
      let members =
        names.isEmpty ? "settings as `name: value`" : "a group of settings, each on a line below it"
      throw ConfigurationError(place: place(node, names), problem: "must be \(members)")
    }
    for (key, child) in mapping {
      guard let part = key.string else {
        throw ConfigurationError(place: place(key, names), problem: "a setting's name must be plain text")
      }
      try read(child, at: names + [part])
    }
  }

  private static func value(
    of node: Node, for setting: Setting, at place: String
  ) throws(ConfigurationError) -> ConfigurationFile.Entry.Value {
    switch (node, setting.form) {
    case (.sequence(let sequence), .list):
      let texts = sequence.compactMap(\.scalar?.string)
      guard texts.count == sequence.count else {
        throw ConfigurationError(
          place: place, problem: "must be a list of plain texts, such as [read, write]")
      }
      return .list(texts)
    case (_, .list):
      throw ConfigurationError(place: place, problem: "must be a list, such as [read, write]")
    // An empty value is one where the default is empty, and else a line that somebody forgot to finish.
    case (.scalar(let scalar), _) where !scalar.string.isEmpty || setting.initial == "":
      return .scalar(scalar.string)
    default:
      throw ConfigurationError(place: place, problem: "must have one value")
    }
  }

  /// Whether settings lie below `names`.
  private static func isGroup(_ names: [String]) -> Bool {
    Setting.all.contains { setting in
      let pattern = setting.name.split(separator: ".")
      return pattern.count > names.count
        && zip(pattern, names).allSatisfy { $0 == $1 || ($0 == "*" && Setting.isChosenName($1)) }
    }
  }

  private func place(_ node: Node, _ names: [String]) -> String {
    let line = node.mark.map { ", line \($0.line)" } ?? ""
    return names.isEmpty ? path + line : "\(path)\(line): \(names.joined(separator: "."))"
  }
}

/// What is said of a name that no setting has.
enum UnknownSetting {
  static func problem(_ name: String) -> String {
    if let part = malformedName(in: name) {
      return "“\(part)” cannot be a name: 1 to 64 lower-case letters, digits or hyphens"
    }
    let nearest = NearestName.of(name, among: Setting.all.map { Self.filled($0.name, like: name) })
    return "there is no setting “\(name)”; the nearest is “\(nearest ?? "issuer")”"
  }

  /// The part of `name` that stands where the operator chooses a name, and cannot be one.
  private static func malformedName(in name: String) -> Substring? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    for setting in Setting.all {
      let pattern = setting.name.split(separator: ".")
      guard let star = pattern.firstIndex(of: "*"), star < parts.count,
        pattern[..<star] == parts[..<star], !Setting.isChosenName(parts[star])
      else { continue }
      return parts[star]
    }
    return nil
  }

  /// A setting's name with its stars filled from the same places of `name`, so that
  /// `resources.orders.audence` is near to `resources.orders.audience`.
  private static func filled(_ pattern: String, like name: String) -> String {
    let parts = name.split(separator: ".")
    return pattern.split(separator: ".").enumerated()
      .map { index, part in part == "*" && index < parts.count ? parts[index] : part }
      .joined(separator: ".")
  }
}

import Foundation

/// A text file of this package, as the tidy rules look at it.
struct SourceFile: Sendable, CustomStringConvertible {
  /// The path below the package's root, with slashes.
  let path: String
  let lines: [String]
  /// The lines with the content of comments and string literals blanked out: what the compiler acts on.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    code = CodeLines.strip(lines)
  }

  var description: String { path }

  /// The file's name without its folders and ending.
  var name: String { URL(filePath: path).deletingPathExtension().lastPathComponent }

  /// The target that the file belongs to: the folder below `Sources` or `Tests`.
  var target: String {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : ""
  }

  /// A place in the file, for a message: `path:line`.
  func place(_ index: Int) -> String { "\(path):\(index + 1)" }
}

/// The package's own files.
enum Project {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every Swift file under `folder`, sorted by path.
  static func swiftFiles(in folders: String...) throws -> [SourceFile] {
    try folders.flatMap { try files(in: $0, ending: ".swift") }
  }

  static func files(in folder: String, ending: String) throws -> [SourceFile] {
    let base = root.appending(path: folder)
    guard let tree = FileManager.default.enumerator(atPath: base.path) else { return [] }
    var paths: [String] = []
    while let path = tree.nextObject() as? String {
      if path.hasSuffix("/.build") || path == ".build" {
        tree.skipDescendants()
      } else if !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }),
        path.hasSuffix(ending)
      {
        paths.append(path)
      }
    }
    return try paths.sorted()
      .map { SourceFile(path: "\(folder)/\($0)", text: try text("\(folder)/\($0)")) }
  }

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  static let pureModules = ["JOSE", "TokenVerification", "SignetAuthority"]
}

/// Blanks out comments and string literals, so that a rule about code does not trip over prose.
enum CodeLines {
  static func strip(_ lines: [String]) -> [String] {
    var inText = false
    return lines.map { line in
      if inText {
        if line.contains("\"\"\"") { inText = false }
        return ""
      }
      if let opening = line.range(of: "\"\"\"") {
        inText = !line[opening.upperBound...].contains("\"\"\"")
        return String(line[..<opening.lowerBound])
      }
      return stripLine(line)
    }
  }

  private static func stripLine(_ line: String) -> String {
    var result = ""
    var inString = false
    var isEscaped = false
    var inRawIdentifier = false
    var previous: Character = " "
    for character in line {
      if inString {
        if isEscaped {
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else if character == "\"" {
          inString = false
        }
      } else if character == "`" {
        inRawIdentifier.toggle()
      } else if inRawIdentifier {
        continue
      } else if character == "\"" {
        inString = true
        result += "\"\""
      } else if character == "/", previous == "/" {
        result.removeLast()
        return result
      } else {
        result.append(character)
      }
      previous = character
    }
    return result
  }
}

extension String {
  /// The leading spaces of the line.
  var indentation: Int { prefix { $0 == " " }.count }

  func matches(_ pattern: some RegexComponent) -> Bool { firstMatch(of: pattern) != nil }
}

import Foundation
import SignetTesting
import Testing

/// Each Swift fence of the documentation stands in a test that compiles and runs it: between a line
/// `// snippet NAME` and a line `// end`, to the byte but for its indentation. (The manifest: TidyTests.)
@Suite struct SnippetTests {
  @Test func `every Swift line of the documentation is compiled and run`() throws {
    let snippets = try Set(Self.snippets())
    let fences = try Self.fences()
    try #require(fences.count > 10)
    for (page, fence) in fences where !fence.hasPrefix("// swift-tools-version") {
      #expect(snippets.contains(fence), "\(page): no test holds this:\n\(fence)")
    }
    for snippet in snippets {
      #expect(fences.contains { $0.fence == snippet }, "on no page:\n\(snippet)")
    }
  }

  private static func fences() throws -> [(page: String, fence: String)] {
    try files(in: "Sources/JOSE/JOSE.docc", "md").flatMap { name, text in
      text.components(separatedBy: "```swift\n").dropFirst().map { rest in
        (name, rest.components(separatedBy: "\n```")[0])
      }
    }
  }

  private static func snippets() throws -> [String] {
    try files(in: "Tests/JOSETests/Documentation", "swift").flatMap { _, text in
      text.split(separator: "\n", omittingEmptySubsequences: false)
        .split { $0.drop { $0 == " " } == "// end" }
        .compactMap { lines -> String? in
          guard let start = lines.firstIndex(where: { $0.drop { $0 == " " }.hasPrefix("// snippet ") }) else {
            return nil
          }
          return dedented(lines[(start + 1)...])
        }
    }
  }

  /// The lines without the indentation that all of them have, and without blank lines round them.
  private static func dedented(_ lines: ArraySlice<Substring>) -> String {
    let indentation = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return lines.map { $0.dropFirst(indentation) }.joined(separator: "\n")
      .trimmingCharacters(in: .newlines)
  }

  private static func files(in folder: String, _ pathExtension: String) throws -> [(String, String)] {
    let folder = VectorFolder.packageRoot.appending(path: folder)
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == pathExtension }
      .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
  }
}

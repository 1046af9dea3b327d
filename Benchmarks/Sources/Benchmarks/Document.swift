import Foundation

/// The page that holds the results: each between two comments that name its line.
enum Document {
  private static let path = "../docs/benchmarks.md"

  /// Puts a fresh result in the place of the old one.
  static func replace(_ line: String, with result: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let start = text.firstRange(of: "<!-- \(line) -->\n"),
      let end = text[start.upperBound...].firstRange(of: "<!-- end -->")
    else { throw BenchmarkError("\(path) has no place for \(line)") }
    let renewed = text[..<start.upperBound] + "\n\(result)\n\n" + text[end.lowerBound...]
    try Data(renewed.utf8).write(to: URL(filePath: path))
  }
}

import Foundation

/// The pages that hold the results: each between two comments that name its line.
enum Document {
  /// Puts a fresh result in the place of the old one; `page` is a path of the project.
  static func replace(_ line: String, with result: String, in page: String) throws {
    let path = "../\(page)"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let start = text.firstRange(of: "<!-- \(line) -->\n"),
      let end = text[start.upperBound...].firstRange(of: "<!-- end -->")
    else { throw BenchmarkError("\(path) has no place for \(line)") }
    let renewed = text[..<start.upperBound] + "\n\(result)\n\n" + text[end.lowerBound...]
    try Data(renewed.utf8).write(to: URL(filePath: path))
  }
}

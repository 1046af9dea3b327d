internal import Foundation
internal import Synchronization
package import Testing

/// A part of a page in `docs/` that tests write, between two marks: what stands there is compared with what
/// the tests know, and a stale page fails. With `SIGNET_WRITE_PAGES=1` it is written instead.
package struct GeneratedSection: Sendable {
  private let page: URL
  private let name: String

  /// The section `name` of `docs/conformance.md`.
  package static func conformance(_ name: String) -> GeneratedSection {
    GeneratedSection(page: VectorFolder.packageRoot.appending(path: "docs/conformance.md"), name: name)
  }

  /// Expects the section to be `lines`, or writes them.
  /// - Throws: When the page, or its marks, cannot be read.
  package func expect(_ lines: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
    // Several suites write into one page.
    try Self.lock.withLock { _ in
      let text = try String(contentsOf: page, encoding: .utf8)
      let range = try #require(self.range(in: text), "\(page.lastPathComponent) has no section \(name)")
      let wanted = "\n" + lines.joined(separator: "\n") + "\n"
      guard text[range] != wanted else { return }
      if ProcessInfo.processInfo.environment["SIGNET_WRITE_PAGES"] == "1" {
        try Data(text.replacingCharacters(in: range, with: wanted).utf8).write(to: page)
      } else {
        Issue.record(
          "docs/\(page.lastPathComponent), \(name), is not what the tests know; renew it with `make docs`",
          sourceLocation: sourceLocation)
      }
    }
  }

  private func range(in text: String) -> Range<String.Index>? {
    guard let start = text.range(of: "<!-- \(name): written by tests -->"),
      let end = text.range(of: "<!-- end of \(name) -->"), start.upperBound < end.lowerBound
    else { return nil }
    return start.upperBound..<end.lowerBound
  }

  private static let lock = Mutex(())
}

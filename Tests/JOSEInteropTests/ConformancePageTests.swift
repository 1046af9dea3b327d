import Foundation
import JOSE
import SignetTesting
import Testing

/// The sections of `docs/conformance.md` about other people's libraries, from the tables that the tests use.
@Suite(.serialized, .blocking, Peers.isAvailable) struct ConformancePageTests {
  @Test func `docs/conformance.md says who was asked about what`() throws {
    var lines = ["| Library | Version |", "|---|---|"]
    lines += try Self.versions().map { "| \($0.name) | \($0.version) |" }
    lines += ["", "**Signatures**, made on one side and verified on the other, both ways:", ""]
    lines += Self.table(SignatureAlgorithm.allCases.map { ($0.rawValue, Interop.peers(for: $0)) })
    lines += ["", "**Keys of contents**, with each `enc` that the other has, both ways:", ""]
    lines += Self.table(
      KeyManagementAlgorithm.allCases.map { algorithm in
        let counts = ContentEncryptionAlgorithm.allCases.map { Interop.peers(for: algorithm, $0).count }
        #expect(counts.allSatisfy { $0 == counts[0] }, "a peer lacks an enc of \(algorithm)")
        return (algorithm.rawValue, Interop.peers(for: algorithm))
      })
    lines += ["", "**Keys**, read there, written again, read here, and named alike (RFC 7638):", ""]
    lines += Self.table(KeyInteropTests.kinds.map { ($0.name, $0.peers) })
    try GeneratedSection.conformance("libraries").expect(lines)
  }

  @Test func `docs/conformance.md says where verdicts differ`() throws {
    var lines: [String] = []
    for (title, table) in [("Signed", Differences.signed), ("Encrypted", Differences.encrypted)] {
      lines += [
        "**\(title) tokens**", "", "| What the token has | Here | There | Why |", "|---|---|---|---|",
      ]
      for row in table {
        #expect(!row.because.isEmpty, "\(row.name) is not explained")
        let ours = row.theirs == .accepted ? "refused" : "accepted"
        let theirs = row.isCertain ? row.theirs.rawValue : "now and then \(row.theirs.rawValue)"
        lines.append(
          "| \(row.name) | \(ours) | \(theirs): \(row.peers.joined(separator: ", ")) | \(row.because) |")
      }
      lines.append("")
    }
    try GeneratedSection.conformance("differences").expect(lines.dropLast())
  }

  private static func table(_ rows: [(name: String, peers: [String])]) -> [String] {
    let columns = Peers.names.map { $0 as String }
    return ["| | \(columns.joined(separator: " | ")) |", "|---|" + columns.map { _ in "---|" }.joined()]
      + rows.map { row in
        let cells = columns.map { row.peers.contains($0) ? "yes" : "–" }
        return "| \(row.name) | \(cells.joined(separator: " | ")) |"
      }
  }

  private static func versions() throws -> [(name: String, version: String)] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Peers/requirements.txt")
    let pins = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: "=", omittingEmptySubsequences: true).map(String.init)
    }
    return Peers.names.map { name in
      (name, pins.first { $0.first == name }.map { "\($0[1]), PyPI" } ?? "as Debian has it")
    }
  }
}

import JOSE
import Testing

/// Where this library's verdict differs from others', and why: the table of `docs/conformance.md`.
struct Differences: Sendable {
  /// What the token was like.
  let name: String
  /// What the others say; this library says the opposite.
  let theirs: Verdict
  /// Who says otherwise.
  let peers: [String]
  /// Whether that is seen in every run: what random changes hit is not.
  let isCertain: Bool

  enum Verdict: String {
    case accepted, refused
    /// Accepted by both, with another payload.
    case otherwise = "read otherwise"
  }

  init(_ name: String, _ theirs: Verdict, _ peers: [String], isCertain: Bool = true) {
    (self.name, self.theirs, self.peers, self.isCertain) = (name, theirs, peers, isCertain)
  }

  /// Why; an empty text for a name that ``reasons`` lacks.
  var because: String { Self.reasons[name] ?? "" }

  /// What was seen, by name, peer and verdict.
  struct Observed {
    private(set) var tokens = 0
    private var seen: [Key: String] = [:]

    struct Key: Hashable {
      let name: String
      let peer: String
      let theirs: Verdict

      var row: String { "\(name): \(theirs.rawValue)" }
    }

    mutating func add(_ name: String, _ peer: String, ours: [UInt8]?, theirs: Peers.Answer, token: String) {
      tokens += 1
      let verdict: Verdict
      switch (ours != nil, theirs.isGood) {
      case (true, true) where ours == theirs.payload: return
      case (true, true): verdict = .otherwise
      case (false, true): verdict = .accepted
      case (true, false): verdict = .refused
      case (false, false): return
      }
      seen[Key(name: name, peer: peer, theirs: verdict)] = "\(token.prefix(200)) \(theirs.reason)"
    }

    func expectExplained(by table: [Differences]) {
      let explained = Set(table.flatMap(Self.keys(of:)))
      let news = Dictionary(grouping: seen.filter { !explained.contains($0.key) }) { $0.key.row }
      for (row, examples) in news.sorted(by: { $0.key < $1.key }) {
        let peers = examples.map(\.key.peer).sorted().joined(separator: ", ")
        Issue.record("\(row) by \(peers), and not here: \(examples.first?.value ?? "")")
      }
      for key in table.filter(\.isCertain).flatMap(Self.keys(of:)) where seen[key] == nil {
        Issue.record("\(key.name): \(key.peer) no longer differs")
      }
    }

    private static func keys(of row: Differences) -> [Key] {
      row.peers.map { Key(name: row.name, peer: $0, theirs: row.theirs) }
    }
  }
}

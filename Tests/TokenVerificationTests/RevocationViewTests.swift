import JOSE
import SignetTesting
import Testing
import TokenVerification

@Suite struct RevocationViewTests {
  private let issuer: TestIssuer
  private static let now = TestClock.start

  init() throws {
    issuer = try TestIssuer()
  }

  private func principal(rv: JSON? = "epoch.7") throws -> Principal {
    let verdict = try issuer.verifier().verify(
      Array(issuer.token(["rv": rv]).utf8), keys: issuer.snapshot(), revocations: .empty, at: Self.now)
    return try #require(verdict.principal)
  }

  private func entry(
    _ sequence: Int64, _ kind: RevocationSubject.Kind, _ id: String, lasting: Duration = .seconds(600),
    issuer name: String? = nil
  ) -> RevocationEntry {
    RevocationEntry(
      sequence: sequence, subject: RevocationSubject(kind, id: id, issuer: name ?? issuer.issuer),
      ignoresPosition: kind == .key || kind == .token, expiresAt: Self.now + lasting)
  }

  private static let mine: [RevocationSubject.Kind: String] = [
    .session: "s1", .account: "ada", .client: "shop", .key: "k1", .token: "t1", .issuer: "",
  ]

  /// `rv` of the token → whether an entry 8 kills it: for a session, an account, a client, an issuer.
  private static let positions: [(JSON?, Bool)] = [
    ("epoch.7", true), ("epoch.8", false), ("epoch.9", false), ("epoch.0", true), ("other.9", true),
    (nil, true),
  ]

  @Test(arguments: RevocationSubject.Kind.allCases)
  func `an entry kills what was minted before it, and a key's or a token's kills regardless`(
    kind: RevocationSubject.Kind
  ) throws {
    let view = RevocationView(epoch: "epoch").applying(
      [entry(8, kind, try #require(Self.mine[kind]))], at: Self.now)
    for (rv, isKilled) in Self.positions {
      let expected = kind == .key || kind == .token || isKilled
      #expect(try view.revokes(principal(rv: rv)) == expected, "\(kind), rv \(String(describing: rv))")
    }
  }

  @Test func `a token of another epoch is dead, also when nothing is revoked`() throws {
    let view = RevocationView(epoch: "epoch")
    #expect(try view.revokes(principal(rv: "other.7")))
    #expect(try view.revokes(principal(rv: "epocH.7")))
    #expect(try !view.revokes(principal(rv: "epoch.7")))
    #expect(try !view.revokes(principal(rv: nil)), "another issuer's, which has no log")
  }

  @Test(arguments: RevocationSubject.Kind.allCases)
  func `an entry for another subject, kind or issuer kills nothing`(kind: RevocationSubject.Kind) throws {
    let principal = try principal(rv: nil)
    var neighbours = [entry(8, kind, "another")]
    neighbours.append(entry(8, kind, Self.mine[kind] ?? "", issuer: "https://id.example.org"))
    neighbours += RevocationSubject.Kind.allCases.filter { $0 != kind }.compactMap { other in
      Self.mine[other] == Self.mine[kind] ? nil : entry(8, other, Self.mine[kind] ?? "")
    }
    for neighbour in neighbours {
      let view = RevocationView(epoch: "epoch").applying([neighbour], at: Self.now)
      #expect(!view.revokes(principal))
      #expect(view.count == 1)
    }
  }

  @Test func `the view that follows no log revokes nothing and stays empty`() throws {
    let view = RevocationView.empty.applying([entry(1, .session, "s1")], at: Self.now)
    #expect(view.count == 0 && view.position == nil)
    #expect(try !view.revokes(principal()))
  }

  @Test func `the position is the highest sequence heard, and never goes back`() {
    var view = RevocationView(epoch: "epoch")
    #expect(view.position == RevocationPosition(epoch: "epoch", sequence: 0))
    view = view.applying([entry(5, .session, "a")], at: Self.now)
    view = view.applying([entry(3, .session, "b")], at: Self.now)
    #expect(view.position == RevocationPosition(epoch: "epoch", sequence: 5))
    #expect(view.applying([], at: Self.now).position?.sequence == 5)
  }

  @Test func `of two entries for one session the later counts, in whatever order they come`() throws {
    let (early, late) = (entry(5, .session, "s1"), entry(9, .session, "s1", lasting: .seconds(300)))
    for order in [[early, late], [late, early], [early, late, early]] {
      let view = RevocationView(epoch: "epoch").applying(order, at: Self.now)
      #expect(view.count == 1)
      #expect(try view.revokes(principal(rv: "epoch.8")))
      #expect(try !view.revokes(principal(rv: "epoch.9")))
    }
  }

  @Test func `an entry is dropped when the last token that it can touch has expired`() throws {
    let entries = [
      entry(8, .session, "s1", lasting: .seconds(10)), entry(9, .session, "s2", lasting: .seconds(20)),
    ]
    let view = RevocationView(epoch: "epoch").applying(entries, at: Self.now)
    let before = view.applying([], at: Self.now + .milliseconds(9_999))
    #expect(before.count == 2)
    #expect(try before.revokes(principal()))
    let after = view.applying([], at: Self.now + .seconds(10))
    #expect(after.count == 1)
    #expect(try !after.revokes(principal()))
    #expect(after.position?.sequence == 9, "dropping is no way back")
    #expect(after.applying([], at: Self.now + .seconds(20)).count == 0)
  }

  @Test func `applying entries in any grouping and order makes the same answers`() throws {
    let seed = Seed.fromEnvironment()
    var generator = seed.generator()
    let kinds = RevocationSubject.Kind.allCases
    for _ in 0..<40 {
      let entries = (1...12).map { sequence in
        let kind = kinds[Int.random(in: 0..<kinds.count, using: &generator)]
        let isMine = Bool.random(using: &generator)
        return entry(Int64(sequence), kind, isMine ? Self.mine[kind] ?? "" : "x\(sequence)")
      }
      let whole = RevocationView(epoch: "epoch").applying(entries, at: Self.now)
      let piecewise = entries.shuffled(using: &generator).reduce(RevocationView(epoch: "epoch")) {
        $0.applying([$1], at: Self.now)
      }
      #expect(whole.count == piecewise.count && whole.position == piecewise.position, seed.comment)
      for rv in ["epoch.0", "epoch.6", "epoch.12"] {
        let principal = try principal(rv: .string(rv))
        #expect(whole.revokes(principal) == piecewise.revokes(principal), seed.comment)
      }
    }
  }

  @Test func `another log takes the place of one, and what was said of keys and tokens stays`() throws {
    let old = RevocationView(epoch: "epoch").applying(
      [entry(7, .session, "s1"), entry(8, .key, "k1"), entry(9, .token, "t9", lasting: .seconds(5))],
      at: Self.now)
    let new = RevocationView(epoch: "new").succeeding(old, at: Self.now + .seconds(5))
    #expect(new.count == 1 && new.position == RevocationPosition(epoch: "new", sequence: 0))
    #expect(try new.revokes(principal(rv: "new.99")))
    #expect(new.revokes(keyID: "k1", of: issuer.issuer) && !new.revokes(keyID: "k2", of: issuer.issuer))
    #expect(
      try !RevocationView(epoch: "new").succeeding(.empty, at: Self.now).revokes(principal(rv: "new.99")))
    #expect(RevocationView.empty.succeeding(old, at: Self.now).count == 0)
  }
}

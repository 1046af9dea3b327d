import JOSE
import Testing

@testable import TokenVerification

/// What the feed sends: a batch that comes back as it was signed, and nothing else.
struct RevocationBatchTests {
  private static let issuer = "https://id.example.com"
  private static let claims: [String: JSON] = [
    "iss": .string(issuer), "aud": .string("\(issuer)/revocations"), "iat": 1_800_000_000,
    "as_of": 1_800_000_000, "epoch": "e1", "from": 0, "to": 1,
  ]
  private let verifier: RevocationBatchVerifier
  private let key: SigningKey
  private let keys: KeySnapshot
  private let now = Timestamp(seconds: 1_800_000_000)

  init() throws {
    verifier = try RevocationBatchVerifier(issuer: Self.issuer)
    let jwk = try JWK.generate(.edDSA, keyID: "feed-1")
    key = try SigningKey(jwk)
    keys = KeySnapshot(
      epoch: 1, keys: JWKSet(keys: [try jwk.publicKey()]), algorithms: RevocationBatchVerifier.algorithms)
  }

  @Test(arguments: [0, 1, 2, 1_000])
  func `a batch comes back as it was signed`(count: Int) throws {
    let batch = batch(from: 3, to: 3 + Int64(count), entries: entries(count, after: 3))
    let token = Array(try batch.token(of: Self.issuer, with: key).utf8)
    let received = try verifier.verify(token, with: keys, at: now)
    #expect(received.batch == batch)
    #expect(received.keyID == "feed-1")
    #expect(verifier.keyID(of: token) == "feed-1")
  }

  @Test(arguments: [0, 1, 5_000])
  func `a snapshot comes back as it was signed`(count: Int) throws {
    let batch = batch(from: 0, to: 9_000, entries: entries(count, after: 0))
    let snapshot = try batch.snapshot(of: Self.issuer, with: key)
    #expect(try verifier.verify(snapshot: snapshot, with: keys, at: now).batch == batch)
  }

  @Test func `entries are packed as the feed's description says`() {
    let subject = RevocationSubject(.session, id: "s1", issuer: Self.issuer)
    let entry = RevocationEntry(
      sequence: 258, subject: subject, ignoresPosition: true, expiresAt: Timestamp(milliseconds: 0x0102_0304))
    let bytes: [UInt8] = subject.bytes + [0x80, 0, 0, 0, 0, 0, 1, 2] + [0, 0, 0, 0, 1, 2, 3, 4]
    #expect(RevocationRecords.pack([entry]) == bytes)
  }

  @Test func `every byte of a snapshot counts`() throws {
    let snapshot = try batch(from: 0, to: 2, entries: entries(2, after: 0)).snapshot(
      of: Self.issuer, with: key)
    for index in snapshot.indices {
      var changed = snapshot
      changed[index] ^= 1
      #expect(throws: JOSEError.self) { try verifier.verify(snapshot: changed, with: keys, at: now) }
    }
    for end in snapshot.indices {
      #expect(throws: JOSEError.self) {
        try verifier.verify(snapshot: Array(snapshot[..<end]), with: keys, at: now)
      }
    }
  }

  @Test func `a token and a snapshot do not pass for each other`() throws {
    let token = Array(
      try batch(from: 0, to: 1, entries: entries(1, after: 0)).token(of: Self.issuer, with: key).utf8)
    #expect(throws: JOSEError.self) { try verifier.verify(snapshot: token + [0x0A], with: keys, at: now) }
    let snapshot = try batch(from: 0, to: 1, entries: []).snapshot(of: Self.issuer, with: key)
    let line = Array(snapshot.prefix { $0 != 0x0A })
    #expect(throws: JOSEError.self) { try verifier.verify(line, with: keys, at: now) }
  }

  @Test func `another issuer's batch is refused, and one by another key`() throws {
    let batch = batch(from: 0, to: 0, entries: [])
    let foreign = Array(try batch.token(of: "https://id.example.org", with: key).utf8)
    #expect(code(of: { try verifier.verify(foreign, with: keys, at: now) }) == .issuerMismatch)
    let stranger = try SigningKey(try JWK.generate(.edDSA, keyID: "feed-1"))
    let forged = Array(try batch.token(of: Self.issuer, with: stranger).utf8)
    #expect(code(of: { try verifier.verify(forged, with: keys, at: now) }) == .invalidSignature)
    #expect(code(of: { try verifier.verify(forged, with: KeySnapshot.empty, at: now) }) == .unknownKey)
  }

  @Test(
    arguments: [
      ["from": 2], ["from": -1], ["from": "0"], ["to": 1.5], ["epoch": "a b"], ["epoch": ""], ["epoch": 7],
      ["as_of": 1_800_000_001], ["as_of": "x"], ["iat": 1_799_000_000], ["iat": 1_800_000_061],
      ["entries": "AAAA"], ["entries": 5], ["entries_sha256": "AAAA"],
      // One entry whose number is 2, beyond the batch.
      ["entries": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAE"], ["aud": "https://id.example.com"],
    ] as [[String: JSON]])
  func `claims that make no sense are refused`(changes: [String: JSON]) throws {
    func token(changing changes: [String: JSON]) throws -> [UInt8] {
      let claims = Self.claims.merging(changes) { $1 }
      let members = claims.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: $0.value) }
      return Array(try JWT.sign(JSON.object(members), type: RevocationBatch.type, with: key).utf8)
    }
    _ = try verifier.verify(token(changing: [:]), with: keys, at: now)
    let bad = try token(changing: changes)
    #expect(throws: JOSEError.self) { try verifier.verify(bad, with: keys, at: now) }
  }

  @Test func `a token of another type is no batch`() throws {
    let claims = Self.claims.map { JSONMember(name: $0.key, value: $0.value) }
    let other = Array(try JWT.sign(JSON.object(claims), type: "at+jwt", with: key).utf8)
    #expect(code(of: { try verifier.verify(other, with: keys, at: now) }) == .typeMismatch)
  }

  private func code(of body: () throws -> Any) -> JOSEError.Code? {
    do {
      _ = try body()
      return nil
    } catch {
      return (error as? JOSEError)?.code
    }
  }

  private func batch(from: Int64, to: Int64, entries: [RevocationEntry]) -> RevocationBatch {
    RevocationBatch(
      epoch: "e1", from: from, to: to, entries: entries, asOf: now - .seconds(2), signedAt: now)
  }

  private func entries(_ count: Int, after first: Int64) -> [RevocationEntry] {
    (0..<count).map { index in
      RevocationEntry(
        sequence: first + Int64(index) + 1,
        subject: RevocationSubject(.session, id: "s\(index)", issuer: Self.issuer),
        ignoresPosition: index.isMultiple(of: 3), expiresAt: now + .seconds(index))
    }
  }
}

import JOSE
import SignetTesting
import Testing
import TokenVerification

@Suite struct TokenVerifierTests {
  private let issuer: TestIssuer

  init() throws {
    issuer = try TestIssuer()
  }

  private func verdict(
    _ token: String, revocations: RevocationView = .empty, leeway: Duration = .zero,
    at now: Timestamp = TestClock.start
  ) throws -> Verdict {
    try issuer.verifier(leeway: leeway).verify(
      Array(token.utf8), keys: issuer.snapshot(), revocations: revocations, at: now)
  }

  @Test func `a good token is allowed, and says whom it speaks for`() throws {
    let token = try issuer.token(["roles": ["clerk", "boss"], "auth_time": 1_799_999_000, "plan": "gold"])
    let principal = try #require(try verdict(token).principal)
    #expect(principal.subject == "ada")
    #expect(principal.sessionID == "s1")
    #expect(principal.clientID == "shop")
    #expect(principal.scopes == ["orders:read", "orders:write"])
    #expect(principal.roles == ["clerk", "boss"])
    #expect(principal.tokenID == "t1")
    #expect(principal.issuer == issuer.issuer)
    #expect(principal.keyID == "k1")
    #expect(principal.expiresAt == TestClock.start + .seconds(300))
    #expect(principal.authenticatedAt == Timestamp(seconds: 1_799_999_000))
    #expect(principal.revocationPosition == RevocationPosition(epoch: "epoch", sequence: 7))
    #expect(principal.claims["plan"]?.string == "gold")
  }

  @Test func `a token without the optional claims is allowed, and has less to say`() throws {
    let token = try issuer.token(["sid": nil, "rv": nil, "scope": nil])
    let principal = try #require(try verdict(token).principal)
    #expect(principal.sessionID == nil && principal.revocationPosition == nil)
    #expect(principal.authenticatedAt == nil)
    #expect(principal.scopes.isEmpty && principal.roles.isEmpty)
    #expect(!principal.holds(scopes: ["orders:read"]))
  }

  @Test func `a principal holds scopes when it holds each of them`() throws {
    let principal = try #require(try verdict(issuer.token()).principal)
    #expect(principal.holds(scopes: ["orders:read", "orders:write"]))
    #expect(!principal.holds(scopes: ["orders:read", "orders:delete"]))
    #expect(!principal.holds(scopes: ["orders"]), "a scope is no prefix")
  }

  /// One claim, and what it is refused for.
  static let badClaims: [(String, JSON?, String)] = [
    ("iss", "https://id.example.com/", "issuer_mismatch"), ("iss", nil, "missing_claim"),
    ("aud", "https://reports.example.com", "audience_mismatch"), ("aud", nil, "missing_claim"),
    ("aud", ["https://orders.example.com/", "x"], "audience_mismatch"),
    ("sub", nil, "missing_claim"), ("sub", 7, "malformed_claim"),
    ("jti", nil, "missing_claim"), ("iat", nil, "missing_claim"), ("exp", nil, "missing_claim"),
    ("exp", "soon", "malformed_claim"), ("exp", 1_800_000_000, "expired"),
    ("nbf", 1_800_000_001, "not_yet_valid"), ("iat", 1_800_000_001, "issued_in_future"),
    ("client_id", nil, "missing_claim"), ("client_id", ["shop"], "malformed_claim"),
    ("client_id", .null, "malformed_claim"),
    ("sid", 1, "malformed_claim"), ("sid", .null, "malformed_claim"),
    ("scope", ["orders:read"], "malformed_claim"), ("scope", "orders:\u{212A}", "malformed_claim"),
    ("scope", "a\"b", "malformed_claim"), ("roles", "clerk", "malformed_claim"),
    ("roles", ["clerk", 1], "malformed_claim"), ("auth_time", "yesterday", "malformed_claim"),
    ("auth_time", -1, "malformed_claim"), ("rv", "epoch", "malformed_claim"), ("rv", 7, "malformed_claim"),
  ]

  @Test(arguments: badClaims)
  func `a claim that is missing, foreign or of the wrong type is refused`(
    name: String, value: JSON?, reason: String
  ) throws {
    let rejection = try #require(try verdict(issuer.token([name: value])).rejection)
    #expect(rejection.reason.rawValue == reason, "\(name)")
    #expect(rejection.wwwAuthenticate == #"Bearer error="invalid_token""#)
  }

  @Test func `a token is good until just before its expiry, and the leeway moves that`() throws {
    let token = try issuer.token()
    let expiry = TestClock.start + .seconds(300)
    #expect(try verdict(token, at: expiry - .milliseconds(1)).principal != nil)
    #expect(try verdict(token, at: expiry).rejection?.reason.rawValue == "expired")
    #expect(try verdict(token, leeway: .seconds(60), at: expiry + .milliseconds(59_999)).principal != nil)
    #expect(try verdict(token, leeway: .seconds(60), at: expiry + .seconds(60)).rejection != nil)
  }

  @Test func `a token above the policy's size is refused before it is read`() throws {
    let token = try issuer.token(["padding": .string(String(repeating: "x", count: 300))])
    let verifier = try issuer.verifier(maximumTokenBytes: token.utf8.count - 1)
    let wide = try issuer.verifier(maximumTokenBytes: token.utf8.count)
    let keys = try issuer.snapshot()
    let tight = verifier.verify(Array(token.utf8), keys: keys, revocations: .empty, at: TestClock.start)
    #expect(tight.rejection?.reason.rawValue == "too_large")
    let fitting = wide.verify(Array(token.utf8), keys: keys, revocations: .empty, at: TestClock.start)
    #expect(fitting.principal != nil)
  }

  @Test(arguments: ["", ".", "..", "a.b.c", "\u{0}", "eyJhbGciOiJub25lIn0.e30."])
  func `what is no signed token is refused`(text: String) throws {
    #expect(try verdict(text).rejection?.statusCode == 401)
  }

  @Test func `one bit flipped anywhere is refused`() throws {
    let verifier = try issuer.verifier()
    let keys = try issuer.snapshot()
    let token = Array(try issuer.token().utf8)
    for index in token.indices {
      for bit in 0..<8 {
        var flipped = token
        flipped[index] ^= 1 << UInt8(bit)
        let verdict = verifier.verify(flipped, keys: keys, revocations: .empty, at: TestClock.start)
        #expect(verdict.principal == nil, "byte \(index), bit \(bit)")
      }
    }
  }

  @Test func `a revoked token is denied, and its neighbour is not`() throws {
    let subject = RevocationSubject(.session, id: "s1", issuer: issuer.issuer)
    let entry = RevocationEntry(
      sequence: 8, subject: subject, ignoresPosition: false, expiresAt: TestClock.start + .seconds(600))
    let view = RevocationView(epoch: "epoch").applying([entry], at: TestClock.start)
    #expect(try verdict(issuer.token(), revocations: view).rejection == .revoked)
    #expect(try verdict(issuer.token(["sid": "s2"]), revocations: view).principal != nil)
    #expect(try verdict(issuer.token(["rv": "epoch.8"]), revocations: view).principal != nil)
  }

  @Test func `an expired token that is also revoked is refused for its expiry`() throws {
    let subject = RevocationSubject(.token, id: "t1", issuer: issuer.issuer)
    let entry = RevocationEntry(
      sequence: 8, subject: subject, ignoresPosition: true, expiresAt: TestClock.start + .seconds(600))
    let view = RevocationView(epoch: "epoch").applying([entry], at: TestClock.start)
    let late = TestClock.start + .seconds(301)
    #expect(try verdict(issuer.token(), revocations: view, at: late).rejection?.reason.rawValue == "expired")
  }
}

extension Verdict {
  var principal: Principal? {
    if case .allow(let principal) = self { principal } else { nil }
  }

  var rejection: Rejection? {
    if case .deny(let rejection) = self { rejection } else { nil }
  }

  var missingKeyID: String? {
    if case .needsKeys(let keyID) = self { keyID } else { nil }
  }
}

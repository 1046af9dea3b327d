import Testing

@testable import JOSE

@Suite struct ClaimsPolicyTests {
  private static let now = Timestamp(seconds: 1_800_000_000)
  private static let good: [String: JSON] = [
    "iss": "https://id.example.com", "aud": "api", "exp": 1_800_000_300, "iat": 1_800_000_000, "sub": "a",
  ]

  private static func policy(
    leeway: Duration = .zero, maximumAge: Duration? = nil, required: Set<String> = []
  ) throws -> ClaimsPolicy {
    try ClaimsPolicy(
      issuer: "https://id.example.com", audience: "api", type: "x+jwt", algorithms: [.es256],
      leeway: leeway, maximumAge: maximumAge, requiredClaims: required)
  }

  /// What becomes of a token with `changes` to good claims.
  private static func outcome(
    _ changes: [String: JSON] = [:], without removed: Set<String> = [], type: String = "x+jwt",
    policy: ClaimsPolicy, at now: Timestamp = now
  ) throws -> JOSEError.Code? {
    let claims = good.merging(changes) { $1 }.filter { !removed.contains($0.key) }
    let object = JSON.object(claims.map { JSONMember(name: $0.key, value: $0.value) })
    let header = #"{"alg":"ES256","typ":\#(JSON.string(type).encodedString())}"#
    let token = try Forge.token(
      header: header, payload: object.encodedString(), by: TestKeys.signing(.es256))
    return refusal {
      try JWT.verify(CompactJWS(token), with: TestKeys.verification(.es256), policy: policy, at: now)
    }
  }

  @Test func `T12 a policy needs an issuer, an audience, a type and algorithms`() {
    func make(
      issuer: String = "i", audience: String = "a", type: String = "t",
      algorithms: Set<SignatureAlgorithm> = [.es256],
      leeway: Duration = .zero, maximumAge: Duration? = nil
    ) -> JOSEError.Code? {
      refusal {
        try ClaimsPolicy(
          issuer: issuer, audience: audience, type: type, algorithms: algorithms, leeway: leeway,
          maximumAge: maximumAge)
      }
    }
    #expect(make() == nil)
    #expect(make(issuer: "") == .invalidPolicy)
    #expect(make(audience: "") == .invalidPolicy)
    #expect(make(type: "") == .invalidPolicy)
    #expect(make(type: "application/") == .invalidPolicy)
    #expect(make(algorithms: []) == .invalidPolicy)
    #expect(make(leeway: .seconds(60)) == nil)
    #expect(make(leeway: .milliseconds(60_001)) == .invalidPolicy)
    #expect(make(leeway: .milliseconds(-1)) == .invalidPolicy)
    #expect(make(maximumAge: .milliseconds(1)) == nil)
    #expect(make(maximumAge: .zero) == .invalidPolicy)
  }

  @Test(arguments: [
    ("iss", JSON.string("https://id.example.com/"), JOSEError.Code.issuerMismatch),
    ("iss", "https://ID.example.com", .issuerMismatch), ("iss", "", .issuerMismatch),
    ("iss", "https://id.example.com\u{0}", .issuerMismatch),
    ("iss", .strings(["https://id.example.com"]), .malformedClaim),
    ("iss", .null, .malformedClaim), ("aud", "API", .audienceMismatch), ("aud", "api2", .audienceMismatch),
    ("aud", "", .audienceMismatch), ("aud", .strings([]), .audienceMismatch),
    ("aud", .strings(["b"]), .audienceMismatch),
    ("aud", .array(["api", 1]), .malformedClaim), ("aud", .null, .malformedClaim),
    ("aud", 1, .malformedClaim),
    ("aud", .object([]), .malformedClaim),
  ])
  func `T12 issuer and audience compare exactly`(name: String, value: JSON, code: JOSEError.Code) throws {
    #expect(try Self.outcome([name: value], policy: Self.policy()) == code)
  }

  @Test func `T12 what is expected is required`() throws {
    let policy = try Self.policy(required: ["sub", "client_id"])
    #expect(try Self.outcome(policy: policy) == .missingClaim)
    #expect(try Self.outcome(["client_id": "c"], policy: policy) == nil)
    for name in ["iss", "aud", "exp", "sub"] {
      #expect(try Self.outcome(["client_id": "c"], without: [name], policy: policy) == .missingClaim)
    }
    #expect(try Self.outcome(without: ["iat"], policy: Self.policy()) == nil)
    #expect(try Self.outcome(["aud": .strings(["x", "api"])], policy: Self.policy()) == nil)
  }

  @Test func `T12 a required claim that is null is not there`() throws {
    let policy = try Self.policy(required: ["client_id"])
    #expect(try Self.outcome(["client_id": .null], policy: policy) == .malformedClaim)
    #expect(try Self.outcome(["client_id": .bool(false)], policy: policy) == nil)
    #expect(try Self.outcome(["client_id": "c", "other": .null], policy: policy) == nil)
  }

  @Test(arguments: ["sub", "client_id", "jti"])
  func `T12 an access token names a user, a client and itself`(name: String) throws {
    let policy = try ClaimsPolicy.accessToken(
      issuer: "https://id.example.com", audience: "api", algorithms: [.es256])
    func outcome(_ value: JSON) throws -> JOSEError.Code? {
      let named: [String: JSON] = ["client_id": "c", "jti": "j"]
      return try Self.outcome(named.merging([name: value]) { $1 }, type: "at+jwt", policy: policy)
    }
    for value in [JSON.string(""), .null, 1, .bool(true), .strings(["a"]), .object([])] {
      #expect(try outcome(value) == .malformedClaim, "\(value)")
    }
    for value in ["a", "\"", "é"] { #expect(try outcome(.string(value)) == nil) }
  }

  @Test func `an algorithm that the policy does not name is refused, whatever the key`() throws {
    let policy = try ClaimsPolicy(
      issuer: "https://id.example.com", audience: "api", type: "x+jwt", algorithms: [.es384])
    #expect(try Self.outcome(policy: policy) == .unsupportedAlgorithm)
  }

  @Test(arguments: [0, 1, 60])
  func `exp is looked at, to the millisecond`(leeway: Int64) throws {
    let policy = try Self.policy(leeway: .seconds(leeway))
    let end = Timestamp(seconds: 1_800_000_300 + leeway)
    #expect(try Self.outcome(policy: policy, at: end - .milliseconds(1)) == nil)
    #expect(try Self.outcome(policy: policy, at: end) == .expired)
    #expect(try Self.outcome(policy: policy, at: end + .seconds(1)) == .expired)
  }

  @Test func `nbf and iat are looked at, with the leeway`() throws {
    let strict = try Self.policy()
    let lenient = try Self.policy(leeway: .seconds(5))
    for (name, code) in [("nbf", JOSEError.Code.notYetValid), ("iat", .issuedInFuture)] {
      #expect(try Self.outcome([name: 1_800_000_000], policy: strict) == nil)
      #expect(try Self.outcome([name: 1_800_000_001], policy: strict) == code)
      #expect(try Self.outcome([name: 1_800_000_005], policy: lenient) == nil)
      #expect(try Self.outcome([name: 1_800_000_006], policy: lenient) == code)
    }
    #expect(
      try Self.outcome(["nbf": 1_800_000_000.5], policy: strict, at: Self.now + .milliseconds(499))
        == .notYetValid)
    #expect(
      try Self.outcome(["nbf": 1_800_000_000.5], policy: strict, at: Self.now + .milliseconds(500)) == nil)
    #expect(
      try Self.outcome(["exp": 1_800_000_000.5], policy: strict, at: Self.now + .milliseconds(499)) == nil)
    #expect(
      try Self.outcome(["exp": 1_800_000_000.5], policy: strict, at: Self.now + .milliseconds(500))
        == .expired)
  }

  @Test func `a maximum age needs iat, and then exp may be absent`() throws {
    let policy = try Self.policy(leeway: .seconds(1), maximumAge: .seconds(10))
    #expect(try Self.outcome(policy: policy, at: Self.now + .seconds(11)) == nil)
    #expect(try Self.outcome(policy: policy, at: Self.now + .milliseconds(11_001)) == .tooOld)
    #expect(try Self.outcome(without: ["iat"], policy: policy) == .missingClaim)
    #expect(try Self.outcome(without: ["exp"], policy: policy) == nil)
    #expect(try Self.outcome(without: ["exp"], policy: policy, at: Self.now + .seconds(12)) == .tooOld)
    #expect(try Self.outcome(without: ["exp"], policy: Self.policy()) == .missingClaim)
  }

  @Test(
    arguments: ["exp", "nbf", "iat"],
    ["\"1800000300\"", "null", "true", "[]", "-1", "253402300800", "1e18", "1e308"])
  func `T8 a time is a number within 1970 to 9999`(name: String, value: String) throws {
    let value = try ParsedJSON(parsing: Array(value.utf8)).json()
    #expect(try Self.outcome([name: value], policy: Self.policy()) == .malformedClaim)
  }

  @Test(arguments: ["sub", "jti"], [JSON.integer(1), .null, .bool(true), .array([]), .object([])])
  func `T8 a registered claim of the wrong type is an error and not absent`(name: String, value: JSON) throws
  {
    #expect(try Self.outcome([name: value], policy: Self.policy()) == .malformedClaim)
    #expect(try Self.outcome([name: "x"], policy: Self.policy()) == nil)
  }

  @Test(arguments: [
    ("x+jwt", true), ("X+JWT", true), ("application/x+jwt", true), ("APPLICATION/X+jwt", true),
    ("x+jw", false),
    ("x+jwt ", false), ("jwt", false), ("application/", false), ("application/application/x+jwt", false),
    ("text/x+jwt", false), ("x+jwt;v=1", false), ("", false), ("\u{212A}", false),
  ])
  func `typ compares as a media type`(type: String, isAccepted: Bool) throws {
    let expected: JOSEError.Code? = isAccepted ? nil : .typeMismatch
    #expect(try Self.outcome(type: type, policy: Self.policy()) == expected)
  }
}

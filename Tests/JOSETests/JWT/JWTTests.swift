import Testing

@testable import JOSE

@Suite struct JWTTests {
  private struct Order: Codable, Equatable {
    var iss = "i"
    var aud = "a"
    var exp = Timestamp(seconds: 1_800_000_300)
    var order = 17
  }

  private static let now = Timestamp(seconds: 1_800_000_000)
  private static let claims: JSON = ["iss": "i", "aud": "a", "exp": 1_800_000_300]

  private static func policy(_ algorithms: Set<SignatureAlgorithm> = [.es256]) throws -> ClaimsPolicy {
    try ClaimsPolicy(issuer: "i", audience: "a", type: "JWT", algorithms: algorithms)
  }

  private static func verify(_ token: [UInt8]) throws -> Verified<Claims> {
    try JWT.verify(
      CompactJWS(token), with: TestKeys.verification(.es256), policy: policy(), at: now)
  }

  @Test func `a value is signed, verified and decoded`() throws {
    let token = try JWT.sign(Order(), type: "JWT", with: TestKeys.signing(.es256))
    let verified = try Self.verify(Array(token.utf8))
    #expect(try verified.value.decode(Order.self) == Order())
    #expect(verified.header.keyID == "ES256")
    #expect(verified.value.expiresAt == Order().exp)
  }

  @Test func `T11 claims come from the bytes that were verified`() throws {
    let other = try JWT.sign(
      ["iss": "i", "aud": "a", "exp": 1, "admin": true], type: "JWT", with: TestKeys.signing(.es256))
    let good = try JWT.sign(Self.claims, type: "JWT", with: TestKeys.signing(.es256))
    let parts = good.split(separator: "."), otherParts = other.split(separator: ".")
    for mixed in [[parts[0], otherParts[1], parts[2]], [otherParts[0], otherParts[1], parts[2]]] {
      let code = refusal { try Self.verify(Array(mixed.joined(separator: ".").utf8)) }
      #expect(code == .invalidSignature)
    }
    let verified = try Self.verify(Array(good.utf8))
    #expect(Base64URL.encode(verified.value.json.source) == String(parts[1]))
  }

  @Test func `T11 a JWT is a compact serialization`() throws {
    let token = try JWT.sign(Self.claims, type: "JWT", with: TestKeys.signing(.es256))
    let parts = token.split(separator: ".")
    let flattened = #"{"protected":"\#(parts[0])","payload":"\#(parts[1])","signature":"\#(parts[2])"}"#
    let general =
      #"{"payload":"\#(parts[1])","signatures":[{"protected":"\#(parts[0])","signature":"\#(parts[2])"}]}"#
    // What fooled a reader of CVE-2022-39227: a JSON object with a compact token in it.
    let mixed = #"{"a":"\#(token)","payload":"\#(parts[1])"}"#
    for text in [flattened, general, mixed, "\"\(token)\"", " \(token)", "\(token)\n"] {
      #expect(refusal { try Self.verify(Array(text.utf8)) } != nil)
    }
    #expect(refusal { try Self.verify(Array(token.utf8)) } == nil)
  }

  @Test func `T10 b64 is refused in a JWT`() throws {
    let header = #"{"alg":"ES256","typ":"JWT","b64":false,"crit":["b64"]}"#
    let payload = #"{"iss":"i","aud":"a","exp":1800000300}"#
    let message = "\(Base64URL.encode(header.utf8)).\(payload)"
    let signature = try TestKeys.signing(.es256).signature(over: Array(message.utf8))
    let token = Array("\(message).\(Base64URL.encode(signature))".utf8)
    #expect(try CompactJWS(token).verify(with: TestKeys.verification(.es256)) == Array(payload.utf8))
    #expect(refusal { try Self.verify(token) } == .criticalHeader)
  }

  @Test(arguments: [
    ("[]", JOSEError.Code.malformedClaim), ("1", .malformedClaim), ("null", .malformedClaim),
    ("", .malformedJSON),
    (#"{"iss":"i","iss":"i","aud":"a","exp":1800000300}"#, .duplicateMember),
    (#"{"iss":"x","\u0069ss":"i","aud":"a","exp":1800000300}"#, .duplicateMember),
    (#"{"iss":"i","aud":"a","exp":1800000300}x"#, .malformedJSON),
  ])
  func `T8 claims are one strict JSON object`(payload: String, code: JOSEError.Code) throws {
    let token = try Forge.token(
      header: #"{"alg":"ES256","typ":"JWT"}"#, payload: payload, by: TestKeys.signing(.es256))
    #expect(refusal { try Self.verify(token) } == code)
  }

  @Test func `what a strict reader would not read is not signed`() throws {
    let key = try TestKeys.signing(.es256)
    let deep = (0..<16).reduce(JSON.null) { value, _ in ["a": value] }
    let refused: [(JSON, JOSEError.Code)] = [
      (.array([]), .unexpectedJSON), ("x", .unexpectedJSON), (["a": .number(.nan)], .unexpectedJSON),
      (["a": .array([["b": .number(.infinity)]])], .unexpectedJSON), (["a": 1, "a": 2], .duplicateMember),
      (["a": ["b": 1, "b": 2]], .duplicateMember), (["a": deep], .tooLarge),
    ]
    for (claims, code) in refused {
      #expect(refusal { try JWT.sign(claims, type: "JWT", with: key) } == code)
    }
    #expect(refusal { try JWT.sign(deep, type: "JWT", with: key) } == nil)
    #expect(refusal { try JWT.sign([1, 2], type: "JWT", with: key) } == .unexpectedJSON)
    #expect(refusal { try JWT.sign(["a": Double.nan], type: "JWT", with: key) } == .unexpectedJSON)
    #expect(refusal { try JWT.sign(Self.claims, type: "", with: key) } == .typeMismatch)
    #expect(refusal { try JWT.sign(Self.claims, type: "JWT", with: key) } == nil)
  }

  @Test(
    arguments: [
      ["iss": 1], ["sub": .null], ["jti": .array([])], ["aud": 1], ["exp": "1"], ["exp": 1e18],
      ["nbf": .null],
      ["iat": true],
    ] as [JSON])
  func `a registered claim of the wrong type is not signed`(claims: JSON) throws {
    #expect(refusal { try JWT.sign(claims, type: "JWT", with: TestKeys.signing(.es256)) } == .malformedClaim)
  }

  @Test func `T5 a set has no default key`() throws {
    let keys = JWKSet(keys: [try TestKeys.jwk(.es256).publicKey()])
    func verify(_ header: String) throws -> Verified<Claims> {
      let token = try Forge.token(
        header: header, payload: Self.claims.encodedString(), by: TestKeys.signing(.es256))
      return try JWT.verify(token, with: keys, policy: Self.policy(), at: Self.now)
    }
    #expect(refusal { try verify(#"{"alg":"ES256","typ":"JWT","kid":"ES256"}"#) } == nil)
    #expect(refusal { try verify(#"{"alg":"ES256","typ":"JWT","kid":"es256"}"#) } == .unknownKey)
    #expect(refusal { try verify(#"{"alg":"ES256","typ":"JWT","kid":""}"#) } == .unknownKey)
    #expect(refusal { try verify(#"{"alg":"ES256","typ":"JWT"}"#) } == .unknownKey)
  }

  @Test func `a set's key that names no algorithm gets the policy's`() throws {
    let open = try JWK(parsing: TestKeys.json(TestKeys.jwk(.es256).publicKey(), without: ["alg"]))
    let token = Array(try JWT.sign(Self.claims, type: "JWT", with: TestKeys.signing(.es256)).utf8)
    func verify(_ algorithms: Set<SignatureAlgorithm>) throws -> Verified<Claims> {
      try JWT.verify(token, with: JWKSet(keys: [open]), policy: Self.policy(algorithms), at: Self.now)
    }
    #expect(refusal { try verify([.es256, .rs256]) } == nil)
    #expect(refusal { try verify([.rs256]) } == .unsupportedAlgorithm)
  }
}

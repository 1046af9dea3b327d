import Testing

@testable import JOSE

@Suite struct JWKSetTests {
  private static func text(_ keys: [String]) -> [UInt8] {
    Array(#"{"keys":[\#(keys.joined(separator: ","))],"extra":1}"#.utf8)
  }

  private static func key(_ algorithm: SignatureAlgorithm, _ changes: [String: JSON] = [:]) -> String {
    String(decoding: TestKeys.json(TestKeys.jwk(algorithm), changes), as: UTF8.self)
  }

  @Test func `T22 a set with keys that are not known still loads, and reports them`() throws {
    let foreign: [(String, JOSEError.Code)] = [
      (#"{"kty":"AKP","alg":"ML-DSA-44","kid":"pq"}"#, .unsupportedAlgorithm),
      (#"{"kty":"EC","crv":"BP-256","kid":"bp","x":"AA","y":"AA"}"#, .unsupportedAlgorithm),
      (#"{"kty":"OKP","crv":"Ed521","kid":"x","x":"AA"}"#, .unsupportedAlgorithm),
      (#"{"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUQAA"}"#, .algorithmMismatch),
      (#"{"kty":"oct","alg":"HS256","k":"GawgguFyGrWKav7AX4VKUg"}"#, .weakKey),
      (#"{"kty":"oct","k":"GawgguFyGrWKav7AX4VK"}"#, .weakKey),
      (#"{"kty":"RSA","alg":"RSA1_5"}"#, .unsupportedAlgorithm),
      (Self.key(.es256, ["use": "tls"]), .unsupportedAlgorithm),
      (Self.key(.es256, ["alg": "ES257"]), .unsupportedAlgorithm), ("1", .invalidKey),
      ("null", .invalidKey),
      (#"{"kid":7}"#, .invalidKey),
    ]
    let set = try JWKSet(
      parsing: Self.text([Self.key(.es256)] + foreign.map(\.0) + [Self.key(.ed25519)]))
    #expect(set.keys.map(\.keyID) == ["ES256", "Ed25519"])
    #expect(set.skipped.map(\.reason.code) == foreign.map(\.1))
    #expect(set.skipped.map(\.index) == Array(1...foreign.count))
    #expect(set.skipped.map(\.keyID).prefix(4) == ["pq", "bp", "x", nil])
  }

  @Test(arguments: [
    ("[]", JOSEError.Code.invalidKey), ("{}", .invalidKey), (#"{"keys":{}}"#, .invalidKey),
    ("", .malformedJSON),
    (#"{"keys":null}"#, .invalidKey), (#"{"keys":[],"keys":[]}"#, .duplicateMember),
  ])
  func `what is no set is refused`(text: String, code: JOSEError.Code) {
    #expect(refusal { try JWKSet(parsing: Array(text.utf8)) } == code)
  }

  @Test func `an empty set is a set`() throws {
    #expect(try JWKSet(parsing: Array(#"{"keys":[]}"#.utf8)).keys.isEmpty)
  }

  @Test func `a set is bounded`() {
    let many = [String](repeating: "0", count: JWKSet.maximumKeys)
    #expect(refusal { try JWKSet(parsing: Self.text(many)) } == nil)
    #expect(refusal { try JWKSet(parsing: Self.text(many + ["0"])) } == .tooLarge)
    let large = Self.text([Self.key(.rs256)]) + [UInt8](repeating: 0x20, count: 262_144)
    #expect(refusal { try JWKSet(parsing: large) } == .tooLarge)
    let limits = JSONLimits(maximumBytes: 16)
    #expect(refusal { try JWKSet(parsing: Self.text([]), limits: limits) } == .tooLarge)
  }

  @Test func `of two keys with one kid the first is kept`() throws {
    let second = Self.key(.es384, ["kid": "ES256"])
    let set = try JWKSet(parsing: Self.text([Self.key(.es256), second]))
    #expect(set["ES256"]?.signatureAlgorithm == .es256)
    #expect(set.skipped.map(\.index) == [1])
    let built = JWKSet(keys: [TestKeys.jwk(.es256), try JWK(parsing: Array(second.utf8))])
    #expect(built.keys.count == 1)
    #expect(built.skipped.map(\.keyID) == ["ES256"])
  }

  @Test func `T5 a kid is found byte for byte`() throws {
    let keys = try ["a", "A", "\u{E9}", "e\u{301}"].map { try JWK.generate(.es256, keyID: $0) }
    let set = JWKSet(keys: keys)
    #expect(set.keys.count == 4)
    for key in keys { #expect(try set[#require(key.keyID)]?.thumbprint() == key.thumbprint()) }
    #expect(set[""] == nil)
    #expect(set["b"] == nil)
    #expect(set["a "] == nil)
  }

  @Test func `a published set holds nothing secret`() throws {
    let set = JWKSet(keys: SignatureAlgorithm.allCases.map { TestKeys.jwk($0) })
    let text = set.json().encodedString()
    for key in set.keys {
      for name in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        guard case .string(let secret)? = key.privateJSON()[name] else { continue }
        #expect(!text.contains(secret))
      }
    }
    let read = try JWKSet(parsing: Array(text.utf8))
    #expect(read.skipped.isEmpty)
    #expect(read.keys.count == SignatureAlgorithm.allCases.filter(\.isAsymmetric).count)
    #expect(read.keys.allSatisfy { !$0.isPrivate })
  }
}

import Testing

@testable import JOSE

@Suite struct JWKParsingTests {
  @Test(arguments: SignatureAlgorithm.allCases)
  func `a generated key is written and read back`(algorithm: SignatureAlgorithm) throws {
    let key = TestKeys.jwk(algorithm)
    #expect(key.signatureAlgorithm == algorithm)
    #expect(key.keyID == algorithm.rawValue)
    #expect(key.isPrivate)
    let read = try JWK(parsing: key.privateJSON().encoded())
    #expect(read.privateJSON() == key.privateJSON())
    #expect(read.thumbprint() == key.thumbprint())
  }

  @Test(arguments: SignatureAlgorithm.allCases.filter(\.isAsymmetric))
  func `the public half holds no private member`(algorithm: SignatureAlgorithm) throws {
    let key = TestKeys.jwk(algorithm)
    let half = try key.publicKey()
    #expect(!half.isPrivate)
    #expect(half.privateJSON() == key.publicJSON())
    for name in ["d", "p", "q", "dp", "dq", "qi", "k"] { #expect(half.privateJSON()[name] == nil) }
    #expect(half.thumbprint() == key.thumbprint())
    #expect(half.keyID == key.keyID)
  }

  @Test func `an HMAC secret has no public half, and none is written`() {
    let key = TestKeys.jwk(.hs256)
    #expect(refusal { try key.publicKey() } == .invalidKey)
    #expect(key.publicJSON()["k"] == nil)
    #expect(key.publicJSON()["kty"] == "oct")
  }

  @Test func `the sizes of generated keys`() throws {
    for (algorithm, count) in [(SignatureAlgorithm.hs256, 32), (.hs384, 48), (.hs512, 64)] {
      #expect(try TestKeys.bytes("k", of: TestKeys.jwk(algorithm)).count == count)
    }
    #expect(try TestKeys.bytes("n", of: TestKeys.jwk(.rs256)).count == 256)
    #expect(try JWK.generate(.hs256).thumbprint() != JWK.generate(.hs256).thumbprint())
  }

  @Test(arguments: [
    ("[]", JOSEError.Code.invalidKey), ("{}", .invalidKey), (#"{"kty":1}"#, .invalidKey),
    (#"{"kty":"AKP","pub":"AA"}"#, .invalidKey), (#"{"kty":"ec"}"#, .unsupportedAlgorithm),
    (#"{"kty":"oct"}"#, .invalidKey), (#"{"kty":"oct","k":1}"#, .invalidKey),
    (#"{"kty":"oct","k":"AA=="}"#, .invalidKey), (#"{"kty":"EC"}"#, .invalidKey),
    (#"{"kty":"EC","crv":"P-256"}"#, .invalidKey),
    (#"{"kty":"EC","crv":"BP-256"}"#, .unsupportedAlgorithm),
    (#"{"kty":"OKP","crv":"Ed521","x":"AA"}"#, .unsupportedAlgorithm),
    (#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}"#, .unsupportedAlgorithm),
    (#"{"kty":"AKP","alg":"ML-DSA-65","pub":"AA"}"#, .invalidKey),
    (#"{"kty":"AKP","alg":"ES256","pub":"AA"}"#, .invalidKey),
    (#"{"kty":"OKP","crv":"X25519","x":"AA"}"#, .invalidKey),
    (#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#, .invalidKey),
    (#"{"kty":"OKP","crv":"Ed25519"}"#, .invalidKey),
    (#"{"kty":"RSA"}"#, .invalidKey), (#"{"kty":"RSA","n":"AQAB"}"#, .invalidKey),
    (#"{"kty":"RSA","n":"","e":"AQAB"}"#, .invalidKey), (#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, .weakKey),
  ])
  func `what is no key is refused`(text: String, code: JOSEError.Code) {
    #expect(refusal { try JWK(parsing: Array(text.utf8)) } == code)
  }

  @Test(arguments: [
    ("kid", JSON.integer(1), JOSEError.Code.invalidKey), ("kid", .null, .invalidKey),
    ("kid", .string(String(repeating: "k", count: 257)), .invalidKey),
    ("alg", "none", .unsupportedAlgorithm), ("alg", "es256", .unsupportedAlgorithm),
    ("alg", 256, .invalidKey),
    ("alg", "RSA-OAEP", .algorithmMismatch), ("alg", "HS256", .algorithmMismatch),
    ("alg", "A128GCM", .algorithmMismatch), ("alg", "RSA1_5", .unsupportedAlgorithm),
    ("alg", "ES384", .algorithmMismatch), ("use", "signature", .unsupportedAlgorithm),
    ("use", true, .invalidKey),
    ("key_ops", "sign", .invalidKey), ("key_ops", .array([1]), .invalidKey),
    ("key_ops", .strings(["sign", "sign"]), .invalidKey),
    ("key_ops", .strings((0...16).map { "op\($0)" }), .invalidKey),
    ("crv", "P-384", .invalidKey), ("crv", "p-256", .unsupportedAlgorithm), ("x", "", .invalidKey),
    ("y", "AAAA", .invalidKey), ("d", "AAAA", .invalidKey),
  ])
  func `a member that is malformed makes the key malformed`(
    name: String, value: JSON, code: JOSEError.Code
  ) {
    #expect(refusal { try JWK(parsing: TestKeys.json(TestKeys.jwk(.es256), [name: value])) } == code)
  }

  @Test func `unknown members are passed over, and where certificates lie`() throws {
    let changes: [String: JSON] = ["x5u": "https://example.com", "ext": true, "foo": nil]
    let key = try JWK(parsing: TestKeys.json(TestKeys.jwk(.es256), changes))
    #expect(key.privateJSON()["x5u"] == nil)
    #expect(key.thumbprint() == TestKeys.jwk(.es256).thumbprint())
  }

  @Test func `kid, use and key_ops come back`() throws {
    let changes: [String: JSON] = [
      "kid": .string(String(repeating: "k", count: 256)), "use": "sig",
      "key_ops": .strings(["sign"] + (1...15).map { "op\($0)" }),
    ]
    let key = try JWK(parsing: TestKeys.json(TestKeys.jwk(.es256), changes))
    #expect(key.keyID?.count == 256)
    #expect(key.use == .signature)
    #expect(key.operations?.count == 16 && key.operations?.first == "sign")
    #expect(key.privateJSON()["use"] == "sig")
    #expect(key.publicJSON()["key_ops"] == nil)
  }

  @Test func `descriptions and mirrors show no key`() throws {
    for (algorithm, key) in TestKeys.all {
      var texts = ["\(key)", String(reflecting: key)]
      dump(key, to: &texts[0])
      let signing = try SigningKey(key)
      let verification = try VerificationKey(key)
      texts += [
        "\(signing)", String(reflecting: signing), "\(verification)", String(reflecting: verification),
      ]
      dump(signing, to: &texts[1])
      dump(verification, to: &texts[2])
      #expect(texts[0].contains(algorithm.rawValue))
      for name in ["d", "p", "q", "k"] {
        guard case .string(let secret)? = key.privateJSON()[name] else { continue }
        for text in texts { #expect(!text.contains(secret) && text.utf8.count < 200, "\(text)") }
      }
    }
  }
}

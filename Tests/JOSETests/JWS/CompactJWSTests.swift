import Testing

@testable import JOSE

@Suite struct CompactJWSTests {
  @Test(arguments: SignatureAlgorithm.allCases)
  func `what is signed verifies and gives the payload back`(algorithm: SignatureAlgorithm) throws {
    for payload in [[], [0], Array("{\"a\":1}".utf8), [UInt8](repeating: 0xFF, count: 1000)] as [[UInt8]] {
      let token = try CompactJWS.sign(
        payload: payload, type: "x+jwt", contentType: "text/plain", with: TestKeys.signing(algorithm))
      let jws = try CompactJWS(Array(token.utf8))
      #expect(jws.header.algorithm == algorithm)
      #expect(jws.header.keyID == algorithm.rawValue)
      #expect(jws.header.type == "x+jwt")
      #expect(jws.header.contentType == "text/plain")
      #expect(jws.header.isPayloadEncoded)
      #expect(try jws.verify(with: TestKeys.verification(algorithm)) == payload)
    }
  }

  @Test(arguments: SignatureAlgorithm.allCases)
  func `another key of the same algorithm refuses it`(algorithm: SignatureAlgorithm) throws {
    let token = try CompactJWS.sign(payload: [1], type: nil, with: TestKeys.signing(algorithm))
    let size: SignatureAlgorithm = algorithm.keyType == .rsa ? .rs256 : algorithm
    let changes: [String: JSON] = ["alg": .string(algorithm.rawValue)]
    let other = try JWK(parsing: TestKeys.json(JWK.generate(size), changes))
    let jws = try CompactJWS(Array(token.utf8))
    #expect(refusal { try jws.verify(with: VerificationKey(other)) } == .invalidSignature)
  }

  @Test(arguments: [
    "none", "None", "NONE", "nOnE", "", "HS255", "hs256", "Hs256", "ES256 ", " ES256", "ES257", "RS1",
    "ed25519",
    "EDDSA", "EdDSA\u{0}", "HS256\u{301}", "A128GCM", "ES256,none",
  ])
  func `T1 an algorithm that is not implemented cannot be named`(name: String) throws {
    let header = JSON.object([JSONMember(name: "alg", value: .string(name))]).encodedString()
    #expect(refusal { try CompactJWS(Forge.unsigned(header: header)) } == .unsupportedAlgorithm)
    let signed = try Forge.token(header: header, payload: "{}", by: TestKeys.signing(.hs256))
    #expect(refusal { try CompactJWS(signed) } == .unsupportedAlgorithm)
  }

  @Test(arguments: ["1", "null", "true", #"["HS256"]"#, #"{"a":"HS256"}"#])
  func `T1 an algorithm that is no string is refused`(value: String) {
    #expect(refusal { try CompactJWS(Forge.unsigned(header: #"{"alg":\#(value)}"#)) } == .malformedHeader)
  }

  @Test func `T1 an empty signature is refused before any crypto`() throws {
    let token = Forge.unsigned(header: #"{"alg":"HS256"}"#, signature: "")
    #expect(refusal { try CompactJWS(token) } == .malformedToken)
    let unsecured = Forge.unsigned(header: #"{"alg":"none"}"#, signature: "")
    #expect(refusal { try CompactJWS(unsecured) } == .malformedToken)
    #expect(refusal { try CompactJWS(Forge.unsigned(header: #"{"alg":"HS256"}"#)) } == nil)
  }

  @Test(arguments: SignatureAlgorithm.allCases)
  func `a signature of another length is refused`(algorithm: SignatureAlgorithm) throws {
    let token = try CompactJWS.sign(payload: [1], type: nil, with: TestKeys.signing(algorithm))
    let dot = try #require(token.lastIndex(of: "."))
    let signature = try Base64URL.decode(token[token.index(after: dot)...])
    let key = try TestKeys.verification(algorithm)
    for other in [Array(signature.dropLast()), signature + [0], [0] + signature, Array(signature.prefix(1))] {
      let jws = try CompactJWS(Array("\(token[...dot])\(Base64URL.encode(other))".utf8))
      #expect(refusal { try jws.verify(with: key) } == .invalidSignature)
    }
  }

  @Test(arguments: [
    "", ".", "..", "...", "a", "a.b", "a.b.c.d", "a.b.c.d.e", ".b.c", "eyJhbGciOiJIUzI1NiJ9..", "a..c.",
    "eyJhbGciOiJIUzI1NiJ9.e30", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA.", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA.AAAA.AAAA",
  ])
  func `T9 a token has three segments`(text: String) {
    #expect(refusal { try CompactJWS(Array(text.utf8)) } == .malformedToken)
  }

  @Test func `T9 size is checked before anything else`() {
    let limit = CompactJWS.defaultMaximumBytes
    #expect(refusal { try CompactJWS([UInt8](repeating: UInt8(ascii: "."), count: limit + 1)) } == .tooLarge)
    #expect(
      refusal { try CompactJWS([UInt8](repeating: UInt8(ascii: "."), count: limit)) } == .malformedToken)
    let token = Forge.unsigned(header: #"{"alg":"HS256"}"#)
    #expect(refusal { try CompactJWS(token, maximumBytes: token.count) } == nil)
    #expect(refusal { try CompactJWS(token, maximumBytes: token.count - 1) } == .tooLarge)
  }

  @Test func `T9 an error never holds a part of the token`() throws {
    let key = try TestKeys.verification(.hs256)
    let texts = [
      #"{"alg":"HS256","kid":1,"x":"CANARY"}"#, #"{"alg":"CANARY"}"#, #"{"CANARY"#,
      #"{"alg":"HS256","CANARY":}"#,
      #"{"alg":"HS256","crit":["CANARY"]}"#, #"{"alg":"HS256","typ":["CANARY"]}"#, #"{"alg":"HS256"}"#,
    ]
    for text in texts {
      let token = Forge.unsigned(header: text, payload: "CANARY", signature: "CANARY")
      let detail = refusalDetail { try CompactJWS(token).verify(with: key) }
      #expect(detail != nil)
      #expect(detail?.contains("CANARY") == false)
      #expect(detail?.contains(Base64URL.encode(text.utf8)) == false)
    }
    let jws = try CompactJWS(Forge.unsigned(header: #"{"alg":"HS256","kid":"CANARY"}"#, payload: "CANARY"))
    var dumped = "\(jws) \(String(reflecting: jws))"
    dump(jws, to: &dumped)
    #expect(!dumped.contains("CANARY"))
  }

  @Test(arguments: [0, 1, 2])
  func `T7 each segment is canonical base64url`(segment: Int) throws {
    let token = try CompactJWS.sign(payload: Array("ab".utf8), type: nil, with: TestKeys.signing(.hs256))
    let key = try TestKeys.verification(.hs256)
    let parts = token.split(separator: ".").map(String.init)
    for change in [{ $0 + "=" }, { $0 + " " }, { $0 + "\n" }, { "+" + $0.dropFirst() }]
      as [(String) -> String]
    {
      var parts = parts
      parts[segment] = change(parts[segment])
      let changed = Array(parts.joined(separator: ".").utf8)
      #expect(refusal { try CompactJWS(changed).verify(with: key) } != nil)
    }
    #expect(refusal { try CompactJWS(Array(token.utf8)).verify(with: key) } == nil)
  }

  @Test func `a payload that is not base64url is refused even when it is signed`() throws {
    let message = "\(Base64URL.encode(#"{"alg":"HS256"}"#.utf8)).a=b"
    let signature = try TestKeys.signing(.hs256).signature(over: Array(message.utf8))
    let jws = try CompactJWS(Array("\(message).\(Base64URL.encode(signature))".utf8))
    #expect(refusal { try jws.verify(with: TestKeys.verification(.hs256)) } == .malformedBase64URL)
  }
}

import Testing

@testable import JOSE

@Suite struct JWSHeaderTests {
  private func read(_ header: String) -> JOSEError.Code? {
    refusal { try CompactJWS(Forge.unsigned(header: header)) }
  }

  @Test(arguments: ["[]", "1", "null", "\"HS256\"", "{}", #"{"typ":"JWT"}"#])
  func `a header without an algorithm is refused`(header: String) {
    #expect(read(header) == .malformedHeader)
  }

  @Test(arguments: [
    (#"{"alg":"HS256","alg":"HS256"}"#, JOSEError.Code.duplicateMember),
    (#"{"alg":"HS256","\u0061lg":"none"}"#, .duplicateMember), (#"{"alg":"HS256"} "#, .malformedJSON),
    (#"{"alg":"HS256"}x"#, .malformedJSON), (#"{"alg":"HS256",}"#, .malformedJSON), ("", .malformedToken),
  ])
  func `T8 a header is strict JSON`(header: String, code: JOSEError.Code) {
    // White space at the end is JSON; what follows it is not.
    #expect(read(header) == (header.hasSuffix(" ") ? nil : code))
  }

  @Test(arguments: ["kid", "typ", "cty"], ["1", "null", "[]", "{}", "true"])
  func `T8 a parameter of the wrong type is an error and not absent`(name: String, value: String) {
    #expect(read(#"{"alg":"HS256","\#(name)":\#(value)}"#) == .malformedHeader)
    #expect(read(#"{"alg":"HS256","\#(name)":"x"}"#) == nil)
  }

  @Test func `T5 a kid is opaque and has at most 256 bytes`() throws {
    #expect(read(#"{"alg":"HS256","kid":"\#(String(repeating: "k", count: 256))"}"#) == nil)
    #expect(read(#"{"alg":"HS256","kid":"\#(String(repeating: "k", count: 257))"}"#) == .malformedHeader)
    #expect(read(#"{"alg":"HS256","kid":"\#(String(repeating: "é", count: 129))"}"#) == .malformedHeader)
    for keyID in ["../../etc/passwd", "' OR 1=1--", "https://evil.example/k", "a\u{0}b"] {
      let header = JSON.object([
        JSONMember(name: "alg", value: "HS256"), JSONMember(name: "kid", value: .string(keyID)),
      ])
      #expect(try CompactJWS(Forge.unsigned(header: header.encodedString())).header.keyID == keyID)
    }
  }

  @Test(arguments: SignatureAlgorithm.allCases.filter(\.isAsymmetric))
  func `T4 a token never chooses its own key`(algorithm: SignatureAlgorithm) throws {
    let size: SignatureAlgorithm = algorithm.keyType == .rsa ? .rs256 : algorithm
    let changes: [String: JSON] = ["alg": .string(algorithm.rawValue)]
    let attacker = try JWK(parsing: TestKeys.json(JWK.generate(size), changes))
    let header = JSON.object([
      JSONMember(name: "alg", value: .string(algorithm.rawValue)),
      JSONMember(name: "jwk", value: attacker.publicJSON()),
      JSONMember(name: "jku", value: "https://attacker.example/keys"),
      JSONMember(name: "x5u", value: "https://attacker.example/chain"),
      JSONMember(name: "x5c", value: .strings(["AAAA"])),
    ])
    let forged = try Forge.token(header: header.encodedString(), payload: "{}", by: SigningKey(attacker))
    let jws = try CompactJWS(forged)
    #expect(refusal { try jws.verify(with: TestKeys.verification(algorithm)) } == .invalidSignature)
    #expect(refusal { try jws.verify(with: VerificationKey(attacker)) } == nil)
  }

  @Test func `T4 what looks like a key in the header does no harm to a good token`() throws {
    let header = #"{"alg":"ES256","jwk":{"kty":"EC"},"jku":"x","x5u":"x","x5c":["x"],"x5t":"x"}"#
    let token = try Forge.token(header: header, payload: "{}", by: TestKeys.signing(.es256))
    #expect(try CompactJWS(token).verify(with: TestKeys.verification(.es256)) == Array("{}".utf8))
  }

  @Test(arguments: [
    #""crit":[]"#, #""crit":null"#, #""crit":"b64""#, #""crit":{"b64":true}"#, #""crit":[1]"#,
    #""crit":[null]"#,
    #""crit":["exp"],"exp":1"#, #""crit":["http://example.com/x"],"http://example.com/x":1"#,
    #""crit":["alg"]"#,
    #""crit":["typ"],"typ":"JWT""#, #""crit":["kid"],"kid":"x""#, #""crit":["crit"]"#, #""crit":["b64"]"#,
    #""crit":["b64","b64"],"b64":true"#, #""crit":["b64","x"],"b64":true,"x":1"#,
    #""crit":["B64"],"B64":true"#,
    #""crit":["\u0062641"],"b641":1"#, #""crit":[["b64"]],"b64":true"#, #""b64":true"#, #""b64":false"#,
    #""crit":["exp"],"exp":1,"b64":true"#, #""crit":["alg"],"b64":false"#,
  ])
  func `T10 crit lists what is present and understood, each once, and nothing else`(parameters: String) {
    #expect(read(#"{"alg":"HS256",\#(parameters)}"#) == .criticalHeader)
  }

  @Test(arguments: [
    #""crit":["b64"],"b64":true"#, #""b64":false,"crit":["b64"]"#, #""crit":["\u0062\u00364"],"b64":true"#,
  ])
  func `T10 b64 is understood when crit lists it`(parameters: String) {
    #expect(read(#"{"alg":"HS256",\#(parameters)}"#) == nil)
  }

  @Test(arguments: ["1", "\"false\"", "null", "[]"])
  func `T10 b64 is a boolean`(value: String) {
    #expect(read(#"{"alg":"HS256","crit":["b64"],"b64":\#(value)}"#) == .malformedHeader)
  }
}

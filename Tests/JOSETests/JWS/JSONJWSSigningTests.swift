import Testing

@testable import JOSE

@Suite struct JSONJWSSigningTests {
  private static func key() throws -> [VerificationKey] { [try TestKeys.verification(.es256)] }

  private static func signatory(_ unprotected: [JSONMember] = []) throws -> JSONJWS.Signatory {
    JSONJWS.Signatory(try TestKeys.signing(.es256), unprotected: unprotected)
  }

  @Test(arguments: [true, false]) func `a payload travels apart`(isEncoded: Bool) throws {
    let payload: [UInt8] = [0xFF, 0x00, 0x2E]
    let text = try JSONJWS.sign(
      payload: payload, by: [Self.signatory()], isPayloadEncoded: isEncoded, isDetached: true)
    let jws = try JSONJWS(Array(text.utf8))
    #expect(jws.isDetached)
    #expect(!jws.isFlattened)
    #expect(try jws.verify(.all, with: Self.key(), detachedPayload: payload).payload == payload)
    let code = refusal { try jws.verify(.all, with: Self.key(), detachedPayload: payload + [0]) }
    #expect(code == .invalidSignature)
    #expect(refusal { try jws.verify(.all, with: Self.key()) } == .malformedToken)
  }

  @Test func `a text that holds its payload takes no other beside it`() throws {
    for payload in [[], [1, 2]] as [[UInt8]] {
      let jws = try JSONJWS(Array(JSONJWS.sign(payload: payload, by: Self.signatory()).utf8))
      #expect(!jws.isDetached)
      #expect(try jws.verify(.all, with: Self.key()).payload == payload)
      let code = refusal { try jws.verify(.all, with: Self.key(), detachedPayload: payload) }
      #expect(code == .malformedToken)
    }
  }

  @Test(arguments: ["", "$.02", "a.b\u{0}\n\"\\", "Größe 🔑"])
  func `any text is signed as it is`(payload: String) throws {
    let bytes = Array(payload.utf8)
    let text = try JSONJWS.sign(payload: bytes, by: [Self.signatory()], isPayloadEncoded: false)
    #expect(try ParsedJSON(parsing: Array(text.utf8))["payload"]?.string == payload)
    let jws = try JSONJWS(Array(text.utf8))
    #expect(try jws.verify(.all, with: Self.key()).payload == bytes)
    let other = try ParsedJSON(parsing: Array(text.utf8)).json().replacing("payload", by: "x")
    #expect(refusal { try JSONJWS(other.encoded()).verify(.all, with: Self.key()) } == .invalidSignature)
  }

  /// The second example of RFC 7797 §4.
  @Test func `RFC 7797's example verifies`() throws {
    let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    let jwk = try JWK(parsing: Array(#"{"kty":"oct","k":"\#(secret)","alg":"HS256"}"#.utf8))
    let text: JSON = [
      "protected": "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19", "payload": "$.02",
      "signature": "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY",
    ]
    let verified = try JSONJWS(text.encoded()).verify(.all, with: [VerificationKey(jwk)])
    #expect(verified.payload == Array("$.02".utf8))
  }

  @Test func `what no reader would take is not signed`() throws {
    let key = try TestKeys.signing(.es256)
    func code(_ protected: [JSONMember], _ unprotected: [JSONMember]) -> JOSEError.Code? {
      refusal {
        try JSONJWS.sign(
          payload: [], by: JSONJWS.Signatory(key, protected: protected, unprotected: unprotected))
      }
    }
    let kid = JSONMember(name: "kid", value: "x"), crit = JSONMember(name: "crit", value: ["b64"])
    let b64 = JSONMember(name: "b64", value: true), other = JSONMember(name: "iat", value: 1)
    #expect(code([other], [JSONMember(name: "note", value: 1)]) == nil)
    #expect(code([kid], []) == .duplicateMember)
    #expect(code([], [kid]) == .malformedToken)
    #expect(code([], [crit]) == .criticalHeader)
    #expect(code([b64], []) == .criticalHeader)
    #expect(code([JSONMember(name: "crit", value: ["exp"])], []) == .criticalHeader)
    #expect(code([crit, b64], []) == nil)
    #expect(
      refusal { try JSONJWS.sign(payload: [0xFF], by: Self.signatory(), isPayloadEncoded: false) }
        == .malformedToken)
    let seventeen = Array(repeating: try Self.signatory(), count: 17)
    #expect(refusal { try JSONJWS.sign(payload: [], by: seventeen) } == .tooLarge)
    #expect(refusal { try JSONJWS.sign(payload: [], by: Array(seventeen.dropLast())) } == nil)
    #expect(refusal { try JSONJWS.sign(payload: [], by: []) } == .malformedToken)
  }
}

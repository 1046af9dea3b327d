import Testing

@testable import JOSE

@Suite struct DetachedPayloadTests {
  private static let payload = Array("The true sign of intelligence. $.02 é".utf8)

  @Test(arguments: SignatureAlgorithm.allCases, [true, false])
  func `a payload that travels apart is checked`(algorithm: SignatureAlgorithm, isEncoded: Bool) throws {
    let token = try CompactJWS.sign(
      detachedPayload: Self.payload, type: "x", with: TestKeys.signing(algorithm), isPayloadEncoded: isEncoded
    )
    let jws = try CompactJWS(Array(token.utf8))
    let key = try TestKeys.verification(algorithm)
    #expect(jws.hasEmptyPayloadSegment)
    #expect(jws.header.isPayloadEncoded == isEncoded)
    #expect(refusal { try jws.verify(with: key, detachedPayload: Self.payload) } == nil)
    for other in [[], Self.payload + [0], Array(Self.payload.dropLast())] {
      #expect(refusal { try jws.verify(with: key, detachedPayload: other) } == .invalidSignature)
    }
    #expect(refusal { try jws.verify(with: key) } == .invalidSignature)
  }

  @Test func `a token that holds its payload takes no other beside it`() throws {
    let token = try CompactJWS.sign(payload: Self.payload, type: nil, with: TestKeys.signing(.es256))
    let jws = try CompactJWS(Array(token.utf8))
    let key = try TestKeys.verification(.es256)
    #expect(!jws.hasEmptyPayloadSegment)
    #expect(refusal { try jws.verify(with: key, detachedPayload: Self.payload) } == .malformedToken)
  }

  @Test func `an encoded payload does not pass as the same text unencoded`() throws {
    let key = try TestKeys.verification(.hs256)
    let encoded = Array(Base64URL.encode(Self.payload).utf8)
    let token = try CompactJWS.sign(detachedPayload: Self.payload, type: nil, with: TestKeys.signing(.hs256))
    let jws = try CompactJWS(Array(token.utf8))
    #expect(refusal { try jws.verify(with: key, detachedPayload: encoded) } == .invalidSignature)
  }

  @Test(arguments: [
    ("a b~", true), ("", true), ("$02", true), ("é", false), ("a\nb", false), ("a\u{7F}", false),
  ])
  func `an unencoded payload inside a token is printable ASCII`(payload: String, isAccepted: Bool) throws {
    let header = Base64URL.encode(#"{"alg":"HS256","b64":false,"crit":["b64"]}"#.utf8)
    let message = "\(header).\(payload)"
    let signature = try TestKeys.signing(.hs256).signature(over: Array(message.utf8))
    let jws = try CompactJWS(Array("\(message).\(Base64URL.encode(signature))".utf8))
    let code = refusal { try jws.verify(with: TestKeys.verification(.hs256)) }
    #expect(code == (isAccepted ? nil : .malformedToken))
  }

  /// The same signed bytes could otherwise be read in two ways (RFC 7797 §5.2).
  @Test func `an unencoded payload with a dot is no compact token`() throws {
    let header = Base64URL.encode(#"{"alg":"HS256","b64":false,"crit":["b64"]}"#.utf8)
    #expect(refusal { try CompactJWS(Array("\(header).$.02.AAAA".utf8)) } == .malformedToken)
  }
}

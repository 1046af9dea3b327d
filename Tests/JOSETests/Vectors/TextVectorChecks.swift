import SignetTesting
import Testing

@testable import JOSE

/// The vectors in JSON serialization.
extension VectorTests {
  func checkText(
    _ path: String, _ algorithms: [SignatureAlgorithm], _ keys: [String], payload: String?,
    _ hasUnprotectedAlgorithm: Bool
  ) throws {
    let jwks = try keys.map { try JWK(parsing: VectorFolder.bytes(of: $0)) }
    let detached = try payload.map { try VectorFolder.bytes(of: $0) }
    try check(
      ParsedJSON(parsing: VectorFolder.bytes(of: path)), jwks, algorithms, detached, hasUnprotectedAlgorithm)
  }

  /// What a cookbook's file has under `json` and `json_flat`.
  func checkCookbookTexts(
    _ path: String, _ algorithms: [SignatureAlgorithm], hasUnprotectedAlgorithm: Bool,
    _ refused: JOSEError.Code? = nil
  ) throws {
    let json = try ParsedJSON(parsing: VectorFolder.bytes(of: path))
    let key = try #require(json["input"]?["key"])
    let jwks = try (key.elements ?? [key]).map { try JWK($0) }
    let payload = Array(try #require(json["input"]?["payload"]?.string).utf8)
    let texts = ["json", "json_flat"].compactMap { json["output"]?[$0] }
    #expect(!texts.isEmpty)
    for text in texts {
      if let refused {
        let keys = try zip(jwks, algorithms).map { try VerificationKey($0, algorithm: $1) }
        #expect(refusal { try JSONJWS(Array(text.source)).verify(.any, with: keys) } == refused)
      } else {
        try check(
          text, jwks, algorithms, text["payload"] == nil ? payload : nil, hasUnprotectedAlgorithm, payload)
      }
    }
  }

  private func check(
    _ text: ParsedJSON, _ jwks: [JWK], _ algorithms: [SignatureAlgorithm], _ detached: [UInt8]?,
    _ hasUnprotectedAlgorithm: Bool, _ payload: [UInt8]? = nil
  ) throws {
    let keys = try zip(jwks, algorithms).map { try VerificationKey($0, algorithm: $1) }
    let jws = try JSONJWS(Array(text.source))
    for requirement in [JSONJWS.Requirement.all, .everyKey] {
      func verify(_ keys: [VerificationKey], _ payload: [UInt8]?, _ accepts: Bool) throws -> VerifiedJSONJWS {
        try jws.verify(
          requirement, with: keys, detachedPayload: payload, acceptsUnprotectedAlgorithm: accepts)
      }
      let verified = try verify(keys, detached, hasUnprotectedAlgorithm)
      #expect(verified.signatures.map(\.index) == Array(algorithms.indices))
      #expect(verified.signatures.map(\.algorithm) == algorithms)
      if let payload { #expect(verified.payload == payload) }
      if hasUnprotectedAlgorithm {
        #expect(refusal { try verify(keys, detached, false) } == .algorithmMismatch)
      }
      if let detached {
        #expect(refusal { try verify(keys, detached + [0], true) } == .invalidSignature)
      } else {
        let changed = try JSONJWS(text.json().replacing("payload", by: "QQ").encoded())
        let code = refusal { try changed.verify(requirement, with: keys, acceptsUnprotectedAlgorithm: true) }
        #expect(code == .invalidSignature)
      }
    }
  }

  /// The cookbook's nested token: it opens, and what is inside verifies. Its claims have no audience, so that
  /// no policy takes them.
  func checkNested(_ path: String) throws {
    let json = try ParsedJSON(parsing: VectorFolder.bytes(of: path))
    let decryption = try DecryptionKey(JWK(#require(json["encrypt"]?["input"]?["key"])))
    let jwk = try JWK(#require(json["sign"]?["input"]?["key"]))
    let token = Array(try #require(json["encrypt"]?["output"]?["compact"]?.string).utf8)
    let inner = try NestedJWT(token).open(
      with: decryption, policy: DecryptionPolicy(allowing: [.a128GCM]))
    let key = try VerificationKey(jwk, algorithm: .ps256)
    let payload = try #require(json["sign"]?["input"]?["payload"]?.string)
    #expect(try inner.jws.verify(with: key) == Array(payload.utf8))
    let policy = try ClaimsPolicy(
      issuer: "hobbiton.example", audience: "a", type: "JWT", algorithms: [.ps256])
    let now = Timestamp(seconds: 1_300_819_379)
    #expect(refusal { try inner.verify(with: key, policy: policy, at: now) } == .missingClaim)
  }
}

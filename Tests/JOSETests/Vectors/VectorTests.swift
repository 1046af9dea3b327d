import SignetTesting
import Testing

@testable import JOSE

@Suite(VectorFolder.isRequired) struct VectorTests {
  /// The files, or none where there is no folder: the suite is skipped then.
  static let paths: [String] = {
    do {
      return try ["rfc", "cookbook", "mldsa", "statuslist"].flatMap {
        try VectorFolder.files(below: $0, suffix: "")
      }
      .filter { $0.contains(".") || $0.contains("LICENSE") }
    } catch {
      return []
    }
  }()

  @Test func `every vector has a row in the table, and every row a vector`() {
    #expect(Self.paths.count > 100)
    for path in Self.paths { #expect(VectorTable.outcome(of: path) != nil, "\(path) is not in the table") }
    for path in Array(VectorTable.byPath.keys) + Array(VectorTable.texts.keys) {
      #expect(Self.paths.contains(path), "\(path) does not exist")
    }
  }

  @Test(arguments: paths)
  func `a published vector passes, or is refused for the reason in the table`(path: String) throws {
    switch VectorTable.outcome(of: path) {
    case .token(let algorithm, let key): try checkToken(path, algorithm, key: key)
    case .detached(let algorithm, let key, let payload):
      try checkDetached(path, algorithm, key: key, payload: VectorFolder.bytes(of: payload))
    case .json(let algorithms, let keys, let payload, let isUnprotected):
      try checkText(path, algorithms, keys, payload: payload, isUnprotected)
    case .cookbook(let algorithm): try checkCookbook(path, algorithm)
    case .cookbookJSON(let algorithms, let isUnprotected):
      try checkCookbookTexts(path, algorithms, hasUnprotectedAlgorithm: isUnprotected)
    case .nested: try checkNested(path)
    case .refusedCookbookJSON(let algorithm, let code, _):
      try checkCookbookTexts(path, [algorithm], hasUnprotectedAlgorithm: false, code)
    case .key(let keyType): try checkKey(path, keyType)
    case .keySet(let count, let skipped):
      let set = try JWKSet(parsing: VectorFolder.bytes(of: path))
      #expect(set.keys.count == count)
      #expect(set.skipped.map(\.reason.code) == skipped)
    case .thumbprint(let key):
      let expected = String(decoding: try VectorFolder.bytes(of: path), as: UTF8.self)
      let jwk = try JWK(parsing: VectorFolder.bytes(of: key))
      #expect(jwk.thumbprint() == expected)
      #expect(jwk.thumbprintURI() == "urn:ietf:params:oauth:jwk-thumbprint:sha-256:\(expected)")
    case .proofs: try checkProofs(path)
    case .mlDSA(let algorithm): try checkMLDSA(path, algorithm)
    case .refusedToken(let code, _):
      #expect(refusal { try CompactJWS(VectorFolder.bytes(of: path)) } == code)
    case .refusedKey(let code, _):
      let json = try ParsedJSON(
        parsing: VectorFolder.bytes(of: path), limits: JSONLimits(maximumBytes: 65_536))
      #expect(refusal { try JWK(json["jwk"] ?? json) } == code)
    case .partOf, .notCovered, .encrypted: break
    case nil: Issue.record("\(path) is not in the table")
    }
  }

  private func checkToken(_ path: String, _ algorithm: SignatureAlgorithm, key: String) throws {
    // A file may end with a line break.
    let token = Array(try VectorFolder.bytes(of: path).prefix { $0 > 0x20 })
    let jwk = try JWK(parsing: VectorFolder.bytes(of: key))
    let jws = try CompactJWS(token)
    #expect(jws.header.algorithm == algorithm)
    let payload = try jws.verify(with: VerificationKey(jwk, algorithm: algorithm))
    let ends = token.indices.filter { token[$0] == UInt8(ascii: ".") }
    #expect(Base64URL.encode(payload).utf8.elementsEqual(token[ends[0] + 1..<ends[1]]))
    var changed = token
    changed[ends[0] + 1] ^= 1
    let code = refusal { try CompactJWS(changed).verify(with: VerificationKey(jwk, algorithm: algorithm)) }
    #expect(code == .invalidSignature)
  }

  private func checkDetached(
    _ path: String, _ algorithm: SignatureAlgorithm, key: String, payload: [UInt8]
  ) throws {
    let jws = try CompactJWS(VectorFolder.bytes(of: path))
    let key = try VerificationKey(JWK(parsing: VectorFolder.bytes(of: key)), algorithm: algorithm)
    #expect(refusal { try jws.verify(with: key, detachedPayload: payload) } == nil)
    #expect(refusal { try jws.verify(with: key, detachedPayload: payload + [0]) } == .invalidSignature)
  }

  private func checkCookbook(_ path: String, _ algorithm: SignatureAlgorithm) throws {
    let json = try ParsedJSON(parsing: VectorFolder.bytes(of: path))
    let jwk = try JWK(#require(json["input"]?["key"]))
    let payload = Array(try #require(json["input"]?["payload"]?.string).utf8)
    let jws = try CompactJWS(Array(#require(json["output"]?["compact"]?.string).utf8))
    let key = try VerificationKey(jwk, algorithm: algorithm)
    #expect(jws.header.algorithm == algorithm)
    if jws.hasEmptyPayloadSegment {
      #expect(refusal { try jws.verify(with: key, detachedPayload: payload) } == nil)
      #expect(refusal { try jws.verify(with: key) } == .invalidSignature)
    } else {
      #expect(try jws.verify(with: key) == payload)
    }
    try checkCookbookTexts(path, [algorithm], hasUnprotectedAlgorithm: false)
    // RSASSA-PKCS1-v1_5, HMAC and Ed25519 have one signature a message; RFC 7797's file tells another one.
    guard json["reproducible"]?.bool == true, jws.header.isPayloadEncoded else { return }
    let signing = try SigningKey(jwk, algorithm: algorithm)
    let message = Array(try #require(json["signing"]?["sig-input"]?.string).utf8)
    let signature = try #require(json["signing"]?["sig"]?.string)
    #expect(try Base64URL.encode(signing.signature(over: message)) == signature)
  }

  private func checkKey(_ path: String, _ keyType: JWK.KeyType) throws {
    let source = try ParsedJSON(parsing: VectorFolder.bytes(of: path))
    let jwk = try JWK(source)
    #expect(jwk.keyType == keyType)
    #expect(jwk.keyID == source["kid"]?.string)
    // Every member comes back as it was.
    let written = jwk.privateJSON()
    for member in source.members ?? [] {
      #expect(written[member.name] == member.value.json(), "\(member.name)")
    }
  }

  private func checkMLDSA(_ path: String, _ algorithm: SignatureAlgorithm) throws {
    let json = try ParsedJSON(
      parsing: VectorFolder.bytes(of: path), limits: JSONLimits(maximumBytes: 65_536))
    let jwk = try JWK(#require(json["jwk"]))
    #expect(jwk.keyType == .algorithmKeyPair && jwk.isPrivate && jwk.thumbprint() == jwk.keyID)
    let token = try #require(json["jws"]?.string)
    let payload = try CompactJWS(Array(token.utf8)).verify(with: VerificationKey(jwk))
    #expect(String(decoding: payload, as: UTF8.self).hasPrefix("It’s a dangerous business, Frodo"))
    #expect(try JWK(parsing: jwk.publicJSON().encoded()).signatureAlgorithm == algorithm)
    let again = try CompactJWS.sign(payload: payload, type: nil, with: SigningKey(jwk))
    #expect(try CompactJWS(Array(again.utf8)).verify(with: VerificationKey(jwk.publicKey())) == payload)
  }

  private func checkProofs(_ path: String) throws {
    let json = try ParsedJSON(parsing: VectorFolder.bytes(of: path))
    let proofs = try #require(json["tests"]?.elements)
    #expect(proofs.count == 3)
    for proof in proofs {
      let jws = try CompactJWS(Array(#require(proof["proof"]?.string).utf8))
      let jwk = try JWK(#require(jws.header.json["jwk"]))
      #expect(jwk.thumbprint() == json["jkt"]?.string)
      #expect(jws.header.type == "dpop+jwt")
      let payload = try jws.verify(with: VerificationKey(jwk, algorithm: .es256))
      #expect(try ParsedJSON(parsing: payload)["htu"]?.string == proof["htu"]?.string)
    }
  }
}

import Testing

@testable import JOSE

@Suite struct JSONJWSTests {
  private static let payload = Array("It’s a dangerous business".utf8)

  private static func signatory(
    _ algorithm: SignatureAlgorithm, _ unprotected: [JSONMember] = []
  ) throws -> JSONJWS.Signatory {
    JSONJWS.Signatory(
      try TestKeys.signing(algorithm), type: "order", contentType: algorithm.rawValue,
      unprotected: unprotected)
  }

  private static func keys(_ algorithms: SignatureAlgorithm...) throws -> [VerificationKey] {
    try algorithms.map { try TestKeys.verification($0) }
  }

  /// A text with a good signature for each algorithm, but for those whose places are in `bad`.
  private static func signed(
    _ algorithms: [SignatureAlgorithm], bad: Set<Int> = []
  ) throws -> JSONJWS {
    let text = try JSONJWS.sign(payload: payload, by: algorithms.map { try signatory($0) })
    let json = try ParsedJSON(parsing: Array(text.utf8))
    var signatures = try #require(json["signatures"]?.elements).map { $0.json() }
    for index in bad {
      signatures[index] = signatures[index].replacing("signature", by: signatures[index]["protected"])
    }
    let changed = json.json().replacing("signatures", by: .array(signatures))
    return try JSONJWS(changed.encoded())
  }

  @Test(arguments: SignatureAlgorithm.allCases)
  func `a flattened text is signed and verified`(algorithm: SignatureAlgorithm) throws {
    let text = try JSONJWS.sign(payload: Self.payload, by: Self.signatory(algorithm))
    let jws = try JSONJWS(Array(text.utf8))
    #expect(jws.isFlattened)
    for requirement in [JSONJWS.Requirement.any, .all, .everyKey] {
      let verified = try jws.verify(requirement, with: Self.keys(algorithm))
      #expect(verified.payload == Self.payload)
      #expect(verified.signatures.map(\.keyID) == [algorithm.rawValue])
      #expect(verified.signatures[0].type == "order")
      #expect(verified.signatures[0].contentType == algorithm.rawValue)
    }
    let other = try ParsedJSON(parsing: Array(text.utf8)).json().replacing("payload", by: "QQ")
    let changed = try JSONJWS(other.encoded())
    #expect(refusal { try changed.verify(.any, with: Self.keys(algorithm)) } == .invalidSignature)
  }

  @Test func `T19 any asks for one good signature, all for each, everyKey for one by each key`() throws {
    let good = try Self.signed([.es256, .hs256, .edDSA])
    let bad = try Self.signed([.es256, .hs256, .edDSA], bad: [1])
    let three = try Self.keys(.es256, .hs256, .edDSA)
    #expect(try good.verify(.any, with: three).signatures.map(\.index) == [0])
    #expect(try good.verify(.all, with: three).signatures.map(\.index) == [0, 1, 2])
    #expect(try good.verify(.everyKey, with: three).signatures.map(\.index) == [0, 1, 2])
    #expect(try bad.verify(.any, with: Self.keys(.hs256, .edDSA)).signatures.map(\.index) == [2])
    #expect(refusal { try bad.verify(.any, with: Self.keys(.hs256)) } == .invalidSignature)
    #expect(refusal { try bad.verify(.all, with: three) } == .invalidSignature)
    #expect(refusal { try bad.verify(.everyKey, with: three) } == .invalidSignature)
    let two = try Self.keys(.edDSA, .es256)
    #expect(try bad.verify(.everyKey, with: two).signatures.map(\.index) == [2, 0])
    #expect(refusal { try good.verify(.all, with: two) } == .unknownKey)
    #expect(refusal { try good.verify(.any, with: Self.keys(.es384)) } == .unknownKey)
  }

  /// Whoever carries a text can take a signature out: that must not satisfy a demand for both keys.
  @Test func `T19 a signature that was taken out is missed by its key`() throws {
    let stripped = try Self.signed([.es256])
    let both = try Self.keys(.es256, .hs256)
    #expect(refusal { try stripped.verify(.everyKey, with: both) } == .unknownKey)
    #expect(refusal { try stripped.verify(.all, with: both) } == nil)
  }

  @Test func `T19 one signature does not stand for a key that is given twice`() throws {
    let jws = try Self.signed([.es256, .hs256])
    let twice = try Self.keys(.es256, .es256)
    #expect(refusal { try jws.verify(.everyKey, with: twice) } == .invalidPolicy)
    // The same key under another name, or under none, is the same key.
    let nameless = try VerificationKey(
      JWK(parsing: TestKeys.json(TestKeys.jwk(.es256), without: ["kid"])))
    #expect(refusal { try jws.verify(.everyKey, with: [nameless] + Self.keys(.es256)) } == .invalidPolicy)
    #expect(try jws.verify(.everyKey, with: [nameless] + Self.keys(.hs256)).signatures.count == 2)
    #expect(try jws.verify(.all, with: twice + Self.keys(.hs256)).signatures.count == 2)
  }

  @Test func `T19 only the headers of verified signatures come out, and unprotected ones apart`() throws {
    let parts = try [SignatureAlgorithm.hs256, .es256].map { algorithm in
      let note = JSONMember(name: "note", value: "unsigned")
      let text = try JSONJWS.sign(payload: Self.payload, by: Self.signatory(algorithm, [note]))
      return try ParsedJSON(parsing: Array(text.utf8)).json()
    }
    // The first signature is another's: its header says admin, and nobody verified it.
    let forged = parts[0].replacing(
      "protected",
      by: .string(Base64URL.encode(#"{"alg":"HS256","kid":"HS256","admin":true}"#.utf8)))
    let text = JSON.object([
      JSONMember(name: "payload", value: .string(Base64URL.encode(Self.payload))),
      JSONMember(name: "signatures", value: .array([forged, parts[1]])),
    ])
    let jws = try JSONJWS(text.encoded())
    let verified = try jws.verify(.any, with: Self.keys(.hs256, .es256))
    #expect(verified.signatures.map(\.index) == [1])
    let signature = verified.signatures[0]
    #expect(signature.protectedHeader?["admin"] == nil)
    #expect(signature.protectedHeader?["typ"]?.string == "order")
    #expect(signature.protectedHeader?["note"] == nil)
    #expect(signature.untrustedHeader?["note"]?.string == "unsigned")
    #expect(refusal { try jws.verify(.all, with: Self.keys(.hs256, .es256)) } == .invalidSignature)
  }

  @Test func `T19 typ and cty are told from the protected header alone`() throws {
    let key = try TestKeys.signing(.es256)
    let members = [JSONMember(name: "typ", value: "admin"), JSONMember(name: "cty", value: "admin")]
    let text = try JSONJWS.sign(payload: [1], by: JSONJWS.Signatory(key, unprotected: members))
    let signature = try JSONJWS(Array(text.utf8)).verify(.all, with: Self.keys(.es256)).signatures[0]
    #expect(signature.type == nil)
    #expect(signature.contentType == nil)
    #expect(signature.untrustedHeader?["typ"]?.string == "admin")
  }

  @Test func `an alg that no signature covers counts only if the caller accepts it`() throws {
    let signature = try TestKeys.signing(.hs256).signature(over: Array(".QQ".utf8))
    let header: JSON = ["alg": "HS256", "kid": "HS256"]
    let text: JSON = ["payload": "QQ", "header": header, "signature": .string(Base64URL.encode(signature))]
    let jws = try JSONJWS(text.encoded())
    let keys = try Self.keys(.hs256)
    #expect(refusal { try jws.verify(.any, with: keys) } == .algorithmMismatch)
    let verified = try jws.verify(.any, with: keys, acceptsUnprotectedAlgorithm: true)
    #expect(verified.signatures[0].protectedHeader == nil)
    #expect(verified.payload == Array("A".utf8))
    // The key's own algorithm decides all the same.
    let other = try JSONJWS(text.replacing("header", by: ["alg": "HS384"]).encoded())
    let code = refusal { try other.verify(.any, with: keys, acceptsUnprotectedAlgorithm: true) }
    #expect(code == .unknownKey)
  }

  @Test func `T5 a kid that the key does not have is not tried with it`() throws {
    let jws = try Self.signed([.es256])
    let renamed = try JWK(parsing: TestKeys.json(TestKeys.jwk(.es256), ["kid": "other"]))
    #expect(refusal { try jws.verify(.any, with: [VerificationKey(renamed)]) } == .unknownKey)
    let unnamed = try JWK(parsing: TestKeys.json(TestKeys.jwk(.es256), without: ["kid"]))
    #expect(refusal { try jws.verify(.any, with: [VerificationKey(unnamed)]) } == nil)
  }

  @Test func `what one signature asks for does not keep another from verifying`() throws {
    let good = try ParsedJSON(
      parsing: Array(JSONJWS.sign(payload: Self.payload, by: Self.signatory(.es256)).utf8)
    ).json()
    let strange = [
      #"{"alg":"none"}"#, #"{"alg":"ES257"}"#, #"{"alg":"ES256","crit":["exp"],"exp":1}"#,
      #"{"alg":"es256"}"#, #"{"alg":"ES256","crit":[]}"#,
    ]
    for header in strange {
      let other: JSON = ["protected": .string(Base64URL.encode(header.utf8)), "signature": "AAAA"]
      let text: JSON = [
        "payload": .string(Base64URL.encode(Self.payload)), "signatures": .array([other, good]),
      ]
      let jws = try JSONJWS(text.encoded())
      #expect(try jws.verify(.any, with: Self.keys(.es256)).signatures.map(\.index) == [1])
      let code = refusal { try jws.verify(.all, with: Self.keys(.es256)) }
      #expect(code == (header.contains("crit") ? .criticalHeader : .unsupportedAlgorithm))
    }
  }

  @Test func `T9 a text costs at most 64 checks`() throws {
    let unnamed = try JWK(parsing: TestKeys.json(TestKeys.jwk(.hs256), without: ["kid"]))
    let signatory = JSONJWS.Signatory(try SigningKey(unnamed))
    let text = try JSONJWS.sign(payload: [1], by: Array(repeating: signatory, count: 16))
    let jws = try JSONJWS(Array(text.utf8))
    let key = try VerificationKey(unnamed)
    for requirement in [JSONJWS.Requirement.any, .all, .everyKey] {
      let expected: JOSEError.Code? = requirement == .everyKey ? .invalidPolicy : nil
      #expect(refusal { try jws.verify(requirement, with: Array(repeating: key, count: 4)) } == expected)
      #expect(refusal { try jws.verify(requirement, with: Array(repeating: key, count: 5)) } == .tooLarge)
    }
  }

  @Test func `keys are named: none, or more than 64, is no question`() throws {
    let jws = try Self.signed([.es256])
    #expect(refusal { try jws.verify(.any, with: []) } == .invalidPolicy)
    #expect(refusal { try jws.verify(.everyKey, with: []) } == .invalidPolicy)
    let many = Array(repeating: try TestKeys.verification(.es256), count: 65)
    #expect(refusal { try jws.verify(.any, with: many) } == .invalidPolicy)
    #expect(refusal { try jws.verify(.any, with: Array(many.dropLast())) } == nil)
  }
}

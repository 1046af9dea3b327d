import Crypto
import Testing

@testable import JOSE

@Suite struct JWEHeaderTests {
  @Test func `a header names how to decrypt, and what is inside`() throws {
    let header = try header(#"{"alg":"dir","enc":"A128GCM","kid":"k","typ":"t","cty":"c","zip":"DEF","x":1}"#)
    #expect(header.algorithm == .direct)
    #expect(header.encryption == .a128GCM)
    #expect(header.keyID == "k")
    #expect(header.type == "t")
    #expect(header.contentType == "c")
    #expect(header.isCompressed)
  }

  @Test func `T1 names of encryption compare exactly and case-sensitively`() throws {
    for algorithm in KeyManagementAlgorithm.allCases {
      for other in near(algorithm.rawValue) {
        #expect(code(["alg": .string(other), "enc": "A128GCM"]) == .unsupportedAlgorithm)
      }
    }
    for encryption in ContentEncryptionAlgorithm.allCases {
      for other in near(encryption.rawValue) {
        #expect(code(["alg": "dir", "enc": .string(other)]) == .unsupportedAlgorithm)
      }
      #expect(code(["alg": "dir", "enc": .string(encryption.rawValue)]) == nil)
    }
    for name in ["none", "HS256", "ES256", ""] {
      #expect(code(["alg": .string(name), "enc": "A128GCM"]) == .unsupportedAlgorithm)
      #expect(code(["alg": "dir", "enc": .string(name)]) == .unsupportedAlgorithm)
    }
  }

  @Test func `T16 there is no RSA1_5`() throws {
    #expect(KeyManagementAlgorithm(rawValue: "RSA1_5") == nil)
    #expect(code(["alg": "RSA1_5", "enc": "A128GCM"]) == .unsupportedAlgorithm)
    #expect(code(["alg": "RSA-OAEP", "enc": "A128GCM"]) == nil)
  }

  @Test func `a parameter of another type is an error, never absent`() {
    for name in ["alg", "enc", "kid", "typ", "cty"] {
      for value: JSON in [1, nil, true, [], ["a"], [:]] {
        #expect(code(["alg": "dir", "enc": "A128GCM"], name, value) == .malformedHeader, "\(name)")
      }
    }
    for name in ["alg", "enc"] {
      #expect(code(["alg": "dir", "enc": "A128GCM"], name, nil) == .malformedHeader, "\(name) is absent")
    }
    for value: JSON in [1, nil, "def", "DEFLATE", "", true] {
      #expect(code(["alg": "dir", "enc": "A128GCM"], "zip", value) == .unsupportedAlgorithm)
    }
    let keyID = String(repeating: "k", count: 256)
    #expect(code(["alg": "dir", "enc": "A128GCM"], "kid", .string(keyID)) == nil)
    #expect(code(["alg": "dir", "enc": "A128GCM"], "kid", .string(keyID + "k")) == .malformedHeader)
    #expect(refusal { try header("[]") } == .malformedHeader)
    #expect(refusal { try header("{}") } == .malformedHeader)
    #expect(refusal { try header(#"{"alg":"dir","alg":"dir","enc":"A128GCM"}"#) } == .duplicateMember)
  }

  @Test func `T4 a JWE's own key is not read`() throws {
    let jwk = try JWK.generate(.a128KW)
    let foreign = try JWK.generate(.a128KW)
    let contentKey = FreshBytes.key(16)
    let header: JSON = [
      "alg": "A128KW", "enc": "A128GCM", "jwk": foreign.privateJSON(), "jku": "x", "x5c": 1,
    ]
    let wrapped = try AESKeyWrap.wrap(contentKey, under: .init(data: TestKeys.bytes("k", of: foreign)))
    let token = try ForgedJWE.token(
      header: header.encodedString(), encryptedKey: wrapped, contentKey: contentKey)
    let policy = try EncryptionFixtures.permissivePolicy()
    #expect(
      failure { try CompactJWE(token).decrypt(with: DecryptionKey(jwk), policy: policy) } == .decryptionFailed
    )
    #expect(try CompactJWE(token).decrypt(with: DecryptionKey(foreign), policy: policy) == [1, 2, 3])
  }

  @Test(arguments: JWK.AgreementCurve.allCases)
  func `T6 an epk is a public key, whole and on its curve`(curve: JWK.AgreementCurve) throws {
    let good = try AgreementPrivateKey(on: curve).publicKey.json()
    let base: [String: JSON] = ["alg": "ECDH-ES", "enc": "A128GCM"]
    #expect(code(base, "epk", good) == nil)
    let zeros = JSON.string(Base64URL.encode([UInt8](repeating: 0, count: curve.coordinateByteCount)))
    var changes: [(String, JSON?)] = [
      ("d", zeros), ("x", nil), ("x", 1), ("x", "AAAA"), ("x", ""), ("x", "="), ("kty", nil), ("kty", "oct"),
      ("kty", .string(curve.keyType == .octetKeyPair ? "EC" : "OKP")),
    ]
    if curve.keyType == .ellipticCurve { changes += [("y", nil), ("y", "AAAA"), ("y", zeros), ("x", zeros)] }
    for (name, value) in changes {
      #expect(code(base, "epk", good.with(name, value)) == .malformedHeader, "\(name)")
    }
    for value: JSON? in [nil, "P-192", "secp256k1", "x25519", "Ed25519", 1] {
      #expect(code(base, "epk", good.with("crv", value)) == .unsupportedAlgorithm)
    }
    for other in JWK.AgreementCurve.allCases where other != curve {
      #expect(code(base, "epk", good.with("crv", .string(other.rawValue))) == .malformedHeader)
    }
    for value: JSON? in [nil, "x", [], 1] { #expect(code(base, "epk", value) == .malformedHeader) }
    for name in ["apu", "apv"] {
      for value: JSON in [1, "=", "A"] {
        #expect(code(["alg": "ECDH-ES", "enc": "A128GCM", "epk": good], name, value) == .malformedHeader)
      }
    }
  }

  @Test func `T6 an epk on another curve than the key's is refused, and one of low order`() throws {
    let policy = try EncryptionFixtures.permissivePolicy()
    for curve in JWK.AgreementCurve.allCases {
      let key = try DecryptionKey(JWK.generate(.ecdhES, curve: curve))
      for other in JWK.AgreementCurve.allCases where other != curve {
        let epk = try AgreementPrivateKey(on: other).publicKey.json()
        let header: JSON = ["alg": "ECDH-ES", "enc": "A128GCM", "epk": epk]
        let token = try ForgedJWE.token(header: header.encodedString(), contentKey: FreshBytes.key(16))
        #expect(refusal { try CompactJWE(token).decrypt(with: key, policy: policy) } == .algorithmMismatch)
      }
    }
    for curve in JWK.AgreementCurve.allCases where curve.keyType == .octetKeyPair {
      // What everybody can compute: the key that follows from an agreement on nothing but zeros.
      let zeros = [UInt8](repeating: 0, count: curve.coordinateByteCount)
      let known = ConcatKDF.key(from: zeros, for: "A128GCM", partyU: [], partyV: [], byteCount: 16)
      let x = JSON.string(Base64URL.encode(zeros))
      let epk: JSON = ["kty": "OKP", "crv": .string(curve.rawValue), "x": x]
      let header: JSON = ["alg": "ECDH-ES", "enc": "A128GCM", "epk": epk]
      let token = try ForgedJWE.token(header: header.encodedString(), contentKey: known)
      let key = try DecryptionKey(JWK.generate(.ecdhES, curve: curve))
      #expect(failure { try CompactJWE(token).decrypt(with: key, policy: policy) } == .decryptionFailed)
      // Nor does anybody encrypt to such a key.
      let weak = try EncryptionKey(JWK(parsing: epk.encoded()), algorithm: .ecdhES)
      #expect(refusal { try CompactJWE.encrypt([1], with: weak) } == .invalidKey)
    }
  }

  @Test func `T15 the vector and the tag of an encrypted key have their exact lengths`() {
    for (name, count) in [("iv", 12), ("tag", 16)] {
      let good: [String: JSON] = [
        "alg": "A128GCMKW", "enc": "A128GCM", "iv": bytes(12), "tag": bytes(16),
      ]
      #expect(code(good) == nil)
      for other in [0, 1, count - 1, count + 1, 32] {
        #expect(code(good, name, bytes(other)) == .malformedHeader)
      }
      for value: JSON? in [nil, 1, "="] { #expect(code(good, name, value) == .malformedHeader) }
    }
  }

  @Test func `a salt has at least 8 bytes, and a count is a positive number`() {
    let good: [String: JSON] = [
      "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2s": bytes(8), "p2c": 1000,
    ]
    #expect(code(good) == nil)
    for count in [0, 7, 1025] { #expect(code(good, "p2s", bytes(count)) == .malformedHeader) }
    for value: JSON? in [nil, 1, "="] { #expect(code(good, "p2s", value) == .malformedHeader) }
    for value: JSON? in [nil, 0, -1, 1.5, "1000", true, .some(.number(1e300)), .some(.null)] {
      #expect(code(good, "p2c", value) == .malformedHeader)
    }
    #expect(code(good, "p2c", .integer(.max)) == nil)
  }

  private func header(_ text: String) throws -> JWEHeader {
    try JWEHeader(parsing: Array(text.utf8))
  }

  /// The code with which a header of `members` is refused, one of them changed; nil for `value` takes it
  /// away.
  private func code(_ members: [String: JSON], _ name: String, _ value: JSON?) -> JOSEError.Code? {
    var members = members
    members[name] = value
    return code(members)
  }

  private func code(_ members: [String: JSON]) -> JOSEError.Code? {
    let json = JSON.object(
      members.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: $0.value) })
    return refusal { try JWEHeader(parsing: json.encoded()) }
  }

  private func near(_ name: String) -> [String] {
    [name.lowercased(), name + " ", " " + name, name + "\u{0}", String(name.dropLast())].filter { $0 != name }
  }

  private func bytes(_ count: Int) -> JSON {
    .string(Base64URL.encode([UInt8](repeating: 7, count: count)))
  }
}

extension JSON {
  /// The object with its member `name` changed; nil takes it away.
  fileprivate func with(_ name: String, _ value: JSON?) -> JSON {
    guard case .object(let members) = self else { return self }
    let changed = value.map { [JSONMember(name: name, value: $0)] } ?? []
    return .object(members.filter { $0.name != name } + changed)
  }
}

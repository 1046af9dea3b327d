import Testing

@testable import JOSE

@Suite struct JSONJWETests {
  /// Every kind of key that can be one among several, one of each algorithm.
  static let shareable: [EncryptionFixtures.Case] = KeyManagementAlgorithm.allCases
    .filter { $0 != .direct && $0 != .ecdhES }.map { EncryptionFixtures.first($0) }

  @Test(arguments: EncryptionFixtures.all)
  func `what is encrypted to one key is flattened, protected, and decrypted by it`(
    fixture: EncryptionFixtures.Case
  ) throws {
    let text = try JSONJWE.encrypt(
      [1, 2, 3], type: "a", contentType: "b", to: [fixture.encryptionKey()],
      encryption: fixture.encryptions.first, additionalAuthenticatedData: [9])
    let jwe = try JSONJWE(Array(text.utf8))
    #expect(jwe.isFlattened)
    let decrypted = try jwe.decrypt(
      with: fixture.decryptionKey(), policy: EncryptionFixtures.permissivePolicy())
    #expect(decrypted.plaintext == [1, 2, 3])
    #expect(decrypted.type == "a")
    #expect(decrypted.contentType == "b")
    #expect(decrypted.algorithm == fixture.algorithm)
    #expect(decrypted.additionalAuthenticatedData == [9])
    #expect(decrypted.protectedHeader?["alg"]?.isString(fixture.algorithm.rawValue) == true)
    #expect(decrypted.untrustedSharedHeader == nil)
    #expect(decrypted.untrustedRecipientHeader == nil)
  }

  @Test func `each of several recipients decrypts, and learns that it was he`() throws {
    let text = try JSONJWE.encrypt(
      [4, 5], contentType: "c", to: Self.shareable.map { try $0.encryptionKey() }, isCompressed: true,
      unprotectedHeader: [JSONMember(name: "jku", value: "https://example.com")])
    let jwe = try JSONJWE(Array(text.utf8))
    #expect(!jwe.isFlattened)
    #expect(jwe.recipients.map { $0.header?.algorithm } == Self.shareable.map(\.algorithm))
    let policy = try EncryptionFixtures.permissivePolicy()
    for (index, fixture) in Self.shareable.enumerated() {
      let decrypted = try jwe.decrypt(with: fixture.decryptionKey(), policy: policy)
      #expect(decrypted.plaintext == [4, 5])
      #expect(decrypted.recipientIndex == index)
      #expect(decrypted.contentType == "c")
      #expect(decrypted.untrustedSharedHeader?["jku"]?.string == "https://example.com")
      #expect(decrypted.untrustedRecipientHeader?["alg"]?.isString(fixture.algorithm.rawValue) == true)
      #expect(decrypted.protectedHeader?["alg"] == nil)
    }
    let stranger = try DecryptionKey(JWK.generate(.a128KW))
    #expect(failure { try jwe.decrypt(with: stranger, policy: policy) } == .decryptionFailed)
    let other = try DecryptionKey(JWK.generate(.a256GCM))
    #expect(refusal { try jwe.decrypt(with: other, policy: policy) } == .unknownKey)
  }

  @Test func `a key is tried for the recipients of its kid, or for all of its algorithm`() throws {
    let keys = try ["a", "b", "c"].map { try JWK.generate(.a128KW, keyID: $0) }
    let text = try JSONJWE.encrypt([1], to: keys.map { try EncryptionKey($0) })
    let jwe = try JSONJWE(Array(text.utf8))
    let policy = try EncryptionFixtures.permissivePolicy()
    #expect(try jwe.decrypt(with: DecryptionKey(keys[2]), policy: policy).recipientIndex == 2)
    let unnamed = try JWK(parsing: TestKeys.json(keys[1], without: ["kid"]))
    #expect(try jwe.decrypt(with: DecryptionKey(unnamed), policy: policy).recipientIndex == 1)
    let renamed = try JWK(parsing: TestKeys.json(keys[1], ["kid": "d"]))
    #expect(refusal { try jwe.decrypt(with: DecryptionKey(renamed), policy: policy) } == .unknownKey)
    let misnamed = try JWK(parsing: TestKeys.json(keys[1], ["kid": "a"]))
    #expect(failure { try jwe.decrypt(with: DecryptionKey(misnamed), policy: policy) } == .decryptionFailed)
  }

  @Test func `a recipient of an unknown algorithm keeps no other from decrypting`() throws {
    let keys = try (1...2).map { _ in try JWK.generate(.a128KW) }
    let text = try JSONJWE.encrypt([1], to: keys.map { try EncryptionKey($0) })
    let changed = text.replacing(#""alg":"A128KW""#, with: #""alg":"RSA1_5""#, maxReplacements: 1)
    let jwe = try JSONJWE(Array(changed.utf8))
    let policy = try EncryptionFixtures.permissivePolicy()
    #expect(jwe.recipients[0].header == nil)
    #expect(failure { try jwe.decrypt(with: DecryptionKey(keys[0]), policy: policy) } == .decryptionFailed)
    #expect(try jwe.decrypt(with: DecryptionKey(keys[1]), policy: policy).recipientIndex == 1)
  }

  @Test func `T2 a wrapped key is not taken for content: dir is told by the protected header`() throws {
    let jwk = try JWK(parsing: TestKeys.json(JWK.generate(.a256GCM), without: ["alg"]))
    let token = try CompactJWE.encrypt(
      Array("secret".utf8), with: EncryptionKey(jwk, algorithm: .a256GCMKW), encryption: .a256GCM)
    let parts = token.split(separator: ".")
    let header = try ParsedJSON(parsing: Base64URL.decode(String(parts[0])))
    let (vector, tag) = (try #require(header["iv"]?.string), try #require(header["tag"]?.string))
    func content(_ headers: String) -> [UInt8] {
      Array(
        #"{\#(headers),"iv":"\#(vector)","ciphertext":"\#(parts[1])","tag":"\#(tag)"}"#.utf8)
    }
    let names = #"{"alg":"dir","enc":"A256GCM"}"#
    #expect(refusal { try JSONJWE(content("\"unprotected\":\(names)")) } == .malformedHeader)
    #expect(refusal { try JSONJWE(content("\"header\":\(names)")) } == .malformedHeader)
    let covered = try JSONJWE(content("\"protected\":\"\(Base64URL.encode(Array(names.utf8)))\""))
    let policy = try DecryptionPolicy(allowing: [.a256GCM])
    let key = try DecryptionKey(jwk, algorithm: .direct)
    #expect(refusal { try covered.decrypt(with: key, policy: policy) } == .decryptionFailed)
  }

  @Test func `dir and ECDH-ES have no other recipient`() throws {
    let shared = try EncryptionKey(JWK.generate(.a128KW))
    for direct in [try JWK.generate(.a256GCM), try JWK.generate(.ecdhES)] {
      let key = try EncryptionKey(direct)
      #expect(refusal { try JSONJWE.encrypt([1], to: [shared, key]) } == .unsupportedAlgorithm)
      #expect(refusal { try JSONJWE.encrypt([1], to: [key, shared]) } == .unsupportedAlgorithm)
      #expect(refusal { try JSONJWE.encrypt([1], to: [key]) } == nil)
    }
    let general = #"""
      {"protected":"eyJlbmMiOiJBMTI4R0NNIn0","recipients":[{"header":{"alg":"A128KW"},"encrypted_key":"AAAA"},
      {"header":{"alg":"dir"}}],"iv":"AAAA","ciphertext":"","tag":"AAAA"}
      """#
    #expect(refusal { try JSONJWE(Array(general.utf8)) } == .malformedToken)
    #expect(refusal { try JSONJWE(Array(general.replacing("dir", with: "A192KW").utf8)) } == nil)
    #expect(refusal { try JSONJWE.encrypt([1], to: []) } == .invalidPolicy)
    #expect(refusal { try JSONJWE.encrypt([1], to: Array(repeating: shared, count: 17)) } == .invalidPolicy)
  }

  @Test func `what no tag covers cannot say what is inside, nor how to read it`() throws {
    let key = try EncryptionKey(JWK.generate(.a128KW))
    for name in ["alg", "enc", "kid", "typ", "cty", "zip", "crit", "epk", "p2c"] {
      let header = [JSONMember(name: name, value: "x")]
      #expect(refusal { try JSONJWE.encrypt([1], to: [key], unprotectedHeader: header) } == .malformedHeader)
    }
    let twice = [JSONMember(name: "x", value: "1"), JSONMember(name: "x", value: "2")]
    #expect(refusal { try JSONJWE.encrypt([1], to: [key], unprotectedHeader: twice) } == .malformedHeader)
  }
}

import Testing

@testable import JOSE

@Suite struct EncryptionKeyTests {
  @Test func `T2 a key that names its algorithm encrypts and decrypts by no other`() throws {
    let jwk = try JWK.generate(.ecdhESA128KW)
    #expect(try EncryptionKey(jwk).algorithm == .ecdhESA128KW)
    #expect(try DecryptionKey(jwk, algorithm: .ecdhESA128KW).algorithm == .ecdhESA128KW)
    for other in KeyManagementAlgorithm.allCases where other != .ecdhESA128KW {
      #expect(refusal { try EncryptionKey(jwk, algorithm: other) } == .algorithmMismatch)
      #expect(refusal { try DecryptionKey(jwk, algorithm: other) } == .algorithmMismatch)
    }
    #expect(refusal { try DecryptionKey(jwk, allowing: [.ecdhES, .ecdhESA192KW]) } == .unsupportedAlgorithm)
    #expect(try DecryptionKey(jwk, allowing: [.ecdhES, .ecdhESA128KW]).algorithm == .ecdhESA128KW)
  }

  @Test func `T2 a key that names no algorithm gets it from the caller, never from its size or a token`()
    throws
  {
    let jwk = try JWK(parsing: TestKeys.json(JWK.generate(.a128KW), without: ["alg"]))
    #expect(refusal { try EncryptionKey(jwk) } == .algorithmMismatch)
    #expect(refusal { try DecryptionKey(jwk) } == .algorithmMismatch)
    #expect(try DecryptionKey(jwk, algorithm: .a128GCMKW).algorithm == .a128GCMKW)
    #expect(try DecryptionKey(jwk, allowing: [.a128KW, .a192KW, .ecdhES]).algorithm == .a128KW)
    #expect(refusal { try DecryptionKey(jwk, allowing: [.a128KW, .a128GCMKW]) } == .unsupportedAlgorithm)
    #expect(refusal { try DecryptionKey(jwk, allowing: [.a192KW]) } == .unsupportedAlgorithm)
    #expect(refusal { try DecryptionKey(jwk, algorithm: .a192KW) } == .weakKey)
    #expect(refusal { try DecryptionKey(jwk, algorithm: .rsaOAEP) } == .algorithmMismatch)
  }

  @Test func `T2 a key that signs does not encrypt, and one that encrypts does not sign`() throws {
    for algorithm in [SignatureAlgorithm.hs256, .rs256, .es256, .ed25519] {
      #expect(refusal { try EncryptionKey(TestKeys.jwk(algorithm)) } == .algorithmMismatch)
      #expect(
        refusal { try DecryptionKey(TestKeys.jwk(algorithm), algorithm: .a256KW) } == .algorithmMismatch)
    }
    for fixture in EncryptionFixtures.all {
      #expect(refusal { try SigningKey(fixture.jwk) } == .algorithmMismatch)
      #expect(refusal { try VerificationKey(fixture.jwk, algorithm: .hs256) } == .algorithmMismatch)
    }
  }

  @Test func `a key whose alg is an enc is for dir, and for that enc`() throws {
    let jwk = try JWK.generate(.a256GCM)
    let key = try EncryptionKey(jwk)
    #expect(key.algorithm == .direct)
    #expect(key.encryption == .a256GCM)
    #expect(try DecryptionKey(jwk, algorithm: .direct).encryption == .a256GCM)
    #expect(
      refusal { try CompactJWE.encrypt([1], with: key, encryption: .a128CBCHS256) } == .algorithmMismatch)
    // The same bytes as a key that only says dir are for either, as the caller chooses.
    let open = try JWK(parsing: TestKeys.json(jwk, ["alg": "dir"]))
    let policy = try EncryptionFixtures.permissivePolicy()
    for encryption in [ContentEncryptionAlgorithm.a256GCM, .a128CBCHS256] {
      let token = try CompactJWE.encrypt([1], with: EncryptionKey(open), encryption: encryption)
      let jwe = try CompactJWE(Array(token.utf8))
      #expect(try jwe.decrypt(with: DecryptionKey(open), policy: policy) == [1])
      let code = refusal { try jwe.decrypt(with: DecryptionKey(jwk), policy: policy) }
      #expect(code == (encryption == .a256GCM ? nil : .algorithmMismatch))
    }
    for encryption in [ContentEncryptionAlgorithm.a128GCM, .a256CBCHS512] {
      let code = refusal { try CompactJWE.encrypt([1], with: EncryptionKey(open), encryption: encryption) }
      #expect(code == .algorithmMismatch)
      let token = try ForgedJWE.token(
        header: #"{"alg":"dir","enc":"\#(encryption.rawValue)"}"#,
        contentKey: FreshBytes.key(encryption.keyByteCount), encryption: encryption)
      let other = refusal { try CompactJWE(token).decrypt(with: DecryptionKey(open), policy: policy) }
      #expect(other == .algorithmMismatch)
    }
  }

  @Test func `use and key_ops are respected`() throws {
    let cases: [(KeyManagementAlgorithm, encrypts: Set<String>, decrypts: Set<String>)] = [
      (.a128KW, ["wrapKey", "encrypt"], ["unwrapKey", "decrypt"]),
      (.a256GCMKW, ["wrapKey", "encrypt"], ["unwrapKey", "decrypt"]),
      (.direct, ["encrypt"], ["decrypt"]),
      (.ecdhES, ["deriveKey", "deriveBits"], ["deriveKey", "deriveBits"]),
      (.rsaOAEP256, ["wrapKey", "encrypt", "unwrapKey", "decrypt"], ["unwrapKey", "decrypt"]),
    ]
    let all = ["sign", "verify", "encrypt", "decrypt", "wrapKey", "unwrapKey", "deriveKey", "deriveBits"]
    for (algorithm, encrypts, decrypts) in cases {
      let jwk = EncryptionFixtures.first(algorithm).jwk
      for operation in all {
        let key = try JWK(parsing: TestKeys.json(jwk, ["key_ops": .strings([operation])]))
        let encrypting = refusal { try EncryptionKey(key) }
        #expect(encrypting == (encrypts.contains(operation) ? nil : .invalidKey), "\(algorithm) \(operation)")
        let decrypting = refusal { try DecryptionKey(key) }
        #expect(decrypting == (decrypts.contains(operation) ? nil : .invalidKey), "\(algorithm) \(operation)")
      }
      let none = try JWK(parsing: TestKeys.json(jwk, ["key_ops": []]))
      #expect(refusal { try DecryptionKey(none) } == .invalidKey)
      let signing = try JWK(parsing: TestKeys.json(jwk, ["use": "sig"]))
      #expect(refusal { try EncryptionKey(signing) } == .invalidKey)
      #expect(refusal { try DecryptionKey(signing) } == .invalidKey)
      let encryption = try JWK(parsing: TestKeys.json(jwk, ["use": "enc"]))
      #expect(refusal { try EncryptionKey(encryption) } == nil)
    }
    // A public key encrypts by its own operations; what a private one may do is not its.
    let publicKey = try EncryptionFixtures.first(.rsaOAEP256).jwk.publicKey()
    let json = try ParsedJSON(parsing: publicKey.publicJSON().encoded()).json()
    guard case .object(let members) = json else { return }
    let operations = JSONMember(name: "key_ops", value: ["unwrapKey"])
    #expect(
      refusal { try EncryptionKey(JWK(parsing: JSON.object(members + [operations]).encoded())) }
        == .invalidKey)
  }

  @Test func `a public key encrypts, and does not decrypt`() throws {
    for fixture in EncryptionFixtures.all where fixture.algorithm.isAsymmetric {
      let publicKey = try fixture.jwk.publicKey()
      let token = try CompactJWE.encrypt([1], with: EncryptionKey(publicKey))
      #expect(refusal { try DecryptionKey(publicKey) } == .invalidKey)
      let policy = try EncryptionFixtures.permissivePolicy()
      #expect(
        try CompactJWE(Array(token.utf8)).decrypt(with: DecryptionKey(fixture.jwk), policy: policy) == [1])
    }
  }

  @Test func `who the parties are is bound to what is agreed upon`() throws {
    let jwk = try JWK.generate(.ecdhES)
    let key = try EncryptionKey(jwk, partyUInfo: Array("Alice".utf8), partyVInfo: Array("Bob".utf8))
    let token = try CompactJWE.encrypt([1], with: key)
    let policy = try EncryptionFixtures.permissivePolicy()
    #expect(try CompactJWE(Array(token.utf8)).decrypt(with: DecryptionKey(jwk), policy: policy) == [1])
    let header = try ParsedJSON(parsing: ForgedJWE.segments(token)[0])
    #expect(header["apu"]?.string == "QWxpY2U")
    #expect(header["apv"]?.string == "Qm9i")
  }

  @Test func `a password has a length and an algorithm of its own`() throws {
    #expect(refusal { try EncryptionPassword("") } == .weakKey)
    #expect(refusal { try EncryptionPassword(String(repeating: "x", count: 1024)) } == nil)
    #expect(refusal { try EncryptionPassword(String(repeating: "x", count: 1025)) } == .tooLarge)
    let short = try EncryptionPassword("1234567")
    #expect(refusal { try EncryptionKey(password: short) } == .weakKey)
    #expect(refusal { try DecryptionKey(password: short) } == nil)
    for (count, code) in [(7, JOSEError.Code.weakKey), (8, nil)] {
      let text = JSON.string(Base64URL.encode([UInt8](repeating: 0x31, count: count)))
      let json: JSON = ["kty": "oct", "alg": "PBES2-HS512+A256KW", "k": text]
      let jwk = try JWK(parsing: json.encoded())
      #expect(refusal { try EncryptionKey(jwk) } == code)
      #expect(refusal { try DecryptionKey(jwk) } == nil)
    }
    let password = try EncryptionPassword("12345678")
    for algorithm in KeyManagementAlgorithm.allCases {
      let code: JOSEError.Code? = algorithm.isPasswordBased ? nil : .algorithmMismatch
      #expect(refusal { try EncryptionKey(password: password, algorithm: algorithm) } == code)
      #expect(refusal { try DecryptionKey(password: password, algorithm: algorithm) } == code)
    }
    for iterations in [0, 999, 1_200_001] {
      #expect(refusal { try EncryptionKey(password: password, iterations: iterations) } == .invalidPolicy)
    }
  }
}

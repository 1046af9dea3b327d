import Testing

@testable import JOSE

@Suite struct KeyAlgorithmTests {
  /// A key that names no algorithm.
  private func open(_ algorithm: SignatureAlgorithm) throws -> JWK {
    try JWK(parsing: TestKeys.json(TestKeys.jwk(algorithm), without: ["alg"]))
  }

  @Test(arguments: SignatureAlgorithm.allCases.filter { $0.keyType != .algorithmKeyPair })
  func `T2 a key that names no algorithm gets it from the caller, never from its curve or a token`(
    algorithm: SignatureAlgorithm
  ) throws {
    let key = try open(algorithm)
    #expect(key.algorithm == nil)
    #expect(refusal { try VerificationKey(key) } == .algorithmMismatch)
    #expect(refusal { try SigningKey(key) } == .algorithmMismatch)
    #expect(try VerificationKey(key, algorithm: algorithm).algorithm == algorithm)
    #expect(try SigningKey(key, algorithm: algorithm).algorithm == algorithm)
  }

  @Test func `T2 a key that names its algorithm takes no other`() throws {
    for own in SignatureAlgorithm.allCases {
      for other in SignatureAlgorithm.allCases where other != own {
        let key = TestKeys.jwk(own)
        #expect(refusal { try VerificationKey(key, algorithm: other) } == .algorithmMismatch)
        #expect(refusal { try SigningKey(key, algorithm: other) } == .algorithmMismatch)
      }
      #expect(try VerificationKey(TestKeys.jwk(own), algorithm: own).algorithm == own)
    }
  }

  @Test func `T2 no key type is taken for another`() throws {
    for own in SignatureAlgorithm.allCases {
      let key = own.keyType == .algorithmKeyPair ? TestKeys.jwk(own) : try open(own)
      for other in SignatureAlgorithm.allCases where other.keyType != own.keyType {
        #expect(refusal { try VerificationKey(key, algorithm: other) } == .algorithmMismatch)
      }
    }
  }

  @Test func `T2 a token's algorithm must be the key's`() throws {
    for own in SignatureAlgorithm.allCases {
      let token = try CompactJWS.sign(payload: Array("x".utf8), type: nil, with: TestKeys.signing(own))
      let jws = try CompactJWS(Array(token.utf8))
      for other in SignatureAlgorithm.allCases {
        let code = refusal { try jws.verify(with: TestKeys.verification(other)) }
        #expect(code == (other == own ? nil : .algorithmMismatch), "\(own) read by \(other)")
      }
    }
  }

  /// The classic: an RSA public key, which everybody has, as an HMAC secret.
  @Test func `T2 a public key is no HMAC secret`() throws {
    let key = try TestKeys.jwk(.rs256).publicKey()
    for secret in try [Array(key.publicPEM().utf8), key.publicDER()] {
      let json = #"{"kty":"oct","alg":"HS256","k":"\#(Base64URL.encode(secret))"}"#
      let forged = try CompactJWS.sign(
        payload: Array("{}".utf8), type: nil, with: SigningKey(JWK(parsing: Array(json.utf8))))
      let jws = try CompactJWS(Array(forged.utf8))
      #expect(refusal { try jws.verify(with: VerificationKey(key)) } == .algorithmMismatch)
      #expect(refusal { try VerificationKey(key, algorithm: .hs256) } == .algorithmMismatch)
    }
  }

  @Test func `among those allowed exactly one must fit a key that names none`() throws {
    let p256 = try open(.es256)
    #expect(try VerificationKey(p256, allowing: [.es256, .rs256]).algorithm == .es256)
    #expect(refusal { try VerificationKey(p256, allowing: [.es384, .rs256]) } == .unsupportedAlgorithm)
    let rsa = try open(.rs256)
    #expect(try VerificationKey(rsa, allowing: [.es256, .ps384]).algorithm == .ps384)
    #expect(refusal { try VerificationKey(rsa, allowing: [.rs256, .ps256]) } == .unsupportedAlgorithm)
    #expect(refusal { try VerificationKey(rsa, allowing: []) } == .unsupportedAlgorithm)
    let named = TestKeys.jwk(.es256)
    #expect(try VerificationKey(named, allowing: [.es256]).algorithm == .es256)
    #expect(refusal { try VerificationKey(named, allowing: [.es384]) } == .unsupportedAlgorithm)
    #expect(
      refusal { try VerificationKey(TestKeys.jwk(.edDSA), allowing: [.ed25519]) } == .unsupportedAlgorithm)
  }

  @Test func `use and key_ops are honoured`() throws {
    func key(_ changes: [String: JSON]) throws -> JWK {
      try JWK(parsing: TestKeys.json(TestKeys.jwk(.es256), changes))
    }
    #expect(refusal { try VerificationKey(key(["use": "enc"])) } == .invalidKey)
    #expect(refusal { try SigningKey(key(["use": "enc"])) } == .invalidKey)
    #expect(refusal { try SigningKey(key(["use": "sig"])) } == nil)
    #expect(refusal { try SigningKey(key(["key_ops": ["sign"]])) } == nil)
    #expect(refusal { try VerificationKey(key(["key_ops": ["sign"]])) } == nil)
    #expect(refusal { try SigningKey(key(["key_ops": ["verify"]])) } == .invalidKey)
    #expect(refusal { try VerificationKey(key(["key_ops": ["verify"]])) } == nil)
    #expect(refusal { try VerificationKey(key(["key_ops": []])) } == .invalidKey)
    #expect(refusal { try VerificationKey(key(["key_ops": ["encrypt"]])) } == .invalidKey)
    let secret = try JWK(parsing: TestKeys.json(TestKeys.jwk(.hs256), ["key_ops": ["sign"]]))
    #expect(refusal { try SigningKey(secret) } == nil)
    #expect(refusal { try VerificationKey(secret) } == .invalidKey)
  }

  @Test func `a public key cannot sign`() throws {
    let half = try TestKeys.jwk(.es256).publicKey()
    #expect(refusal { try SigningKey(half) } == .invalidKey)
    #expect(refusal { try VerificationKey(half) } == nil)
  }

  @Test(arguments: [(SignatureAlgorithm.hs256, 32), (.hs384, 48), (.hs512, 64)])
  func `T3 an HMAC secret is at least as long as the hash`(algorithm: SignatureAlgorithm, count: Int) throws {
    func key(_ count: Int, named: Bool) throws -> JWK {
      let secret = Base64URL.encode([UInt8](repeating: 7, count: count))
      let name = named ? #","alg":"\#(algorithm.rawValue)""# : ""
      return try JWK(parsing: Array(#"{"kty":"oct","k":"\#(secret)"\#(name)}"#.utf8))
    }
    #expect(refusal { try key(count, named: true) } == nil)
    #expect(refusal { try VerificationKey(key(count, named: false), algorithm: algorithm) } == nil)
    for short in [0, 1, 16, 31, count - 1] {
      #expect(refusal { try key(short, named: true) } == .weakKey)
      #expect(refusal { try VerificationKey(key(short, named: false), algorithm: algorithm) } == .weakKey)
      #expect(refusal { try SigningKey(key(short, named: false), algorithm: algorithm) } == .weakKey)
    }
    #expect(refusal { try key(1024, named: true) } == nil)
    #expect(refusal { try key(1025, named: true) } == .tooLarge)
  }
}

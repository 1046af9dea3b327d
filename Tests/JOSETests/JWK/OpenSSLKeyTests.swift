import Testing

@testable import JOSE

#if OpenSSL
  /// Keys on secp256k1, Ed448 and X448, as JWK and in files.
  @Suite struct OpenSSLKeyTests {
    @Test(arguments: OpenSSLKeyFixtures.all.map(\.name))
    func `a key of OpenSSL's is read, named by its thumbprint and written again byte for byte`(
      name: String
    ) throws {
      let fixture = try #require(OpenSSLKeyFixtures.all.first { $0.name == name })
      let key = try JWK(pem: fixture.privatePEM, algorithm: nil)
      #expect(key.isPrivate)
      #expect(key.privateJSON()["crv"] == .string(name))
      #expect(key.thumbprint() == fixture.thumbprint)
      #expect(try key.privatePEM() == fixture.privatePEM + "\n")
      #expect(try key.publicPEM() == fixture.publicPEM + "\n")
      let half = try JWK(pem: fixture.publicPEM, algorithm: nil)
      #expect(!half.isPrivate)
      #expect(half.privateJSON() == key.publicJSON())
      #expect(refusal { try half.privatePEM() } == .invalidKey)
      let read = try JWK(parsing: key.privateJSON().encoded())
      #expect(read.privateJSON() == key.privateJSON())
      #expect(try read.publicKey().thumbprint() == fixture.thumbprint)
    }

    @Test func `SEC 1 is read on secp256k1, and a compressed point is refused`() throws {
      let key = try JWK(pem: OpenSSLKeyFixtures.secp256k1SEC1, algorithm: .es256K)
      #expect(try key.privatePEM() == OpenSSLKeyFixtures.secp256k1PKCS8 + "\n")
      #expect(
        refusal { try JWK(pem: OpenSSLKeyFixtures.secp256k1Compressed, algorithm: nil) } == .invalidKey)
    }

    @Test func `T2 such a key has the algorithms of its curve and no others`() throws {
      func key(_ pem: String) throws -> JWK { try JWK(pem: pem, algorithm: nil) }
      let secp256k1 = try key(OpenSSLKeyFixtures.secp256k1PKCS8)
      #expect(secp256k1.possibleSignatureAlgorithms == [.es256K])
      #expect(secp256k1.possibleKeyManagementAlgorithms.isEmpty)
      let ed448 = try key(OpenSSLKeyFixtures.ed448PKCS8)
      #expect(ed448.possibleSignatureAlgorithms == [.edDSA, .ed448])
      #expect(ed448.possibleKeyManagementAlgorithms.isEmpty)
      #expect(refusal { try SigningKey(ed448, algorithm: .ed25519) } == .algorithmMismatch)
      let x448 = try key(OpenSSLKeyFixtures.x448PKCS8)
      #expect(x448.possibleSignatureAlgorithms.isEmpty)
      #expect(
        x448.possibleKeyManagementAlgorithms == [.ecdhES, .ecdhESA128KW, .ecdhESA192KW, .ecdhESA256KW])
      #expect(refusal { try VerificationKey(x448, algorithm: .ed448) } == .algorithmMismatch)
      #expect(
        refusal { try SigningKey(TestKeys.jwk(.es256), algorithm: .es256K) } == .algorithmMismatch)
      #expect(
        refusal { try JWK(parsing: TestKeys.json(TestKeys.jwk(.ed25519), ["alg": "Ed448"])) }
          == .algorithmMismatch)
    }

    /// RFC 8037 gave both curves one name: the key, and not the token, says which it is.
    @Test func `T2 EdDSA is Ed25519 under a key of the one curve and Ed448 under one of the other`() throws {
      let ed448 = try JWK(pem: OpenSSLKeyFixtures.ed448PKCS8, algorithm: .edDSA)
      let byEd448 = try CompactJWS.sign(payload: [1], type: nil, with: SigningKey(ed448))
      let byEd25519 = try CompactJWS.sign(payload: [1], type: nil, with: TestKeys.signing(.edDSA))
      let keys = [try VerificationKey(ed448), try TestKeys.verification(.edDSA)]
      for (place, token) in [byEd448, byEd25519].enumerated() {
        let jws = try CompactJWS(Array(token.utf8))
        #expect(refusal { try jws.verify(with: keys[place]) } == nil)
        #expect(refusal { try jws.verify(with: keys[1 - place]) } == .invalidSignature)
        #expect(refusal { try jws.verify(with: TestKeys.verification(.ed448)) } == .algorithmMismatch)
      }
    }

    @Test func `T6 a point of P-256 is none of secp256k1, and the other way round`() throws {
      for (own, other) in [(SignatureAlgorithm.es256, SignatureAlgorithm.es256K), (.es256K, .es256)] {
        let curve = try TestKeys.jwk(other).publicKey().publicJSON()["crv"]
        let key = TestKeys.json(
          try TestKeys.jwk(own).publicKey(), ["crv": try #require(curve), "alg": .string(other.rawValue)])
        #expect(refusal { try JWK(parsing: key) } == .invalidKey)
      }
    }

    @Test(arguments: ["Ed448", "X448"])
    func `T6 a key of bytes alone has their exact number`(curve: String) throws {
      let fixture = try #require(OpenSSLKeyFixtures.all.first { $0.name == curve })
      let key = try JWK(pem: fixture.privatePEM, algorithm: nil)
      for name in ["x", "d"] {
        let bytes = try TestKeys.bytes(name, of: key)
        for wrong in [Array(bytes.dropLast()), bytes + [0], []] {
          let changed = TestKeys.json(key, [name: .string(Base64URL.encode(wrong))])
          #expect(refusal { try JWK(parsing: changed) } == .invalidKey)
        }
      }
      var other = try TestKeys.bytes("d", of: key)
      other[20] ^= 1
      let mixed = TestKeys.json(key, ["d": .string(Base64URL.encode(other))])
      #expect(refusal { try JWK(parsing: mixed) } == .invalidKey)
      let alone = TestKeys.json(key, ["crv": curve == "Ed448" ? "X448" : "Ed448"])
      #expect(refusal { try JWK(parsing: alone) } == .invalidKey)
    }
  }
#else
  @Suite struct OpenSSLKeyTests {
    @Test(arguments: OpenSSLKeyFixtures.all.map(\.name))
    func `without the trait OpenSSL its keys are not known`(name: String) throws {
      let fixture = try #require(OpenSSLKeyFixtures.all.first { $0.name == name })
      for pem in [fixture.privatePEM, fixture.publicPEM] {
        #expect(refusal { try JWK(pem: pem, algorithm: nil) } == .unsupportedAlgorithm)
      }
      let keyType = name == "secp256k1" ? "EC" : "OKP"
      let json = #"{"keys":[{"kty":"\#(keyType)","crv":"\#(name)","kid":"k","x":"AA","y":"AA"}]}"#
      let set = try JWKSet(parsing: Array(json.utf8))
      #expect(set.keys.isEmpty)
      #expect(set.skipped.map(\.reason.code) == [.unsupportedAlgorithm])
      #expect(["ES256K", "Ed448"].allSatisfy { SignatureAlgorithm(rawValue: $0) == nil })
    }
  }
#endif

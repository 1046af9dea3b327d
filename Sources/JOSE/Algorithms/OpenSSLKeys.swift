#if OpenSSL
  internal import JOSEOpenSSL

  // What swift-crypto lacks and libcrypto has: the trait `OpenSSL` brings it. Without the trait the names
  // of these algorithms and curves are not known, and keys that bear them are refused like any other
  // unknown ones.

  extension Secp256k1.PublicKey: NISTPublicKey {
    static var curve: NISTCurve { .secp256k1 }
    func verifies(_ signature: [UInt8], over message: ArraySlice<UInt8>) -> Bool {
      verifies(signature.span, over: message.span)
    }
  }

  extension Secp256k1.PrivateKey: NISTPrivateKey {
    var half: Secp256k1.PublicKey { publicKey }
    func signature(over message: [UInt8]) throws -> [UInt8] {
      try signature(over: message.span)
    }
  }

  extension KeyMaterial {
    /// A key from its encoded point, its private seed (57 bytes each), or both; nil takes the point from the
    /// seed.
    /// - Throws: ``JOSEError`` with code `invalid_key`.
    static func ed448(point: [UInt8]?, seed: [UInt8]?) throws(JOSEError) -> KeyMaterial {
      do {
        guard let seed else {
          return .ed448(KeyPair(publicKey: try Ed448.PublicKey(point: point ?? []), privateKey: nil))
        }
        let key = try Ed448.PrivateKey(seed: seed)
        guard point == nil || point == key.publicKey.point else {
          throw JOSEError(.invalidKey, "the private key on Ed448 does not belong to the public one")
        }
        return .ed448(KeyPair(publicKey: key.publicKey, privateKey: key))
      } catch let error as JOSEError {
        throw error
      } catch {
        throw JOSEError(
          .invalidKey, "an Ed448 key has 57 bytes, and a point with y < p that has no small order")
      }
    }

    /// A key from its encoded point, its private scalar (56 bytes each), or both; nil takes the point from
    /// the scalar.
    ///
    /// Points of small order are not looked for here: what an agreement with one gives is, and it is refused.
    /// - Throws: ``JOSEError`` with code `invalid_key`.
    static func x448(point: [UInt8]?, scalar: [UInt8]?) throws(JOSEError) -> KeyMaterial {
      do {
        guard let scalar else {
          return .x448(KeyPair(publicKey: try X448.PublicKey(point: point ?? []), privateKey: nil))
        }
        let key = try X448.PrivateKey(scalar: scalar)
        guard point == nil || point == key.publicKey.point else {
          throw JOSEError(.invalidKey, "the private key on X448 does not belong to the public one")
        }
        return .x448(KeyPair(publicKey: key.publicKey, privateKey: key))
      } catch let error as JOSEError {
        throw error
      } catch {
        throw JOSEError(.invalidKey, "an X448 key has 56 bytes")
      }
    }

    /// A fresh key on Ed448.
    static func freshEd448() throws(JOSEError) -> KeyMaterial {
      do {
        let key = try Ed448.PrivateKey()
        return .ed448(KeyPair(publicKey: key.publicKey, privateKey: key))
      } catch {
        throw JOSEError(.invalidKey, "no Ed448 key could be generated")
      }
    }

    /// A fresh key on X448.
    static func freshX448() throws(JOSEError) -> KeyMaterial {
      let key = try X448.PrivateKey.fresh()
      return .x448(KeyPair(publicKey: key.publicKey, privateKey: key))
    }
  }

  extension X448.PrivateKey {
    /// A fresh key.
    static func fresh() throws(JOSEError) -> X448.PrivateKey {
      do {
        return try X448.PrivateKey()
      } catch {
        throw JOSEError(.invalidKey, "no X448 key could be generated")
      }
    }
  }

  extension KeyManagementAlgorithm {
    /// The hash of RSAES-OAEP where swift-crypto has none; nil for all else.
    var libcryptoHash: LibcryptoHash? {
      switch self {
      case .rsaOAEP384: .sha384
      case .rsaOAEP512: .sha512
      default: nil
      }
    }
  }
#endif

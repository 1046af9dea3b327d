internal import Crypto

/// A public key of ML-DSA (FIPS 204). swift-crypto has a type for each size and no protocol over them.
protocol MLDSAPublicKey: Sendable {
  init(bytes: [UInt8]) throws
  var bytes: [UInt8] { get }
}

/// A private key of ML-DSA: a seed of 32 bytes (RFC 9964 §3).
protocol MLDSAPrivateKey: Sendable {
  associatedtype Public: MLDSAPublicKey
  init() throws
  init(seed: [UInt8]) throws
  var seed: [UInt8] { get }
  var half: Public { get }
}

extension MLDSA65.PublicKey: MLDSAPublicKey {
  init(bytes: [UInt8]) throws { try self.init(rawRepresentation: bytes) }
  var bytes: [UInt8] { Array(rawRepresentation) }
}

extension MLDSA65.PrivateKey: MLDSAPrivateKey {
  init(seed: [UInt8]) throws { try self.init(seedRepresentation: seed, publicKey: nil) }
  var seed: [UInt8] { Array(seedRepresentation) }
  var half: MLDSA65.PublicKey { publicKey }
}

extension MLDSA87.PublicKey: MLDSAPublicKey {
  init(bytes: [UInt8]) throws { try self.init(rawRepresentation: bytes) }
  var bytes: [UInt8] { Array(rawRepresentation) }
}

extension MLDSA87.PrivateKey: MLDSAPrivateKey {
  init(seed: [UInt8]) throws { try self.init(seedRepresentation: seed, publicKey: nil) }
  var seed: [UInt8] { Array(seedRepresentation) }
  var half: MLDSA87.PublicKey { publicKey }
}

extension KeyPair where Public: MLDSAPublicKey, Private: MLDSAPrivateKey, Private.Public == Public {
  /// A key from its public bytes, its seed, or both; nil takes the public half from the seed.
  /// - Throws: ``JOSEError`` with code `invalid_key`.
  init(publicBytes: [UInt8]?, seed: [UInt8]?) throws(JOSEError) {
    do {
      guard let seed else {
        self.init(publicKey: try Public(bytes: publicBytes ?? []), privateKey: nil)
        return
      }
      let key = try Private(seed: seed)
      guard publicBytes == nil || publicBytes == key.half.bytes else {
        throw JOSEError(.invalidKey, "the private ML-DSA key does not belong to the public one")
      }
      self.init(publicKey: key.half, privateKey: key)
    } catch let error as JOSEError {
      throw error
    } catch {
      throw JOSEError(.invalidKey, "an ML-DSA public key or seed of the wrong size")
    }
  }

  /// A fresh key.
  static func fresh() throws(JOSEError) -> Self {
    do {
      let key = try Private()
      return KeyPair(publicKey: key.half, privateKey: key)
    } catch {
      throw JOSEError(.invalidKey, "no ML-DSA key could be generated")
    }
  }
}

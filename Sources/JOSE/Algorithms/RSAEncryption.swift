internal import Crypto
internal import CryptoExtras

#if OpenSSL
  internal import JOSEOpenSSL
#endif

/// A private RSA key, ready to decrypt the keys of contents (RFC 7518 §4.3).
///
/// It can be sent: the crypto library says so of its keys that sign, and this one holds the same immutable
/// key behind another type.
struct RSADecryptionKey: @unchecked Sendable {
  private enum Key {
    case own(_RSA.Encryption.PrivateKey, _RSA.Encryption.Padding)
    #if OpenSSL
      case openSSL(RSAOAEP.PrivateKey, LibcryptoHash)
    #endif
  }

  private let key: Key

  /// The same key in the type that decrypts: the crypto library has two.
  init?(_ key: RSAPrivateKey, _ algorithm: KeyManagementAlgorithm) {
    do {
      #if OpenSSL
        if let hash = algorithm.libcryptoHash {
          self.key = .openSSL(try RSAOAEP.PrivateKey(der: Array(key.key.pkcs8DERRepresentation)), hash)
          return
        }
      #endif
      self.key = .own(
        try _RSA.Encryption.PrivateKey(derRepresentation: key.key.derRepresentation), algorithm.padding)
    } catch {
      return nil
    }
  }

  /// The key in `encryptedKey`; nil when it was not encrypted to this one.
  ///
  /// The crypto library takes the padding off in constant time, and has one error for all that can be wrong
  /// with it: to tell a first byte that is not zero from the rest would be an oracle (Manger's attack).
  func contentKey(in encryptedKey: [UInt8]) -> [UInt8]? {
    do {
      switch key {
      case .own(let key, let padding): return Array(try key.decrypt(encryptedKey, padding: padding))
      #if OpenSSL
        case .openSSL(let key, let hash): return try key.decrypted(encryptedKey.span, hash: hash)
      #endif
      }
    } catch {
      return nil
    }
  }
}

/// A public RSA key, ready to encrypt the keys of contents. It can be sent, as ``RSADecryptionKey`` can.
struct RSAEncryptionKey: @unchecked Sendable {
  private enum Key {
    case own(_RSA.Encryption.PublicKey, _RSA.Encryption.Padding)
    #if OpenSSL
      case openSSL(RSAOAEP.PublicKey, LibcryptoHash)
    #endif
  }

  private let key: Key

  init?(_ key: RSAPublicKey, _ algorithm: KeyManagementAlgorithm) {
    do {
      #if OpenSSL
        if let hash = algorithm.libcryptoHash {
          self.key = .openSSL(try RSAOAEP.PublicKey(der: Array(key.key.derRepresentation)), hash)
          return
        }
      #endif
      self.key = .own(
        try _RSA.Encryption.PublicKey(derRepresentation: key.key.derRepresentation), algorithm.padding)
    } catch {
      return nil
    }
  }

  /// The content's key, encrypted: as many bytes as the modulus has.
  /// - Throws: ``JOSEError`` with code `invalid_key` when the crypto library refuses.
  func encrypted(_ contentKey: [UInt8]) throws(JOSEError) -> [UInt8] {
    do {
      switch key {
      case .own(let key, let padding): return Array(try key.encrypt(contentKey, padding: padding))
      #if OpenSSL
        case .openSSL(let key, let hash): return try key.encrypted(contentKey.span, hash: hash)
      #endif
      }
    } catch {
      throw JOSEError(.invalidKey, "the RSA key could not encrypt")
    }
  }
}

extension KeyManagementAlgorithm {
  /// How an RSA key pads.
  fileprivate var padding: _RSA.Encryption.Padding {
    self == .rsaOAEP ? .PKCS1_OAEP : .PKCS1_OAEP_SHA256
  }
}

internal import Crypto
internal import CryptoExtras

/// A private RSA key, ready to decrypt the keys of contents (RFC 7518 §4.3).
///
/// It can be sent: the crypto library says so of its keys that sign, and this one holds the same immutable
/// key behind another type.
struct RSADecryptionKey: @unchecked Sendable {
  private let key: _RSA.Encryption.PrivateKey
  private let padding: _RSA.Encryption.Padding

  /// The same key in the type that decrypts: the crypto library has two.
  init?(_ key: RSAPrivateKey, _ algorithm: KeyManagementAlgorithm) {
    do {
      self.key = try _RSA.Encryption.PrivateKey(derRepresentation: key.key.derRepresentation)
      padding = algorithm.padding
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
      return Array(try key.decrypt(encryptedKey, padding: padding))
    } catch {
      return nil
    }
  }
}

/// A public RSA key, ready to encrypt the keys of contents. It can be sent, as ``RSADecryptionKey`` can.
struct RSAEncryptionKey: @unchecked Sendable {
  private let key: _RSA.Encryption.PublicKey
  private let padding: _RSA.Encryption.Padding

  init?(_ key: RSAPublicKey, _ algorithm: KeyManagementAlgorithm) {
    do {
      self.key = try _RSA.Encryption.PublicKey(derRepresentation: key.key.derRepresentation)
      padding = algorithm.padding
    } catch {
      return nil
    }
  }

  /// The content's key, encrypted: as many bytes as the modulus has.
  /// - Throws: ``JOSEError`` with code `invalid_key` when the crypto library refuses.
  func encrypted(_ contentKey: [UInt8]) throws(JOSEError) -> [UInt8] {
    do {
      return Array(try key.encrypt(contentKey, padding: padding))
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

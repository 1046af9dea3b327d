internal import Crypto
internal import CryptoExtras

/// Fresh bytes from the system's generator, by way of the values that the crypto library makes of them.
enum FreshBytes {
  /// A key of `count` bytes.
  static func key(_ count: Int) -> [UInt8] {
    SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).secretBytes
  }

  /// An initialization vector of 12 bytes for AES-GCM.
  static func gcmVector() -> [UInt8] {
    Array(AES.GCM.Nonce())
  }

  /// An initialization vector of 16 bytes for AES-CBC.
  static func cbcVector() -> [UInt8] {
    Array(AES._CBC.IV())
  }
}

extension SymmetricKey {
  /// The key's bytes. A content key is read from what AES Key Wrap gives, and halved (RFC 7518 §5.2.2.1).
  var secretBytes: [UInt8] {
    // SAFETY: the bytes are copied while the buffer is valid.
    unsafe withUnsafeBytes { unsafe Array($0) }
  }
}

extension SharedSecret {
  /// The secret's bytes: the library derives keys from them, but not as JOSE does (RFC 7518 §4.6.2).
  var secretBytes: [UInt8] {
    // SAFETY: the bytes are copied while the buffer is valid.
    unsafe withUnsafeBytes { unsafe Array($0) }
  }
}

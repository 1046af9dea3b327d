internal import Crypto
internal import CryptoExtras

/// AES Key Wrap (RFC 3394), as `A128KW` and its like use it (RFC 7518 §4.4).
enum AESKeyWrap {
  /// What wrapping adds to a key.
  static let overheadByteCount = 8

  /// The wrapped key, 8 bytes longer than `key`.
  /// - Throws: ``JOSEError`` with code `invalid_key` for a wrapping key of another length than 16, 24 or 32.
  static func wrap(_ key: [UInt8], under wrappingKey: SymmetricKey) throws(JOSEError) -> [UInt8] {
    do {
      return Array(try AES.KeyWrap.wrap(SymmetricKey(data: key), using: wrappingKey))
    } catch {
      throw JOSEError(.invalidKey, "the content's key could not be wrapped")
    }
  }

  /// The key in `wrapped`; nil when it was not wrapped under `wrappingKey`.
  static func unwrap(_ wrapped: [UInt8], under wrappingKey: SymmetricKey) -> [UInt8]? {
    do {
      return try AES.KeyWrap.unwrap(wrapped, using: wrappingKey).secretBytes
    } catch {
      return nil
    }
  }
}

/// AES-GCM over a key, as `A128GCMKW` and its like use it (RFC 7518 §4.7): nothing else is authenticated.
enum GCMKeyWrap {
  static let vectorByteCount = 12
  static let tagByteCount = 16

  /// The wrapped key, as long as `key`; `vector` has 12 bytes, and was never used before with `wrappingKey`.
  /// - Throws: ``JOSEError`` with code `invalid_key` when a length is another one.
  static func wrap(
    _ key: [UInt8], under wrappingKey: SymmetricKey, vector: [UInt8]
  ) throws(JOSEError) -> SealedContent {
    do {
      let box = try AES.GCM.seal(key, using: wrappingKey, nonce: AES.GCM.Nonce(data: vector))
      return SealedContent(ciphertext: Array(box.ciphertext), tag: Array(box.tag))
    } catch {
      throw JOSEError(.invalidKey, "the content's key could not be wrapped")
    }
  }

  /// The key in `wrapped`; nil when it was not wrapped under `wrappingKey`, or a length is another one.
  static func unwrap(
    _ wrapped: SealedContent, under wrappingKey: SymmetricKey, vector: [UInt8]
  ) -> [UInt8]? {
    guard vector.count == vectorByteCount, wrapped.tag.count == tagByteCount else { return nil }
    do {
      let box = try AES.GCM.SealedBox(
        nonce: AES.GCM.Nonce(data: vector), ciphertext: wrapped.ciphertext, tag: wrapped.tag)
      return Array(try AES.GCM.open(box, using: wrappingKey))
    } catch {
      return nil
    }
  }
}

internal import COpenSSL

/// A key of libcrypto's, public or private.
// SAFETY: the handle is this object's alone, is read through functions that stay within the key, and is freed
// once, when the object goes.
@safe
final class EVPKey: @unchecked Sendable {
  // Several threads may use one: nothing here changes a key after it was made, libcrypto counts references
  // atomically and locks what it caches, and each operation has a context of its own (openssl-threads(7)).
  let handle: OpaquePointer

  // SAFETY: whoever calls hands over a key that nobody else frees.
  private init(owning handle: OpaquePointer?) throws(LibcryptoError) {
    guard let handle = unsafe handle else { throw .invalidKey }
    unsafe self.handle = unsafe handle
  }

  deinit {
    // SAFETY: see above.
    unsafe EVP_PKEY_free(handle)
  }

  /// The kinds of keys that are bytes alone.
  enum Kind {
    case ed448, x448

    fileprivate var number: Int32 {
      switch self {
      case .ed448: EVP_PKEY_ED448
      case .x448: EVP_PKEY_X448
      }
    }

    /// How many bytes the public key and the private one have.
    var byteCount: Int {
      switch self {
      case .ed448: 57
      case .x448: 56
      }
    }
  }
}

// MARK: - From bytes and back

extension EVPKey {
  /// - Throws: ``LibcryptoError/invalidKey`` for another number of bytes than the kind has.
  convenience init(_ kind: Kind, publicBytes bytes: [UInt8]) throws(LibcryptoError) {
    guard bytes.count == kind.byteCount else { throw .invalidKey }
    // SAFETY: the array lives for the call and goes with its count; libcrypto copies it.
    let handle = unsafe quietly { unsafe EVP_PKEY_new_raw_public_key(kind.number, nil, bytes, bytes.count) }
    unsafe try self.init(owning: handle)
  }

  /// - Throws: ``LibcryptoError/invalidKey`` for another number of bytes than the kind has.
  convenience init(_ kind: Kind, privateBytes bytes: [UInt8]) throws(LibcryptoError) {
    guard bytes.count == kind.byteCount else { throw .invalidKey }
    // SAFETY: the array lives for the call and goes with its count; libcrypto copies it.
    let handle = unsafe quietly { unsafe EVP_PKEY_new_raw_private_key(kind.number, nil, bytes, bytes.count) }
    unsafe try self.init(owning: handle)
  }

  /// The key of a SubjectPublicKeyInfo; libcrypto refuses points that are not on their curve.
  /// - Throws: ``LibcryptoError/invalidKey``.
  convenience init(publicDER der: [UInt8]) throws(LibcryptoError) {
    // SAFETY: libcrypto reads at most `count` bytes from a buffer that lives for the call.
    let handle = unsafe quietly {
      unsafe der.withUnsafeBufferPointer { buffer in
        var start = buffer.baseAddress
        return unsafe d2i_PUBKEY(nil, &start, buffer.count)
      }
    }
    unsafe try self.init(owning: handle)
  }

  /// The key of a PKCS#8 structure. Where it leaves out the public half, libcrypto computes it.
  /// - Throws: ``LibcryptoError/invalidKey``.
  convenience init(privateDER der: [UInt8]) throws(LibcryptoError) {
    // SAFETY: libcrypto reads at most `count` bytes from a buffer that lives for the call.
    let handle = unsafe quietly {
      unsafe der.withUnsafeBufferPointer { buffer in
        var start = buffer.baseAddress
        return unsafe d2i_AutoPrivateKey(nil, &start, buffer.count)
      }
    }
    unsafe try self.init(owning: handle)
  }

  /// A fresh key on the curve of that name, as libcrypto calls it.
  /// - Throws: ``LibcryptoError/failed``.
  static func generate(onCurve name: String) throws(LibcryptoError) -> EVPKey {
    do {
      // SAFETY: the name lives for the call.
      return unsafe try EVPKey(owning: quietly { unsafe signet_generate_ec_key(name) })
    } catch {
      throw .failed
    }
  }

  /// A fresh key of bytes alone.
  /// - Throws: ``LibcryptoError/failed``.
  static func generate(_ kind: Kind) throws(LibcryptoError) -> EVPKey {
    // SAFETY: the context is freed before the call returns; the key goes to its owner.
    try quietly { () throws(LibcryptoError) -> EVPKey in
      guard let context = unsafe EVP_PKEY_CTX_new_id(kind.number, nil) else { throw .failed }
      // SAFETY: see above.
      defer { unsafe EVP_PKEY_CTX_free(context) }
      var handle: OpaquePointer?
      guard unsafe EVP_PKEY_keygen_init(context) == 1, unsafe EVP_PKEY_keygen(context, &handle) == 1 else {
        throw .failed
      }
      return unsafe try EVPKey(owning: handle)
    }
  }

  /// The public half of a key that is bytes alone.
  func publicBytes(_ kind: Kind) throws(LibcryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: kind.byteCount)
    var count = bytes.count
    // SAFETY: the array goes with its count, which libcrypto does not exceed.
    guard unsafe EVP_PKEY_get_raw_public_key(handle, &bytes, &count) == 1, count == bytes.count else {
      throw .failed
    }
    return bytes
  }

  /// The private half of a key that is bytes alone.
  func privateBytes(_ kind: Kind) throws(LibcryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: kind.byteCount)
    var count = bytes.count
    // SAFETY: the array goes with its count, which libcrypto does not exceed.
    guard unsafe EVP_PKEY_get_raw_private_key(handle, &bytes, &count) == 1, count == bytes.count else {
      throw .failed
    }
    return bytes
  }

  /// The encoded point of a key on an elliptic curve.
  func encodedPoint(byteCount: Int) throws(LibcryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    var count = 0
    // SAFETY: the array goes with its count, which libcrypto does not exceed.
    let code = unsafe EVP_PKEY_get_octet_string_param(
      handle, OSSL_PKEY_PARAM_PUB_KEY, &bytes, bytes.count, &count)
    guard code == 1, count == byteCount else { throw .failed }
    return bytes
  }

  /// The private scalar of a key on an elliptic curve, big-endian.
  func scalar(byteCount: Int) throws(LibcryptoError) -> [UInt8] {
    var number: OpaquePointer?
    // SAFETY: libcrypto makes a number that is wiped and freed below; none is freed as none.
    guard unsafe EVP_PKEY_get_bn_param(handle, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 else { throw .failed }
    // SAFETY: see above.
    defer { unsafe BN_clear_free(number) }
    var bytes = [UInt8](repeating: 0, count: byteCount)
    // SAFETY: the array goes with its count, which libcrypto does not exceed.
    guard unsafe BN_bn2binpad(number, &bytes, Int32(byteCount)) == Int32(byteCount) else { throw .failed }
    return bytes
  }
}

/// Runs `body` and leaves libcrypto's queue of errors, one for each thread, as it was: others in the process
/// read theirs from it.
func quietly<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
  ERR_set_mark()
  defer { ERR_pop_to_mark() }
  return try body()
}

internal import COpenSSL

/// The hashes that are asked of libcrypto.
package enum LibcryptoHash: Sendable {
  case sha256, sha384, sha512
}

// MARK: - Signatures

extension EVPKey {
  /// The signature over `message`, as libcrypto encodes it: at most `maximumByteCount` bytes. No hash is
  /// for an algorithm that hashes on its own.
  /// - Throws: ``LibcryptoError/failed``.
  func signature(
    over message: Span<UInt8>, hash: LibcryptoHash?, maximumByteCount: Int
  ) throws(LibcryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: maximumByteCount)
    var count = bytes.count
    // SAFETY: the context is freed before the call returns; the message and the array go with their counts.
    let isSigned = quietly {
      guard let context = unsafe EVP_MD_CTX_new() else { return false }
      // SAFETY: see above.
      defer { unsafe EVP_MD_CTX_free(context) }
      guard unsafe EVP_DigestSignInit(context, nil, hash.method, nil, handle) == 1 else { return false }
      return unsafe message.withUnsafeBufferPointer { buffer in
        unsafe EVP_DigestSign(context, &bytes, &count, buffer.baseAddress, buffer.count) == 1
      }
    }
    guard isSigned, count <= maximumByteCount else { throw .failed }
    return Array(bytes.prefix(count))
  }

  /// Whether `signature`, encoded as libcrypto wants it, signs `message`.
  func verifies(_ signature: Span<UInt8>, over message: Span<UInt8>, hash: LibcryptoHash?) -> Bool {
    // SAFETY: the context is freed before the call returns; both spans go with their counts.
    quietly {
      guard let context = unsafe EVP_MD_CTX_new() else { return false }
      // SAFETY: see above.
      defer { unsafe EVP_MD_CTX_free(context) }
      guard unsafe EVP_DigestVerifyInit(context, nil, hash.method, nil, handle) == 1 else { return false }
      return unsafe signature.withUnsafeBufferPointer { signature in
        unsafe message.withUnsafeBufferPointer { message in
          unsafe EVP_DigestVerify(
            context, signature.baseAddress, signature.count, message.baseAddress, message.count) == 1
        }
      }
    }
  }
}

// MARK: - Agreements

extension EVPKey {
  /// What this private key and the public `other` agree on.
  /// - Throws: ``LibcryptoError/zeroSharedSecret`` for an outcome of zeros.
  func sharedSecret(with other: EVPKey, byteCount: Int) throws(LibcryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    var count = byteCount
    // SAFETY: the context is freed before the call returns; the array goes with its count.
    let isDerived = quietly {
      guard let context = unsafe EVP_PKEY_CTX_new(handle, nil) else { return false }
      // SAFETY: see above.
      defer { unsafe EVP_PKEY_CTX_free(context) }
      guard unsafe EVP_PKEY_derive_init(context) == 1,
        unsafe EVP_PKEY_derive_set_peer(context, other.handle) == 1
      else { return false }
      return unsafe EVP_PKEY_derive(context, &bytes, &count) == 1
    }
    // libcrypto refuses zeros itself; a later one, or another build of it, might not.
    guard isDerived, count == byteCount, bytes.contains(where: { $0 != 0 }) else { throw .zeroSharedSecret }
    return bytes
  }
}

// MARK: - RSA

extension EVPKey {
  /// How many bytes the modulus of an RSA key has.
  var modulusByteCount: Int {
    // SAFETY: reads a number of the key's.
    Int(unsafe EVP_PKEY_get_size(handle))
  }

  /// RSAES-OAEP (RFC 8017 §7.1) with `hash` for both the label, which is empty, and MGF1.
  /// - Throws: ``LibcryptoError/failed``, when `plaintext` is too long for the key.
  func encrypted(_ plaintext: Span<UInt8>, hash: LibcryptoHash) throws(LibcryptoError) -> [UInt8] {
    guard let bytes = run(plaintext, hash, isEncryption: true) else { throw .failed }
    return bytes
  }

  /// The opposite of ``encrypted(_:hash:)``.
  /// - Throws: ``LibcryptoError/invalidCiphertext``, whatever is wrong with it.
  func decrypted(_ ciphertext: Span<UInt8>, hash: LibcryptoHash) throws(LibcryptoError) -> [UInt8] {
    guard ciphertext.count == modulusByteCount,
      let bytes = run(ciphertext, hash, isEncryption: false)
    else { throw .invalidCiphertext }
    return bytes
  }

  private func run(_ input: Span<UInt8>, _ hash: LibcryptoHash?, isEncryption: Bool) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: modulusByteCount)
    var count = bytes.count
    // SAFETY: the context is freed before the call returns; the input and the array, which is as long as the
    // modulus and so as long as any output, go with their counts.
    let isDone = quietly {
      guard let context = unsafe EVP_PKEY_CTX_new(handle, nil) else { return false }
      // SAFETY: see above.
      defer { unsafe EVP_PKEY_CTX_free(context) }
      guard unsafe (isEncryption ? EVP_PKEY_encrypt_init(context) : EVP_PKEY_decrypt_init(context)) == 1,
        unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1,
        unsafe EVP_PKEY_CTX_set_rsa_oaep_md(context, hash.method) == 1,
        unsafe EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash.method) == 1
      else { return false }
      return unsafe input.withUnsafeBufferPointer { buffer in
        unsafe isEncryption
          ? EVP_PKEY_encrypt(context, &bytes, &count, buffer.baseAddress, buffer.count) == 1
          : EVP_PKEY_decrypt(context, &bytes, &count, buffer.baseAddress, buffer.count) == 1
      }
    }
    guard isDone, count <= bytes.count else { return nil }
    return Array(bytes.prefix(count))
  }
}

extension LibcryptoHash? {
  /// libcrypto's own constant, or none.
  fileprivate var method: OpaquePointer? {
    // SAFETY: nobody frees a constant.
    switch self {
    case .sha256: unsafe EVP_sha256()
    case .sha384: unsafe EVP_sha384()
    case .sha512: unsafe EVP_sha512()
    case nil: nil
    }
  }
}

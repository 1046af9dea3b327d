/// RSAES-OAEP (RFC 8017 §7.1) with one hash for the label, which is empty, and for MGF1.
package enum RSAOAEP {
  /// A key that encrypts.
  package struct PublicKey: Sendable {
    private let key: EVPKey

    /// - Parameter der: SubjectPublicKeyInfo, of a key that was checked.
    /// - Throws: ``LibcryptoError/invalidKey``.
    package init(der: [UInt8]) throws(LibcryptoError) {
      key = try EVPKey(publicDER: der)
    }

    /// As many bytes as the modulus has.
    /// - Throws: ``LibcryptoError/failed``, when `plaintext` is too long for the key.
    package func encrypted(_ plaintext: Span<UInt8>, hash: LibcryptoHash) throws(LibcryptoError) -> [UInt8] {
      try key.encrypted(plaintext, hash: hash)
    }
  }

  /// A key that decrypts.
  package struct PrivateKey: Sendable {
    private let key: EVPKey

    /// - Parameter der: PKCS#8, of a key that was checked.
    /// - Throws: ``LibcryptoError/invalidKey``.
    package init(der: [UInt8]) throws(LibcryptoError) {
      key = try EVPKey(privateDER: der)
    }

    /// - Throws: ``LibcryptoError/invalidCiphertext``, whatever is wrong with it.
    package func decrypted(_ ciphertext: Span<UInt8>, hash: LibcryptoHash) throws(LibcryptoError) -> [UInt8] {
      try key.decrypted(ciphertext, hash: hash)
    }
  }
}

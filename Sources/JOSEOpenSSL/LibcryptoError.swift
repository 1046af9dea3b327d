/// Why libcrypto has no answer. What was given is not told: it may be a secret.
package enum LibcryptoError: Error, Equatable {
  /// Bytes that are no such key: a wrong length, a scalar out of range, a point that is not on the curve.
  case invalidKey
  /// A Diffie-Hellman agreement whose outcome is zero, whatever the private key: the other's point has a
  /// small order (RFC 7748 §6.2).
  case zeroSharedSecret
  /// A ciphertext that this key did not encrypt.
  case invalidCiphertext
  /// libcrypto could not do what it always can: no memory, no random bytes.
  case failed
}

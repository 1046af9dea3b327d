internal import Crypto
internal import CryptoExtras

/// What a content encryption gives: as many bytes as the plaintext (AES-CBC: up to 16 more), and the tag.
struct SealedContent: Equatable, Sendable {
  let ciphertext: [UInt8]
  let tag: [UInt8]
}

extension ContentEncryptionAlgorithm {
  /// A fresh initialization vector.
  func freshInitializationVector() -> [UInt8] {
    isComposite ? FreshBytes.cbcVector() : FreshBytes.gcmVector()
  }

  /// Encrypts and authenticates.
  /// - Parameters:
  ///   - plaintext: any bytes.
  ///   - key: ``keyByteCount`` bytes.
  ///   - vector: ``initializationVectorByteCount`` bytes, never used before with `key`.
  ///   - authenticated: what the tag covers besides.
  /// - Returns: The ciphertext and the tag.
  /// - Throws: ``JOSEError`` with code `invalid_key` when a length is another one.
  func seal(
    _ plaintext: [UInt8], key: [UInt8], vector: [UInt8], authenticating authenticated: [UInt8]
  ) throws(JOSEError) -> SealedContent {
    guard key.count == keyByteCount, vector.count == initializationVectorByteCount else {
      throw JOSEError(
        .invalidKey,
        "a key of \(key.count) and an initialization vector of \(vector.count) bytes for \(rawValue)")
    }
    do {
      guard isComposite else {
        let box = try AES.GCM.seal(
          plaintext, using: SymmetricKey(data: key), nonce: AES.GCM.Nonce(data: vector),
          authenticating: authenticated)
        return SealedContent(ciphertext: Array(box.ciphertext), tag: Array(box.tag))
      }
      let ciphertext = Array(
        try AES._CBC.encrypt(
          plaintext, using: SymmetricKey(data: key[(keyByteCount / 2)...]), iv: AES._CBC.IV(ivBytes: vector)))
      return SealedContent(
        ciphertext: ciphertext, tag: compositeTag(ciphertext, key: key, vector: vector, authenticated))
    } catch {
      throw JOSEError(.invalidKey, "the content could not be encrypted by \(rawValue)")
    }
  }

  /// Checks the tag, and then decrypts.
  ///
  /// The tag is compared in constant time, before a byte is decrypted: padding that is looked at first tells
  /// an attacker the plaintext (Vaudenay's attack).
  /// - Parameters:
  ///   - sealed: the ciphertext and the tag.
  ///   - key: ``keyByteCount`` bytes.
  ///   - vector: ``initializationVectorByteCount`` bytes.
  ///   - authenticated: what the tag covers besides.
  /// - Returns: The plaintext; nil when the tag does not fit, or a length is another one. There is one nil
  ///   for all of it.
  func open(
    _ sealed: SealedContent, key: [UInt8], vector: [UInt8], authenticating authenticated: [UInt8]
  ) -> [UInt8]? {
    guard key.count == keyByteCount, vector.count == initializationVectorByteCount,
      sealed.tag.count == tagByteCount
    else { return nil }
    do {
      guard isComposite else {
        let box = try AES.GCM.SealedBox(
          nonce: AES.GCM.Nonce(data: vector), ciphertext: sealed.ciphertext, tag: sealed.tag)
        return Array(
          try AES.GCM.open(box, using: SymmetricKey(data: key), authenticating: authenticated))
      }
      let tag = compositeTag(sealed.ciphertext, key: key, vector: vector, authenticated)
      guard constantTimeEquals(tag, sealed.tag) else { return nil }
      return Array(
        try AES._CBC.decrypt(
          sealed.ciphertext, using: SymmetricKey(data: key[(keyByteCount / 2)...]),
          iv: AES._CBC.IV(ivBytes: vector)))
    } catch {
      return nil
    }
  }

  /// Whether it is AES-CBC with HMAC.
  private var isComposite: Bool {
    switch self {
    case .a128GCM, .a192GCM, .a256GCM: false
    case .a128CBCHS256, .a192CBCHS384, .a256CBCHS512: true
    }
  }

  /// The first half of the code of `authenticated ‖ vector ‖ ciphertext ‖ bits of authenticated`, under the
  /// key's first half (RFC 7518 §5.2.2.1).
  private func compositeTag(
    _ ciphertext: [UInt8], key: [UInt8], vector: [UInt8], _ authenticated: [UInt8]
  ) -> [UInt8] {
    let key = SymmetricKey(data: key[..<(keyByteCount / 2)])
    let message = [authenticated, vector, ciphertext, BigEndian.bytes(UInt64(authenticated.count) * 8)]
    let code =
      switch self {
      case .a192CBCHS384: HMAC<SHA384>.code(of: message, key)
      case .a256CBCHS512: HMAC<SHA512>.code(of: message, key)
      default: HMAC<SHA256>.code(of: message, key)
      }
    return Array(code.prefix(tagByteCount))
  }
}

extension HMAC {
  /// The code of `parts`, one after the other.
  fileprivate static func code(of parts: [[UInt8]], _ key: SymmetricKey) -> [UInt8] {
    var code = Self(key: key)
    for part in parts { code.update(data: part) }
    return Array(code.finalize())
  }
}

/// Numbers as bytes, the highest first.
enum BigEndian {
  static func bytes(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - $0 * 8)) }
  }

  static func bytes(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - $0 * 8)) }
  }
}

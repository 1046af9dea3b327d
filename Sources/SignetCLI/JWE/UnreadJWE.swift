internal import JOSE

/// A JWE of either serialization. Both are encrypted content: which it is decides nothing else.
enum UnreadJWE {
  case compact(CompactJWE)
  case json(JSONJWE)

  /// Reads a text.
  init(_ text: [UInt8]) throws(JOSEError) {
    let start = text.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    if start == UInt8(ascii: "{") {
      self = .json(try JSONJWE(text, maximumBytes: InputFile.maximumBytes))
    } else {
      self = .compact(try CompactJWE(text, maximumBytes: InputFile.maximumBytes))
    }
  }

  /// Decrypts with the first key that can. Each key is tried once: the hashes of passwords count together,
  /// and a JWE of many recipients costs no more than its own.
  func decrypt(with source: DecryptionSource, _ policy: DecryptionPolicy) throws(JOSEError)
    -> DecryptedContent
  {
    switch self {
    case .compact(let jwe):
      let keys = try source.keys(for: [(jwe.header.keyID, jwe.header.algorithm)])
      return try Self.first(of: keys) { (key) throws(JOSEError) in
        DecryptedContent(plaintext: try jwe.decrypt(with: key, policy: policy), key: key)
      }
    case .json(let jwe):
      let named = jwe.recipients.compactMap { recipient in
        recipient.header.map { (recipient.keyID, $0.algorithm) }
      }
      guard !named.isEmpty else {
        throw JOSEError(.unsupportedAlgorithm, "alg or enc names nothing that is supported")
      }
      return try Self.first(of: source.keys(for: named)) { (key) throws(JOSEError) in
        let decrypted = try jwe.decrypt(with: key, policy: policy)
        return DecryptedContent(
          plaintext: decrypted.plaintext, key: key, additionalData: decrypted.additionalAuthenticatedData)
      }
    }
  }

  private static func first(
    of keys: [DecryptionKey], _ attempt: (DecryptionKey) throws(JOSEError) -> DecryptedContent
  ) throws(JOSEError) -> DecryptedContent {
    var failure = JOSEError(.unknownKey, "there is no key")
    for key in keys {
      do throws(JOSEError) {
        return try attempt(key)
      } catch {
        failure = error
      }
    }
    throw failure
  }
}

/// What a JWE says, and with which key it was read.
struct DecryptedContent {
  let plaintext: [UInt8]
  let key: DecryptionKey
  var additionalData: [UInt8]?
}

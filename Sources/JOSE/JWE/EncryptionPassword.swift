/// A password that content is encrypted under (PBES2, RFC 7518 §4.8).
///
/// Where both sides can keep a key, take a key: a password is as strong as it is hard to guess.
public struct EncryptionPassword: Sendable {
  let bytes: [UInt8]

  /// The most bytes that a password has.
  public static let maximumBytes = KeyMaterial.secretByteCounts.upperBound

  /// A password from its UTF-8, as it is typed: nothing is normalised.
  /// - Throws: ``JOSEError`` with code `weak_key` for an empty one, `too_large` for more than 1024 bytes.
  public init(_ text: String) throws(JOSEError) {
    try self.init(bytes: Array(text.utf8))
  }

  /// A password from its bytes.
  /// - Throws: ``JOSEError`` as ``init(_:)``.
  public init(bytes: [UInt8]) throws(JOSEError) {
    guard !bytes.isEmpty else { throw JOSEError(.weakKey, "an empty password") }
    guard bytes.count <= Self.maximumBytes else {
      throw JOSEError(.tooLarge, "a password of \(bytes.count) bytes; \(Self.maximumBytes) are the most")
    }
    self.bytes = bytes
  }
}

extension EncryptionPassword: CustomStringConvertible, CustomReflectable {
  /// Never the password, nor its length.
  public var description: String { "EncryptionPassword" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension JOSEError.Code {
  /// Content that could not be decrypted: a wrong key, a changed token, a tag that does not fit. One code and
  /// one text for all of it, so that nobody learns which (RFC 7516 §11.5).
  public static let decryptionFailed = Self(rawValue: "decryption_failed")
}

extension JOSEError {
  static let decryptionFailed = JOSEError(.decryptionFailed, "the content could not be decrypted")
}

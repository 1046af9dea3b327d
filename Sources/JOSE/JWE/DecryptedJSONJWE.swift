/// What came out of a JWE in JSON serialization.
public struct DecryptedJSONJWE: Sendable {
  /// The content.
  public let plaintext: [UInt8]
  /// Whose key decrypted it: the place among the recipients, from 0.
  public let recipientIndex: Int
  /// The `kid` of the key that decrypted it; nil when that has none.
  public let keyID: String?
  /// The algorithm of that key.
  public let algorithm: KeyManagementAlgorithm
  /// How the content was encrypted.
  public let encryption: ContentEncryptionAlgorithm
  /// The protected header's `typ`; nil when it has none.
  public let type: String?
  /// The protected header's `cty`; nil when it has none.
  public let contentType: String?
  /// `aad`, decoded: what the tag covers besides, and is not encrypted; nil when there is none.
  public let additionalAuthenticatedData: [UInt8]?
  /// The header that the tag covers; nil when there is none.
  public let protectedHeader: ParsedJSON?
  /// The header that all recipients share, and that no tag covers: whoever carried the text may have written
  /// it. Nil when there is none.
  public let untrustedSharedHeader: ParsedJSON?
  /// The header of this recipient, which no tag covers either; nil when there is none. Those of other
  /// recipients are not told.
  public let untrustedRecipientHeader: ParsedJSON?

  init(
    _ plaintext: [UInt8], at index: Int, _ recipient: JSONJWE.Recipient, _ header: JWEHeader,
    _ key: DecryptionKey, _ headers: JSONJWE.SharedHeaders
  ) {
    self.plaintext = plaintext
    recipientIndex = index
    keyID = key.keyID
    algorithm = key.algorithm
    encryption = header.encryption
    type = header.type
    contentType = header.contentType
    additionalAuthenticatedData = headers.additional
    protectedHeader = headers.protected
    untrustedSharedHeader = headers.unprotected
    untrustedRecipientHeader = recipient.ownHeader
  }
}

extension DecryptedJSONJWE: CustomStringConvertible, CustomReflectable {
  /// The algorithms; never the plaintext.
  public var description: String { "DecryptedJSONJWE(\(algorithm.rawValue), \(encryption.rawValue))" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

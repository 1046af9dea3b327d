package import JOSE

/// A random 128-bit identifier of one kind of record. Text form: 22 characters of base64url.
package struct Identifier<Noun>: Hashable, Sendable, CustomStringConvertible {
  /// Exactly 16 bytes.
  package let bytes: [UInt8]

  /// A fresh identifier. Its text never begins with a hyphen: on a command line it would be an option.
  package init(from random: SecureRandom) {
    var bytes = random.bytes(Self.byteCount)
    if bytes[0] >> 2 == Self.hyphen { bytes[0] ^= 0x80 }
    self.bytes = bytes
  }

  /// An identifier from its 16 bytes; nil for any other count.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// An identifier from its text form; nil for anything but 22 canonical characters.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == Self.textLength else { return nil }
    do {
      self.init(bytes: try Base64URL.decode(text))
    } catch {
      return nil
    }
  }

  package var description: String {
    Base64URL.encode(bytes)
  }

  static var byteCount: Int { 16 }
  /// The value of `-` in base64url (RFC 4648 §5).
  private static var hyphen: UInt8 { 62 }
  static var textLength: Int { 22 }
}

package typealias AccountID = Identifier<Account>
package typealias SessionID = Identifier<Session>
package typealias GrantID = Identifier<Grant>

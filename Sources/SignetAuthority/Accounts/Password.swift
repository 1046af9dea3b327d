/// A password as somebody typed it, in Unicode NFC (NIST SP 800-63B-4 §3.1.1.2). Never stored, never printed.
package struct Password: Sendable, CustomStringConvertible, CustomReflectable {
  /// The UTF-8 bytes that are hashed; at most ``maximumBytes``.
  package let bytes: [UInt8]
  /// Unicode code points after NFC, which is what a minimum length counts.
  package let codePointCount: Int

  /// The longest password that is looked at: hashing costs memory and time for each byte.
  package static let maximumBytes = 1024

  /// A password from text; nil when it is longer than ``maximumBytes`` before or after NFC.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.maximumBytes else { return nil }
    let composed = text.canonicallyComposed
    guard composed.utf8.count <= Self.maximumBytes else { return nil }
    bytes = Array(composed.utf8)
    codePointCount = composed.unicodeScalars.count
  }

  package var description: String { "Password(redacted)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A stored password hash in PHC string form, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
package struct PasswordHash: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  /// The whole string, as stored.
  package let encoded: String

  /// A hash from its PHC string; nil unless it is an Argon2id string of at most 512 bytes.
  package init?(encoded: String) {
    guard encoded.hasPrefix("$argon2id$v=19$"), encoded.utf8.count <= 512,
      Self.parts(of: encoded).count == 5
    else {
      return nil
    }
    self.encoded = encoded
  }

  /// What stands between the `$` signs, cut by bytes: every refresh reads a hash with its account.
  private static func parts(of encoded: String) -> [Substring.UTF8View] {
    encoded.utf8.split(separator: UInt8(ascii: "$"))
  }

  /// The cost parameters, as written between the second and the third `$`: `m=19456,t=2,p=1`.
  package var parameters: Substring {
    Substring(Self.parts(of: encoded)[2])
  }

  package var description: String { "PasswordHash(\(parameters), redacted)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

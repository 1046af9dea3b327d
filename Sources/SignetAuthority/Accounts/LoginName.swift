internal import Foundation

/// A username: 1 to 64 letters, digits, `.`, `_` or `-`, in lower case and Unicode NFC.
package struct Username: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// The username that `text` means; nil when it is no username.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.maximumBytes else { return nil }
    if Self.isPlain(text) {
      description = text
      return
    }
    let name = text.normalizedForLookup
    let count = name.unicodeScalars.count
    guard (1...Self.maximumScalars).contains(count), name.unicodeScalars.allSatisfy(Self.allows) else {
      return nil
    }
    description = name
  }

  /// Whether nothing has to be looked up to see that `text` is a username, as most that are stored are.
  private static func isPlain(_ text: String) -> Bool {
    (1...maximumScalars).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
      }
  }

  private static func allows(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
      || scalar.properties.generalCategory == .nonspacingMark || "._-".unicodeScalars.contains(scalar)
  }

  private static let maximumScalars = 64
  private static let maximumBytes = 256
}

/// An e-mail address as a login name: `local@domain`, at most 254 bytes, in lower case and Unicode NFC.
///
/// It is checked for shape only; whether mail arrives there is another question.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// The address that `text` means; nil when it has not the shape of one.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.maximumBytes else { return nil }
    let address = text.normalizedForLookup
    // Lower case can take more bytes, and what was stored must be readable again.
    guard address.utf8.count <= Self.maximumBytes else { return nil }
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
      address.unicodeScalars.allSatisfy(Self.allows)
    else {
      return nil
    }
    description = address
  }

  /// Nothing invisible: no spaces, control or format characters.
  private static func allows(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .unassigned, .privateUse:
      false
    default:
      true
    }
  }

  private static let maximumBytes = 254
}

/// What somebody types to say who they are: an e-mail address if it holds an `@`, else a username.
package enum LoginName: Hashable, Sendable, CustomStringConvertible {
  case username(Username)
  case email(EmailAddress)

  /// The login name that `text` means; nil when it can name no account.
  package init?(_ text: String) {
    if text.utf8.contains(UInt8(ascii: "@")) {
      guard let email = EmailAddress(text) else { return nil }
      self = .email(email)
    } else {
      guard let username = Username(text) else { return nil }
      self = .username(username)
    }
  }

  package var description: String {
    switch self {
    case .username(let username): username.description
    case .email(let email): email.description
    }
  }
}

extension String {
  /// NFC, so that what looks the same is the same bytes in a database. ASCII is composed as it stands.
  var canonicallyComposed: String {
    utf8.allSatisfy { $0 < 0x80 } ? self : precomposedStringWithCanonicalMapping
  }

  /// NFC in lower case, composed again because lower-casing can decompose.
  fileprivate var normalizedForLookup: String {
    canonicallyComposed.lowercased().canonicallyComposed
  }
}

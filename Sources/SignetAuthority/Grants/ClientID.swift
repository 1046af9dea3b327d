/// The name of a client: 1 to 64 lower-case letters, digits, `.`, `-` or `_`, a letter first, never 22 long.
///
/// An account's identifier, which is a token's `sub`, always has 22 characters: so a `client_id` can
/// never equal a `sub` (RFC 9700 §4.15.1).
package struct ClientID: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// A client identifier; nil when `text` has not the form above.
  package init?(_ text: String) {
    let bytes = text.utf8
    guard (1...64).contains(bytes.count), bytes.count != AccountID.textLength,
      let first = bytes.first, Self.letters.contains(first), bytes.allSatisfy(Self.allows)
    else {
      return nil
    }
    description = text
  }

  private init(builtIn name: String) {
    description = name
  }

  /// The built-in client behind first-party logins.
  package static let firstParty = ClientID(builtIn: "signet")

  private static let letters = UInt8(ascii: "a")...UInt8(ascii: "z")

  private static func allows(_ byte: UInt8) -> Bool {
    letters.contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || ".-_".utf8.contains(byte)
  }
}

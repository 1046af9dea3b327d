internal import JOSE

/// A refresh token that was issued here: version (1) ‖ MAC key id (4) ‖ grant (16) ‖ generation (8) ‖ MAC
/// (32), 61 bytes, 82 characters of base64url.
///
/// Its MAC says that it was issued; its generation, compared with the grant's, says whether it is spent. So
/// nothing is stored for a token, and a forged one never reaches the database. A value exists only
/// after its MAC was checked, or when it is being issued.
package struct RefreshToken: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  package let grant: GrantID
  /// Counts the family's tokens from 1.
  package let generation: Int64

  package var description: String { "RefreshToken(grant: \(grant), redacted)" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  private static let version: UInt8 = 1
  private static let messageByteCount = 1 + Keyring.idByteCount + GrantID.byteCount + 8
  private static let textLength = 82

  /// The token of `generation` of `grant`, to be issued.
  init(grant: GrantID, generation: Int64) {
    self.grant = grant
    self.generation = generation
  }

  /// The token that `text` is; nil unless it is well-formed and its MAC verifies under `keyring`.
  package init?(_ text: String, keyring: Keyring) {
    guard text.utf8.count == Self.textLength else { return nil }
    let bytes: [UInt8]
    do {
      bytes = try Base64URL.decode(text)
    } catch {
      return nil
    }
    let message = Array(bytes.prefix(Self.messageByteCount))
    let keyID = Array(message[1..<(1 + Keyring.idByteCount)])
    guard message[0] == Self.version,
      keyring.isValid(
        Array(bytes.dropFirst(Self.messageByteCount)), over: message, for: .refreshToken, keyID: keyID),
      let grant = GrantID(bytes: Array(message.dropFirst(1 + Keyring.idByteCount).prefix(GrantID.byteCount)))
    else {
      return nil
    }
    let number = message.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let generation = Int64(exactly: number), generation > 0 else { return nil }
    self.init(grant: grant, generation: generation)
  }

  /// The text that a client keeps. Two calls for one generation give the same text while the keyring's newest
  /// secret stays, which is what lets a retry get the very token that was lost. After a rotation of the
  /// keyring a retry gets another text of the same generation: either is good, and using one spends both.
  package func text(keyring: Keyring) -> String {
    let number = (0..<8).map { UInt8(truncatingIfNeeded: generation >> (56 - 8 * $0)) }
    let message = [Self.version] + keyring.newestID + grant.bytes + number
    return Base64URL.encode(message + keyring.authenticationCode(over: message, for: .refreshToken))
  }
}

/// A random value that a client keeps before it sends a refresh, so that it can prove a retry to be its own.
/// 16 to 128 printable ASCII characters without spaces; only its SHA-256 is stored.
package struct RetryKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// SHA-256 of the text.
  package let hash: [UInt8]

  /// A retry key; nil when `text` has not the form above.
  package init?(_ text: String) {
    guard (16...128).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      return nil
    }
    hash = sha256(Array(text.utf8))
  }

  package var description: String { "RetryKey(redacted)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

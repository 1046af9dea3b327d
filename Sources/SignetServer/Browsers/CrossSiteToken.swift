internal import JOSE
internal import SignetAuthority

/// What the site's own script sends back to show that it can read the site's cookies: session (16) ‖ MAC
/// (32), 64 characters of base64url.
///
/// It is bound to one session, so that a token which an attacker got for their own is of no use for
/// another's.
struct CrossSiteToken: Hashable, Sendable {
  let session: SessionID

  /// The token of `session`, to be issued.
  init(session: SessionID) {
    self.session = session
  }

  /// The token that `text` is; nil unless it was issued under `keyring`.
  init?(_ text: String, keyring: Keyring) {
    guard text.utf8.count == Self.textLength else { return nil }
    do {
      let bytes = try Base64URL.decode(text)
      let message = Array(bytes.prefix(Self.sessionByteCount))
      let code = Array(bytes.dropFirst(Self.sessionByteCount))
      guard keyring.isValid(code, over: message, for: .crossSiteRequestToken),
        let session = SessionID(bytes: message)
      else {
        return nil
      }
      self.session = session
    } catch {
      return nil
    }
  }

  func text(keyring: Keyring) -> String {
    Base64URL.encode(
      session.bytes + keyring.authenticationCode(over: session.bytes, for: .crossSiteRequestToken))
  }

  private static let sessionByteCount = 16
  private static let textLength = 64
}

internal import HTTPTypes
internal import Hummingbird
internal import JOSE
internal import SignetAuthority

/// The cookies of a browser's session. `__Host-` makes a browser refuse them unless they are `Secure`,
/// without `Domain`, and for the whole host (RFC 6265bis §4.1.3.2): no sibling domain can plant one.
enum SessionCookie: String, CaseIterable {
  /// The access token. `Lax`, so that a link from elsewhere arrives logged in; changes of state are guarded.
  case access = "__Host-signet-access"
  /// The refresh token. `Strict`: only the site's own pages ever refresh.
  case refresh = "__Host-signet-refresh"
  /// The token that the site's own script sends back in ``CrossSiteDefence/headerName``.
  case crossSite = "__Host-signet-csrf"

  private var attributes: String {
    switch self {
    case .access: "Path=/; Secure; HttpOnly; SameSite=Lax"
    case .refresh: "Path=/; Secure; HttpOnly; SameSite=Strict"
    case .crossSite: "Path=/; Secure; SameSite=Strict"
    }
  }

  /// The `Set-Cookie` value that stores `value`.
  func setting(_ value: String, maximumAgeSeconds: Int64) -> String {
    "\(rawValue)=\(value); Max-Age=\(max(0, maximumAgeSeconds)); \(attributes)"
  }

  /// The `Set-Cookie` value that removes it.
  var clearing: String { setting("", maximumAgeSeconds: 0) }
}

extension Request {
  /// The value of the one cookie of this name; nil when there is none.
  /// - Throws: ``Problem`` 400 when there are two: somebody planted one, and nobody can say which.
  func value(of cookie: SessionCookie) throws(Problem) -> String? {
    let values = cookiePairs.filter { $0.name == cookie.rawValue }.map(\.value)
    guard values.count <= 1 else {
      throw Problem(.badRequest, .ambiguousCredentials, "A session cookie is sent twice.")
    }
    return values.first
  }

  var hasSessionCookie: Bool {
    cookiePairs.contains { pair in
      pair.name == SessionCookie.access.rawValue || pair.name == SessionCookie.refresh.rawValue
    }
  }

  /// What the `Cookie` fields hold, in order (RFC 6265 §4.2.1). A name may occur twice. Read by bytes, as the
  /// token middleware does: as characters, some neighbours hide a semicolon, and one other equals it.
  private var cookiePairs: [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for field in headers[values: .cookie] {
      for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
        let trimmed = pair.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard let equals = trimmed.firstIndex(of: UInt8(ascii: "=")) else { continue }
        let value = trimmed[trimmed.index(after: equals)...]
        pairs.append(
          (String(decoding: trimmed[..<equals], as: UTF8.self), String(decoding: value, as: UTF8.self)))
      }
    }
    return pairs
  }
}

extension Response {
  /// Stores a session in the browser.
  mutating func setCookies(
    for tokens: SignedTokens, policy: AuthorityPolicy, keyring: Keyring, at now: Timestamp
  ) {
    let session = tokens.issued.session
    let sessionSeconds = min(policy.sessionIdleLimit, session.absoluteExpiry - now).components.seconds
    let crossSiteToken = CrossSiteToken(session: session.id).text(keyring: keyring)
    let settings = [
      SessionCookie.access.setting(
        tokens.accessToken, maximumAgeSeconds: tokens.issued.accessToken.lifetimeSeconds),
      SessionCookie.refresh.setting(tokens.refreshToken, maximumAgeSeconds: sessionSeconds),
      SessionCookie.crossSite.setting(crossSiteToken, maximumAgeSeconds: sessionSeconds),
    ]
    for setting in settings { headers.append(HTTPField(name: .setCookie, value: setting)) }
  }

  /// Removes the session from the browser.
  mutating func clearCookies() {
    for cookie in SessionCookie.allCases {
      headers.append(HTTPField(name: .setCookie, value: cookie.clearing))
    }
  }
}

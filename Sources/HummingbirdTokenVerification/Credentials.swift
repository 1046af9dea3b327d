internal import HTTPTypes
internal import TokenVerification

/// Where in a request the access token may stand.
public struct CredentialSources: Hashable, Sendable {
  /// The cookie that is looked at besides the `Authorization` field; nil for none.
  public let cookieName: String?

  /// `Authorization: Bearer …` (RFC 6750 §2.1), and nowhere else.
  public static let authorizationField = CredentialSources(cookieName: nil)

  /// `Authorization: Bearer …`, or a cookie of this name.
  ///
  /// A browser sends a cookie on its own, also to a request that another site has made it send: whoever
  /// accepts one must defend every state change against cross-site request forgery. Give the cookie the
  /// `__Host-` prefix.
  public static func authorizationField(orCookie name: String) -> CredentialSources {
    CredentialSources(cookieName: name)
  }
}

/// What a request shows of itself.
enum PresentedCredential: Equatable {
  case none
  /// The bytes of what should be a token.
  case token([UInt8])
  case several
  case malformed
}

extension CredentialSources {
  /// The credential of a request with these fields.
  ///
  /// An `Authorization` of another scheme counts as none: RFC 6750 §3.1 has it that a client that does not
  /// know the scheme gets a challenge without an error. A token in the query or in a form is never looked for
  /// (RFC 9700 §4.3.2).
  func credential(in fields: HTTPFields) -> PresentedCredential {
    var presented = fields[values: .authorization].compactMap(Self.bearer)
    if let cookieName {
      presented += fields[values: .cookie].flatMap { Self.cookies(named: cookieName, in: $0) }
    }
    guard let first = presented.first else { return .none }
    guard presented.count == 1 else { return .several }
    return Self.isToken68(first) ? .token(first) : .malformed
  }

  /// What follows the scheme, without the spaces between; nil when the scheme is not Bearer (RFC 9110 §11.4).
  private static func bearer(_ value: String) -> [UInt8]? {
    let bytes = Array(value.utf8)
    let scheme = bytes.prefix { $0 != UInt8(ascii: " ") }
    guard scheme.map({ $0 | 0x20 }) == Array("bearer".utf8) else { return nil }
    return Array(bytes[scheme.endIndex...].drop { $0 == UInt8(ascii: " ") })
  }

  /// The values of all cookies of this name in one `Cookie` field (RFC 6265 §4.2.1).
  private static func cookies(named name: String, in field: String) -> [[UInt8]] {
    field.utf8.split(separator: UInt8(ascii: ";")).compactMap { pair in
      let pair = pair.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      guard pair.starts(with: name.utf8), pair.dropFirst(name.utf8.count).first == UInt8(ascii: "=") else {
        return nil
      }
      return Array(pair.dropFirst(name.utf8.count + 1))
    }
  }

  /// Whether the bytes are a `b64token`: 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" (RFC
  /// 6750 §2.1).
  private static func isToken68(_ bytes: [UInt8]) -> Bool {
    let characters = bytes.prefix { isTokenCharacter($0) }
    return !characters.isEmpty && bytes[characters.endIndex...].allSatisfy { $0 == UInt8(ascii: "=") }
  }

  private static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}

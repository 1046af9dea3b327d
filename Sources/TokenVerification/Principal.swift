public import JOSE

/// Who a verified access token speaks for.
///
/// Only a ``TokenVerifier`` makes one, from claims whose signature, issuer, audience, type and time it has
/// checked, so a function that takes a principal cannot be called for anybody who has not shown a token.
public struct Principal: Sendable {
  /// One object, so that a principal that is handed on costs one reference.
  private let facts: Facts

  /// `sub`: the account, or the client that acts on its own behalf.
  public var subject: String { facts.subject }
  /// `sid`: the session that the token belongs to; nil for a token without one.
  public var sessionID: String? { facts.sessionID }
  /// `client_id`: the application that the token was issued to (RFC 9068 §2.2).
  public var clientID: String? { facts.clientID }
  /// `scope`, taken apart (RFC 8693 §4.2); empty when the claim is absent.
  public var scopes: Set<String> { facts.scopes }
  /// `roles` (RFC 9068 §2.2.3.1); empty when the claim is absent.
  public var roles: [String] { facts.roles }
  /// `jti`: names this token.
  public var tokenID: String { facts.tokenID }
  /// `iss`, which is the policy's.
  public var issuer: String { facts.issuer }
  /// `exp`, without any leeway.
  public var expiresAt: Timestamp { facts.expiresAt }
  /// `auth_time`: when the person last showed who they are.
  public var authenticatedAt: Timestamp? { facts.authenticatedAt }
  /// `kid`: the key that signed the token.
  public var keyID: String { facts.keyID }
  /// `rv`: how much of the issuer's revocation log had been written when the token was minted.
  public var revocationPosition: RevocationPosition? { facts.revocationPosition }
  /// All claims.
  public var claims: Claims { facts.claims }
  /// When the token counts.
  var times: ClaimTimes { facts.times }

  /// Whether the token carries every one of `scopes`.
  public func holds(scopes required: some Sequence<String>) -> Bool {
    required.allSatisfy(facts.scopes.contains)
  }

  /// The principal of a verified token.
  ///
  /// A claim of the wrong type is an error, never taken for an absent one.
  init(_ verified: Verified<Claims>, keyID: String) throws(JOSEError) {
    facts = try Facts(verified, keyID: keyID)
  }
}

private final class Facts: Sendable {
  let subject: String
  let sessionID: String?
  let clientID: String?
  let scopes: Set<String>
  let roles: [String]
  let tokenID: String
  let issuer: String
  let expiresAt: Timestamp
  let authenticatedAt: Timestamp?
  let keyID: String
  let revocationPosition: RevocationPosition?
  let claims: Claims
  let times: ClaimTimes

  init(_ verified: Verified<Claims>, keyID: String) throws(JOSEError) {
    let claims = verified.value
    self.claims = claims
    self.keyID = keyID
    subject = try Self.required("sub", claims.subject)
    tokenID = try Self.required("jti", claims.tokenID)
    issuer = try Self.required("iss", claims.issuer)
    expiresAt = try Self.required("exp", claims.expiresAt)
    clientID = try claims.string("client_id")
    sessionID = try claims.string("sid")
    scopes = try claims.scopes()
    roles = try claims.strings("roles") ?? []
    authenticatedAt = try claims.timestamp("auth_time")
    revocationPosition = try claims.position("rv")
    times = ClaimTimes(claims)
  }

  private static func required<Value>(_ name: String, _ value: Value?) throws(JOSEError) -> Value {
    guard let value else { throw JOSEError(.missingClaim, "\(name) is missing") }
    return value
  }
}

extension Claims {
  /// RFC 6749 §3.3: tokens of visible ASCII but `"` and `\`, with spaces between. Others are refused: to a
  /// Swift string that is equivalent in Unicode they might be equal.
  fileprivate func scopes() throws(JOSEError) -> Set<String> {
    guard let text = try string("scope") else { return [] }
    guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) else {
      throw JOSEError(.malformedClaim, "scope has a character that RFC 6749 §3.3 forbids")
    }
    // By bytes: to find characters costs ten times as much.
    return Set(text.utf8.split(separator: 0x20).map { String(Substring($0)) })
  }

  fileprivate func position(_ name: String) throws(JOSEError) -> RevocationPosition? {
    guard let text = try string(name) else { return nil }
    guard let position = RevocationPosition(text) else {
      throw JOSEError(.malformedClaim, "\(name) is not a position in a revocation log")
    }
    return position
  }
}

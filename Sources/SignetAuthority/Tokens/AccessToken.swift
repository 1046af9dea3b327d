package import JOSE
internal import TokenVerification

/// The claims of an access token that is decided and recorded, but not yet signed (RFC 9068 §2.2).
///
/// The shell signs it after the commit: a signature takes longer than a transaction should, and a token
/// that was never recorded must not exist.
package struct UnsignedAccessToken: Hashable, Sendable {
  package let claims: JSON
  /// The audience whose own secret signs it; nil where the published keys do.
  package let secretAudience: String?
  package let expiresAt: Timestamp
  /// How long it lives, in whole seconds, for `expires_in`.
  package let lifetimeSeconds: Int64
  package let scopes: [String]
}

extension Authority {
  /// The access token of `grant` for `account`, for the part of it that `narrowing` names. `position` is the
  /// revocation log's head, read *before* the account and the session were.
  func accessToken(
    for grant: Grant, of session: Session, account: Account, narrowing: GrantNarrowing,
    position: RevocationPosition, at now: Timestamp
  ) -> UnsignedAccessToken {
    let expiry = min(now + policy.accessTokenLifetime, session.absoluteExpiry)
    let allowed = policy.scopes(forRoles: account.roles)
    let scopes = (narrowing.scopes ?? grant.scopes).filter(allowed.contains)
    let audiences = policy.tokenAudiences(narrowing.resources, of: grant.resources)
    var members = [
      JSONMember(name: "iss", value: .string(policy.issuer)),
      JSONMember(name: "sub", value: .string(account.id.description)),
      JSONMember(name: "aud", value: Self.audience(audiences)),
      JSONMember(name: "exp", value: .integer(expiry.seconds)),
      JSONMember(name: "iat", value: .integer(now.seconds)),
      JSONMember(name: "jti", value: .string(Base64URL.encode(random.bytes(16)))),
      JSONMember(name: "client_id", value: .string(grant.client.description)),
      JSONMember(name: "sid", value: .string(session.id.description)),
      JSONMember(name: "rv", value: .string(position.description)),
      JSONMember(name: "auth_time", value: .integer(session.authenticatedAt.seconds)),
      JSONMember(name: "scope", value: .string(scopes.joined(separator: " "))),
    ]
    // A role that the configuration no longer declares means nothing any more.
    let roles = account.roles.filter { policy.roles[$0] != nil }
    if !roles.isEmpty {
      members.append(JSONMember(name: "roles", value: .strings(roles)))
    }
    return UnsignedAccessToken(
      claims: .object(members), secretAudience: secretAudience(audiences), expiresAt: expiry,
      lifetimeSeconds: expiry.seconds - now.seconds,
      scopes: scopes)
  }

  private func secretAudience(_ audiences: [String]) -> String? {
    audiences.count == 1 ? audiences.first { policy.hasOwnSecret($0) } : nil
  }

  /// One audience as a string, several as an array (RFC 7519 §4.1.3).
  private static func audience(_ audiences: [String]) -> JSON {
    audiences.count == 1 ? .string(audiences[0]) : .strings(audiences)
  }
}

/// What a login or a refresh answers with: everything is recorded, and the access token waits for its
/// signature. Its texts are secrets.
package struct IssuedTokens: Sendable, CustomStringConvertible, CustomReflectable {
  package let accessToken: UnsignedAccessToken
  /// The text of the refresh token that is current now. A secret.
  package let refreshToken: String
  package let session: Session
  package let grant: Grant
  package let account: Account

  package var description: String { "IssuedTokens(session: \(session.id), redacted)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

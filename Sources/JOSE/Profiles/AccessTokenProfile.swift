extension ClaimsPolicy {
  /// What a resource server expects of an access token (RFC 9068 §4).
  ///
  /// `typ` is `at+jwt` or `application/at+jwt`, in any case; `iss`, `exp`, `aud`, `sub`, `client_id`, `iat`
  /// and `jti` are required (§2.2); `sub`, `client_id` and `jti` are strings that are not empty.
  /// - Parameters:
  ///   - issuer: what `iss` must be.
  ///   - audience: what `aud` must hold: the resource server's own name.
  ///   - algorithms: at least one.
  ///   - leeway: 0 to 60 s; 0 by default.
  /// - Returns: The policy.
  /// - Throws: ``JOSEError`` with code `invalid_policy`.
  public static func accessToken(
    issuer: String, audience: String, algorithms: Set<SignatureAlgorithm>, leeway: Duration = .zero
  ) throws(JOSEError) -> ClaimsPolicy {
    try ClaimsPolicy(
      issuer: issuer, audience: audience, type: accessTokenType, algorithms: algorithms, leeway: leeway,
      requiredClaims: ["exp", "sub", "client_id", "iat", "jti"]
    ).requiringText(of: ["sub", "client_id", "jti"])
  }

  /// The `typ` of an access token (RFC 9068 §2.1).
  public static let accessTokenType = "at+jwt"
}

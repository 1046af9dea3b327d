/// How large the access tokens of a policy can become, before there is any.
enum TokenSize {
  /// The most bytes that a policy may let an access token have: a header travels with every request.
  static let maximumBytes = 4096

  /// The bytes of the largest access token: every resource, every role, every scope that roles give.
  static func largest(
    issuer: String, audiences: [String], roles: [String: Set<String>], defaultScopes: Set<String>
  ) -> Int {
    let scopes = roles.values.reduce(defaultScopes) { $0.union($1) }
    let lists = [audiences, Array(roles.keys), Array(scopes)].joined()
    // Quotes and a comma about each element.
    let listed = lists.reduce(0) { $0 + $1.utf8.count + 3 }
    return fixedBytes + encoded(issuer.utf8.count + claimBytes + listed)
  }

  /// `sub`, `exp`, `iat`, `jti`, `client_id`, `sid`, `rv`, `auth_time` and the names of all claims.
  private static let claimBytes = 360

  /// The header, and the signature of the largest algorithm on offer (RSA with 2,048 bits), encoded.
  private static let fixedBytes = 100 + 2 + 342

  private static func encoded(_ count: Int) -> Int { (count * 4 + 2) / 3 }
}

/// The part of a grant that one request asks for: nil means all of it.
package struct GrantNarrowing: Hashable, Sendable {
  /// Scopes, sorted and unique (RFC 6749 §6: never more than was granted).
  package let scopes: [String]?
  /// Audiences, sorted and unique (RFC 8707 §2.2).
  package let resources: [String]?

  /// Nothing is narrowed.
  package static let whole = GrantNarrowing(scopes: nil, resources: nil)

  package init(scopes: [String]?, resources: [String]?) {
    self.scopes = scopes.map(Self.sortedSet)
    self.resources = resources.map(Self.sortedSet)
  }

  private static func sortedSet(_ values: [String]) -> [String] {
    Set(values).sorted()
  }
}

/// Why what was asked for cannot be granted.
package enum NarrowingRefusal: Error, Hashable {
  /// A scope that the account or the grant does not have (RFC 6749 §5.2, `invalid_scope`).
  case scope(String)
  /// An audience that is unknown or outside the grant (RFC 8707 §2, `invalid_target`).
  case resource(String)
  /// Audiences that one token cannot be for together: one of them has a secret of its own.
  case mixedResources
}

extension GrantNarrowing {
  /// Why this exceeds `grant`, or one token; nil when it lies within.
  func refusal(within grant: Grant, policy: AuthorityPolicy) -> NarrowingRefusal? {
    if let stray = scopes?.first(where: { !grant.scopes.contains($0) }) { return .scope(stray) }
    let declared = policy.declared(grant.resources)
    if let stray = resources?.first(where: { !declared.contains($0) }) { return .resource(stray) }
    guard resources?.isEmpty != true, !declared.isEmpty else { return .resource("") }
    return policy.canShareToken(policy.tokenAudiences(resources, of: grant.resources)) ? nil : .mixedResources
  }
}

extension AuthorityPolicy {
  /// Those of `audiences` that are still declared: a grant outlives what it was made for.
  func declared(_ audiences: [String]) -> [String] {
    audiences.filter { audience in resources.contains { $0.audience == audience } }
  }

  /// What a new grant holds when `request` is asked for by an account with `roles`.
  ///
  /// Without named resources it is for all that are declared, though not in one token if some have a secret
  /// of their own; without named scopes, for all that the
  /// account's roles give. A scope that is asked for and not held is refused, never dropped in silence.
  func grantable(
    _ request: GrantNarrowing, roles: [String]
  ) -> Result<(scopes: [String], resources: [String]), NarrowingRefusal> {
    let audiences = request.resources ?? resources.map(\.audience).sorted()
    for audience in audiences where !resources.contains(where: { $0.audience == audience }) {
      return .failure(.resource(audience))
    }
    guard !audiences.isEmpty else { return .failure(.resource("")) }
    guard canShareToken(tokenAudiences(request.resources, of: audiences)) else {
      return .failure(.mixedResources)
    }
    let meaningful = resources.filter { audiences.contains($0.audience) }
      .reduce(into: Set<String>()) { $0.formUnion($1.scopes) }
    let held = scopes(forRoles: roles).intersection(meaningful)
    guard let wanted = request.scopes else { return .success((held.sorted(), audiences)) }
    for scope in wanted where !held.contains(scope) { return .failure(.scope(scope)) }
    return .success((wanted, audiences))
  }
}

package import JOSE

/// What came of an order to give an account other roles.
package enum RolesChange: Hashable, Sendable {
  /// `endedSessions` counts the sessions that ended because a role was taken away.
  case changed(endedSessions: Int)
  /// The account has these roles already; nothing was written.
  case unchanged
  case noSuchAccount
  /// A role that the configuration does not declare.
  case unknownRole(String)
}

extension Authority {
  /// Gives an account exactly `roles`, in any order.
  ///
  /// When one is taken away its sessions end, because the access tokens of a session say what was true when
  /// they were minted. Roles that are only added count from the next refresh; their scopes from the next
  /// login, because a grant never grows.
  package func changeRoles(
    of id: AccountID, to roles: [String], origin: RequestOrigin, in tx: some AuthorityWrites,
    at now: Timestamp
  ) throws -> RolesChange {
    guard var account = try tx.lockedAccount(id) else { return .noSuchAccount }
    // A role that was declared once may stay; giving it anew may not.
    let held = Set(account.roles)
    let wanted = Set(roles)
    if let stray = wanted.subtracting(held).sorted().first(where: { policy.roles[$0] == nil }) {
      return .unknownRole(stray)
    }
    guard wanted != held else { return .unchanged }
    account.roles = wanted.sorted()
    try tx.update(account)
    try tx.append(
      AuditEvent(
        at: now, kind: .rolesChanged, account: id, origin: origin,
        reason: account.roles.joined(separator: " ")))
    guard !held.isSubset(of: wanted) else { return .changed(endedSessions: 0) }
    let ended = try endSessions(of: id, cause: .rolesChanged, origin: origin, in: tx, at: now)
    return .changed(endedSessions: ended)
  }
}

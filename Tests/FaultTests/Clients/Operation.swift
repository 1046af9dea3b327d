/// What a client asks for: something that the authority must remember once it has answered.
enum Operation: Sendable {
  case login
  case refresh(session: String, retryKey: String)
  case logout(LogoutReach, by: String)
  case revocation(RevocationWay)
  /// By one of its sessions, or by an administrator.
  case passwordChange(to: String, by: String?)

  enum LogoutReach: CaseIterable, Sendable {
    case thisSession, others, everywhere
  }

  enum RevocationWay: Sendable {
    /// The account's owner ends one session from another.
    case ofOne(String, by: String)
    /// `signet sessions revoke`.
    case byAdministrator(String)
    /// `signet accounts end-sessions`.
    case ofAll
  }

  enum Kind: String, CaseIterable, Sendable {
    case login = "logins"
    case refresh = "refreshes"
    case logout = "logouts"
    case passwordChange = "password changes"
    case revocation = "revocations"
  }

  var kind: Kind {
    switch self {
    case .login: .login
    case .refresh: .refresh
    case .logout: .logout
    case .revocation: .revocation
    case .passwordChange: .passwordChange
    }
  }

  /// Whether it ends the session `id` when it is done.
  func ends(_ id: String) -> Bool {
    switch self {
    case .login, .refresh: false
    case .logout(.thisSession, let by): id == by
    case .logout(.others, let by): id != by
    case .logout(.everywhere, _), .revocation(.ofAll): true
    case .revocation(.ofOne(let one, _)), .revocation(.byAdministrator(let one)): id == one
    case .passwordChange(_, let by): id != by
    }
  }
}

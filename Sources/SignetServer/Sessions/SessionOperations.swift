package import SignetAuthority
package import TokenVerification

/// Which sessions a logout ends.
package enum LogoutReach: Hashable, Sendable {
  case thisSession, others, everywhere
}

/// The session that a verified access token belongs to.
package struct SessionPrincipal: Hashable, Sendable {
  package let account: AccountID
  package let session: SessionID

  /// Nil for a token that belongs to no session of an account: a client's own, for one.
  package init?(_ principal: Principal) {
    guard let account = AccountID(principal.subject),
      let session = principal.sessionID.flatMap({ SessionID($0) })
    else {
      return nil
    }
    self.account = account
    self.session = session
  }
}

extension AuthorityService {
  /// Ends sessions of the principal's account.
  /// - Returns: How many ended.
  package func logout(
    _ principal: SessionPrincipal, reach: LogoutReach, origin: RequestOrigin
  ) async throws -> Int {
    let now = clock()
    return try await storage.write { [authority] tx in
      switch reach {
      case .thisSession:
        try authority.endSession(
          principal.session, of: principal.account, cause: .logout, origin: origin, in: tx, at: now) ? 1 : 0
      case .others:
        try authority.endSessions(
          of: principal.account, except: principal.session, cause: .logoutOthers, origin: origin, in: tx,
          at: now)
      case .everywhere:
        try authority.endSessions(
          of: principal.account, cause: .logoutEverywhere, origin: origin, in: tx, at: now)
      }
    }
  }

  /// Ends one session of the principal's account.
  /// - Returns: Whether it was there to be ended; somebody else's is not.
  package func endSession(
    _ id: SessionID, of principal: SessionPrincipal, origin: RequestOrigin
  ) async throws -> Bool {
    let now = clock()
    return try await storage.write { [authority] tx in
      try authority.endSession(id, of: principal.account, cause: .logout, origin: origin, in: tx, at: now)
    }
  }

  /// The account's sessions that can still be refreshed, newest login first; at most 200.
  package func sessions(of principal: SessionPrincipal) async throws -> [Session] {
    let now = clock()
    return try await storage.read { [authority] tx in
      Array(try authority.liveSessions(of: principal.account, in: tx, at: now).prefix(200))
    }
  }
}

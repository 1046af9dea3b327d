internal import JOSE
internal import SignetAuthority

extension Administration {
  func sessions(of name: String) async throws -> AdministrationAnswer {
    let id = try await account(name).id
    let now = service.clock()
    let idleLimit = service.authority.policy.sessionIdleLimit
    let sessions = try await service.storage.read { [authority = service.authority] tx in
      try authority.liveSessions(of: id, in: tx, at: now)
    }
    return .sessions(sessions.map { SessionSummary($0, idleLimit: idleLimit) })
  }

  func endSessions(of name: String, origin: RequestOrigin) async throws -> AdministrationAnswer {
    let id = try await account(name).id
    let now = service.clock()
    let ended = try await service.storage.write { [authority = service.authority] tx in
      try authority.endSessions(of: id, cause: .administrator, origin: origin, in: tx, at: now)
    }
    return .sessionsEnded(account: AccountSummary(try await account(name)), count: ended)
  }

  func revokeSession(_ text: String, origin: RequestOrigin) async throws -> AdministrationAnswer {
    guard let id = SessionID(text) else { throw Self.noSuchSession(text) }
    let now = service.clock()
    let ended = try await service.storage.write { [authority = service.authority] tx in
      guard let session = try tx.session(id),
        try authority.endSession(id, cause: .administrator, origin: origin, in: tx, at: now)
      else {
        return nil as AccountID?
      }
      return session.account
    }
    guard let ended else { throw Self.noSuchSession(text) }
    return .sessionsEnded(account: AccountSummary(try await account(ended.description)), count: 1)
  }

  private static func noSuchSession(_ text: String) -> AdministrationRefusal {
    AdministrationRefusal(
      "no_such_session", "there is no session “\(text)” that could be ended",
      next: "`signet sessions list ACCOUNT` shows those that there are")
  }
}

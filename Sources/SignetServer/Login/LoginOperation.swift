internal import Logging
package import SignetAuthority

/// What came of a login.
package enum LoginOutcome: Sendable {
  case opened(SignedTokens)
  case denied(LoginDenial)
  /// Too many guesses: the password was not looked at.
  case throttled(retryAfter: Duration)
}

extension AuthorityService {
  /// Logs in: finds the account, checks the password outside any transaction, opens a session, signs.
  /// - Throws: ``HashingError``, `StorageError`.
  package func login(
    name: LoginName?, password: Password, request: SessionRequest
  ) async throws -> LoginOutcome {
    try hasher.requireRoom()
    let guess = PasswordGuess(name: name, origin: request.origin)
    if case .refused(let wait) = try await spend(guess) { return .throttled(retryAfter: wait) }
    var login = Login(decoy: decoy)
    var effect = login.step(.credentials(name: name, password: password), at: clock())
    while true {
      switch effect {
      case .findAccount(let name):
        let account = try await storage.read { tx in try name.flatMap { try tx.account(named: $0) } }
        effect = login.step(.accountFound(account), at: clock())
      case .verifyPassword(let password, let hash):
        let matches = try await check(password, hash, guess)
        effect = login.step(.passwordChecked(matches: matches), at: clock())
      case .complete(let authenticated):
        return try await openSession(for: authenticated, guess: guess, password: password, request: request)
      case .deny(let denial):
        let now = clock()
        try await storage.write { [authority] tx in
          try authority.recordDenial(denial, origin: request.origin, in: tx, at: now)
        }
        metrics.count(denial)
        return .denied(denial)
      }
    }
  }

  private func openSession(
    for login: AuthenticatedLogin, guess: PasswordGuess, password: Password, request: SessionRequest
  ) async throws -> LoginOutcome {
    let now = clock()
    let opening = try await storage.write { [authority] tx in
      let opening = try authority.openSession(for: login, request: request, in: tx, at: now)
      if case .opened = opening { try authority.settle(guess, in: tx, at: now) }
      return opening
    }
    switch opening {
    case .denied(let denial):
      metrics.count(denial)
      return .denied(denial)
    case .opened(let issued):
      let tokens = try sign(issued)
      await upgradeHash(of: issued.account, password: password, requestID: request.origin.requestID)
      return .opened(tokens)
    }
  }

  /// Hashes the password again when the cost has changed. The login has succeeded: what fails here is
  /// logged, and the next login tries again.
  private func upgradeHash(of account: Account, password: Password, requestID: String) async {
    guard let old = account.passwordHash, hasher.needsRehash(old) else { return }
    do {
      let new = try await hasher.hash(password)
      try await storage.write { [authority] tx in
        try authority.upgradePasswordHash(of: account.id, from: old, to: new, in: tx)
      }
    } catch {
      logger.warning(
        "a password hash was not upgraded",
        metadata: ["request_id": "\(requestID)", "error.type": "\(type(of: error))"])
    }
  }
}

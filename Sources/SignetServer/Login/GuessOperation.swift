internal import SignetAuthority

extension AuthorityService {
  /// Spends a guess, before its password is looked at. A refused one is refused by a read.
  func spend(_ guess: PasswordGuess) async throws -> GuessAdmission {
    let now = clock()
    let first = try await storage.read { [authority] tx in
      try authority.admission(of: guess, in: tx, at: now)
    }
    guard case .admitted = first else { return throttled(first) }
    return throttled(
      try await storage.write { [authority] tx in try authority.spend(guess, in: tx, at: now) })
  }

  /// Counts an admission that is none.
  private func throttled(_ admission: GuessAdmission) -> GuessAdmission {
    if case .refused = admission { metrics.guessesThrottled.add() }
    return admission
  }

  /// Verifies a password. A guess that could not be tried is given back.
  func check(_ password: Password, _ hash: PasswordHash, _ guess: PasswordGuess) async throws -> Bool {
    do {
      return try await hasher.matches(password, hash)
    } catch {
      try await storage.write { [authority] tx in try authority.giveBack(guess, in: tx) }
      throw error
    }
  }

  /// After the right password, where no other write follows that could do it.
  func settle(_ guess: PasswordGuess) async throws {
    let now = clock()
    try await storage.write { [authority] tx in try authority.settle(guess, in: tx, at: now) }
  }
}

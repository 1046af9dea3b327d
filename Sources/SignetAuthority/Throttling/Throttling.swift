package import JOSE

/// Whether somebody may guess at a password now.
package enum GuessAdmission: Hashable, Sendable {
  case admitted
  case refused(retryAfter: Duration)
}

extension Authority {
  /// Whether `guess` would be admitted, without a write: a flood of refused guesses costs reads only.
  ///
  /// Three buckets count. The account *at this address* is the narrow one: a guesser elsewhere cannot empty
  /// it. The address counts over all accounts, so that one password is not tried on each. The account counts
  /// over all addresses, so that many addresses do not multiply the guesses; alone it would let anybody lock
  /// the owner out, so where the right password was given within 30 days only the narrow bucket counts.
  ///
  /// The price: an owner at a new address waits with the attackers, up to a minute a try; whoever shares the
  /// owner's address can make the owner wait; and a guesser at an address that the owner has used has the
  /// narrow bucket's guesses beyond the account's.
  package func admission(
    of guess: PasswordGuess, in tx: some AuthorityReads, at now: Timestamp
  ) throws -> GuessAdmission {
    let (admission, _) = try decide(guess, in: tx, at: now)
    return admission
  }

  /// Decides again, and spends the guess *before* the password is hashed: guesses that run side by side are
  /// each counted, and a crash gives none back.
  package func spend(
    _ guess: PasswordGuess, in tx: some AuthorityWrites, at now: Timestamp
  ) throws -> GuessAdmission {
    let (admission, spendings) = try decide(guess, in: tx, at: now)
    guard case .admitted = admission else { return admission }
    for spending in spendings {
      try store(spending.throttle, isNew: spending.isNew, in: tx)
      guard spending.exhausts else { continue }
      // One line for a bucket that runs empty. Guesses that are refused leave none: a flood must not fill the
      // log.
      try tx.append(
        AuditEvent(
          at: now, kind: .guessesExhausted, origin: guess.origin, reason: spending.bucket.kind.rawValue))
    }
    return .admitted
  }

  /// After the right password: the guess was none, and the account is expected at this address.
  package func settle(
    _ guess: PasswordGuess, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    for (bucket, throttle) in try spent(by: guess, in: tx) {
      let isPair = bucket.kind == .pair
      let next =
        isPair
        ? throttle.trusting(bucket.limit, until: now + ThrottlePolicy.trust)
        : throttle.returning(bucket.limit)
      try tx.update(next)
    }
  }

  /// Gives back a guess that was never tried, because the server was too busy.
  package func giveBack(_ guess: PasswordGuess, in tx: some AuthorityWrites) throws {
    for (bucket, throttle) in try spent(by: guess, in: tx) {
      try tx.update(throttle.returning(bucket.limit))
    }
  }

  /// The buckets that an admitted guess was spent from: the wide ones not where the account was expected.
  /// Else whoever has one account would fill the address's bucket again by logging in to it.
  private func spent(
    by guess: PasswordGuess, in tx: some AuthorityReads
  ) throws -> [(Bucket, Throttle)] {
    var found: [(Bucket, Throttle)] = []
    for bucket in buckets(of: guess) {
      guard let throttle = try tx.throttle(bucket.key) else { continue }
      found.append((bucket, throttle))
      if bucket.kind == .pair, throttle.isTrusted(at: throttle.spentAt) { break }
    }
    return found
  }

  private struct Bucket {
    enum Kind: String {
      case pair = "account_at_address"
      case account
      case address
    }

    let kind: Kind
    let key: ThrottleKey
    let limit: Throttle.Limit
  }

  private struct Spending {
    let bucket: Bucket
    let throttle: Throttle
    let isNew: Bool
    let exhausts: Bool
  }

  private func decide(
    _ guess: PasswordGuess, in tx: some AuthorityReads, at now: Timestamp
  ) throws -> (GuessAdmission, [Spending]) {
    var spendings: [Spending] = []
    var longest = Duration.zero
    for bucket in buckets(of: guess) {
      let stored = try tx.throttle(bucket.key)
      let throttle = stored ?? Throttle(key: bucket.key, spentAt: now, expiresAt: now)
      switch throttle.decide(bucket.limit, at: now) {
      case .refuse(let wait): longest = max(longest, wait)
      case .admit(let next, let exhausts):
        spendings.append(
          Spending(bucket: bucket, throttle: next, isNew: stored == nil, exhausts: exhausts))
      }
      if bucket.kind == .pair, throttle.isTrusted(at: now) { break }
    }
    return longest > .zero ? (.refused(retryAfter: longest), []) : (.admitted, spendings)
  }

  /// The buckets that a guess spends from, the narrow one first.
  private func buckets(of guess: PasswordGuess) -> [Bucket] {
    let limits = policy.throttling
    let name = guess.name.map(\.description) ?? ""
    let network = limits.knowsAddresses ? AddressNetwork.of(guess.origin.address) : nil
    let pairKey = ThrottleKey("pair", [name, network ?? ""], keyring: keyring)
    let pair = Bucket(kind: .pair, key: pairKey, limit: limits.pair)
    // Without an address the pair is the account already.
    guard let network else { return [pair] }
    return [
      pair,
      Bucket(
        kind: .account, key: ThrottleKey("account", [name], keyring: keyring), limit: limits.account),
      Bucket(
        kind: .address, key: ThrottleKey("address", [network], keyring: keyring), limit: limits.address),
    ]
  }

  private func store(_ throttle: Throttle, isNew: Bool, in tx: some AuthorityWrites) throws {
    if isNew { try tx.insert(throttle) } else { try tx.update(throttle) }
  }
}

internal import JOSE
internal import SignetAuthority

extension Administration {
  func addAccount(_ new: NewAccountRequest, origin: RequestOrigin) async throws -> AdministrationAnswer {
    let username = try new.username.map(Self.username)
    let email = try new.email.map(Self.email)
    let names = [username?.description, email?.description].compactMap { $0 }
    var hash: PasswordHash?
    if let password = new.password { hash = try await self.hash(password, names: names) }
    let account = NewAccount(
      username: username, email: email, displayName: new.displayName, roles: new.roles, passwordHash: hash)
    let now = service.clock()
    let addition = try await service.storage.write { [authority = service.authority] tx in
      try authority.addAccount(account, origin: origin, in: tx, at: now)
    }
    switch addition {
    case .added(let account): return .account(AccountSummary(account))
    case .refused(let refusal): throw Self.refusal(refusal)
    }
  }

  func accounts(after: String?, limit: Int) async throws -> AdministrationAnswer {
    guard (1...1000).contains(limit) else {
      throw AdministrationRefusal("bad_limit", "a page holds 1 to 1000 accounts")
    }
    let cursor = try after.map { text in
      guard let id = AccountID(text) else {
        throw AdministrationRefusal("bad_cursor", "“\(text)” is no account's identifier")
      }
      return id
    }
    let found = try await service.storage.read { tx in try tx.accounts(after: cursor, limit: limit + 1) }
    let page = found.prefix(limit)
    let next = found.count > limit ? page.last?.id.description : nil
    return .accounts(page.map(AccountSummary.init), next: next)
  }

  func disable(_ name: String, origin: RequestOrigin) async throws -> AdministrationAnswer {
    let id = try await account(name).id
    let now = service.clock()
    let ended = try await service.storage.write { [authority = service.authority] tx in
      try authority.disableAccount(id, origin: origin, in: tx, at: now)
    }
    return .sessionsEnded(account: AccountSummary(try await account(name)), count: ended ?? 0)
  }

  func enable(_ name: String, origin: RequestOrigin) async throws -> AdministrationAnswer {
    let id = try await account(name).id
    let now = service.clock()
    _ = try await service.storage.write { [authority = service.authority] tx in
      try authority.enableAccount(id, origin: origin, in: tx, at: now)
    }
    return .account(AccountSummary(try await account(name)))
  }

  func setPassword(
    _ password: SecretText, of name: String, origin: RequestOrigin
  ) async throws -> AdministrationAnswer {
    let found = try await account(name)
    let hash: PasswordHash
    do {
      hash = try await self.hash(password, names: found.loginNames)
    } catch let refusal as AdministrationRefusal {
      try await service.recordPasswordRefusal(of: found.id, reason: refusal.code, origin: origin)
      throw refusal
    }
    let now = service.clock()
    let outcome = try await service.storage.write { [authority = service.authority] tx in
      try authority.changePassword(
        of: found.id, to: hash, checkedVersion: nil, keeping: nil, origin: origin, in: tx, at: now)
    }
    switch outcome {
    case .changed(let ended):
      return .sessionsEnded(account: AccountSummary(try await account(name)), count: ended)
    case .superseded:
      throw AdministrationRefusal("conflict", "the account was changed meanwhile", next: "try again")
    }
  }

  func setRoles(_ roles: [String], of name: String, origin: RequestOrigin) async throws
    -> AdministrationAnswer
  {
    let id = try await account(name).id
    let now = service.clock()
    let change = try await service.storage.write { [authority = service.authority] tx in
      try authority.changeRoles(of: id, to: roles, origin: origin, in: tx, at: now)
    }
    switch change {
    case .changed(let ended):
      return .sessionsEnded(account: AccountSummary(try await account(name)), count: ended)
    case .unchanged: return .sessionsEnded(account: AccountSummary(try await account(name)), count: 0)
    case .noSuchAccount: throw Self.noSuchAccount(name)
    case .unknownRole(let role): throw Self.refusal(.unknownRole(role))
    }
  }

  /// The account that `name` means: an identifier, a username or an e-mail address.
  func account(_ name: String) async throws -> Account {
    let found = try await service.storage.read { tx -> Account? in
      // A username may have the form of an identifier; whoever has the identifier means the identifier.
      if let id = AccountID(name), let account = try tx.account(id) { return account }
      return try LoginName(name).flatMap { try tx.account(named: $0) }
    }
    guard let found else { throw Self.noSuchAccount(name) }
    return found
  }

  private func hash(_ secret: SecretText, names: [String]) async throws -> PasswordHash {
    guard let password = Password(secret.value) else {
      throw AdministrationRefusal(
        "password_too_long", "the password is longer than \(Password.maximumBytes) bytes",
        next: "choose a shorter one")
    }
    if let refusal = service.authority.policy.refusal(of: password, names: names) {
      throw Self.refusal(refusal)
    }
    return try await service.hasher.hash(password)
  }
}

// MARK: - Words

extension Administration {
  private static func username(_ text: String) throws(AdministrationRefusal) -> Username {
    guard let username = Username(text) else {
      throw AdministrationRefusal(
        "malformed_username", "“\(text)” is no username",
        next: "use 1 to 64 letters, digits, dots, hyphens and underscores")
    }
    return username
  }

  private static func email(_ text: String) throws(AdministrationRefusal) -> EmailAddress {
    guard let email = EmailAddress(text) else {
      throw AdministrationRefusal(
        "malformed_email", "“\(text)” is no e-mail address", next: "write name@domain")
    }
    return email
  }

  private static func noSuchAccount(_ name: String) -> AdministrationRefusal {
    AdministrationRefusal(
      "no_such_account", "there is no account “\(name)”",
      next: "`signet accounts list` shows those that there are")
  }

  private static func refusal(_ refusal: AccountRefusal) -> AdministrationRefusal {
    switch refusal {
    case .noName:
      AdministrationRefusal(
        "no_name", "an account needs a name", next: "give a username, an e-mail address or both")
    case .usernameTaken: AdministrationRefusal("username_taken", "another account has this username")
    case .emailTaken: AdministrationRefusal("email_taken", "another account has this e-mail address")
    case .malformedDisplayName:
      AdministrationRefusal(
        "malformed_display_name", "a display name has at most 200 bytes and no control characters")
    case .unknownRole(let role):
      AdministrationRefusal(
        "unknown_role", "no role is called “\(role)”",
        next: "declare it under `roles` in the configuration, and restart the server")
    }
  }

  private static func refusal(_ refusal: PasswordPolicy.Refusal) -> AdministrationRefusal {
    switch refusal {
    case .tooShort(let minimum):
      AdministrationRefusal(
        refusal.code, "the password is shorter than \(minimum) characters",
        next: "choose a longer one; a few words are easy to remember")
    case .common:
      AdministrationRefusal(
        refusal.code, "the password is a word that many choose, with little added",
        next: "choose another; a few words that do not belong together are easy to remember")
    case .predictable:
      AdministrationRefusal(
        refusal.code, "the password repeats itself, counts or follows the keyboard",
        next: "choose another; a few words that do not belong together are easy to remember")
    case .containsName:
      AdministrationRefusal(
        refusal.code, "the password is the account's or the service's name, with little added",
        next: "choose another")
    }
  }
}

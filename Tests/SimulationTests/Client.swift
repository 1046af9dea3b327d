import JOSE
import SignetAuthority
import SignetTesting

/// A program of somebody's. It keeps its refresh token, and before it sends a refresh a retry key, through
/// every crash; it asks again until it is answered.
final class Client {
  let number: Int
  let account: AccountID
  private unowned let world: World
  private(set) var kept: Kept?
  /// All access tokens that it has had.
  private var tokens: [String] = []
  /// It rotates again only when nothing of the last rotation can still be on its way.
  private var lastSent: Duration = .zero

  /// What it has on disk.
  struct Kept {
    var refreshToken: String
    var retryKey: String?
    let session: SessionID
  }

  init(_ number: Int, world: World) async throws {
    self.number = number
    self.world = world
    guard let username = Username("client\(number)") else { throw FixtureError() }
    let new = NewAccount(
      username: username, email: nil, displayName: "client \(number)", roles: ["clerk"],
      passwordHash: try TestAuthority.passwordHash())
    let addition = try await world.nodes[0].write { authority, tx, now in
      try authority.addAccount(new, origin: TestAuthority.origin, in: tx, at: now)
    }
    guard case .added(let account) = addition else { throw FixtureError() }
    self.account = account.id
  }

  func begin() {
    world.after(world.seconds(0...5)) { [self] in try await act() }
    world.after(world.seconds(0...5)) { [self] in try await call() }
  }

  private func act() async throws {
    world.after(world.seconds(4...20)) { [self] in try await act() }
    guard let kept else { return logIn() }
    if kept.retryKey != nil { return refresh() }
    switch Int.random(in: 0..<40, using: &world.random) {
    case 0: logOut(kept)
    case 1: changePassword(kept)
    case 2..<18: beginRefresh()
    case 18, 19:
      // Two tabs: one key, kept before either sends.
      beginRefresh()
      refresh()
    default: break
    }
  }

  /// Calls an API with one of its tokens, also with one that it should have thrown away.
  private func call() async throws {
    world.after(world.seconds(1...6)) { [self] in try await call() }
    guard let token = world.pick(tokens), let verifier = world.pick(world.verifiers) else { return }
    try await verifier.present(token)
  }

  // MARK: What it does

  private func logIn() {
    ask("login", of: world.pick(world.nodes)) { [self] node in
      guard let login = try await authenticate(at: node) else { return }
      let opening = try await node.write { authority, tx, now in
        try authority.openSession(
          for: login, request: SessionRequest(origin: TestAuthority.origin), in: tx, at: now)
      }
      guard case .opened(let tokens) = opening else { return }
      world.truth.opened(tokens)
      let text = try await node.sign(tokens)
      node.publish()
      world.send("answer to login of client \(number)") { [self] in
        guard kept == nil else { return }
        kept = Kept(refreshToken: tokens.refreshToken, session: tokens.session.id)
        self.tokens.append(text)
      }
    }
  }

  private func authenticate(at node: Node) async throws -> AuthenticatedLogin? {
    let id = account
    guard let account = try await world.storage.read({ try $0.account(id) }), account.isEnabled,
      let password = Password("correct horse battery staple")
    else { return nil }
    var login = Login(decoy: try TestAuthority.passwordHash())
    _ = login.step(
      .credentials(name: account.username.map(LoginName.username), password: password), at: node.now)
    _ = login.step(.accountFound(account), at: node.now)
    guard case .complete(let done) = login.step(.passwordChecked(matches: true), at: node.now) else {
      return nil
    }
    return done
  }

  private func beginRefresh() {
    guard kept?.retryKey == nil, world.time > lastSent + World.longestDelay + .milliseconds(500) else {
      return
    }
    kept?.retryKey = "retry-key-\(world.random.next())"
    refresh()
  }

  /// Sends what is kept, for the first time or again.
  private func refresh() {
    guard let kept, let retryKey = kept.retryKey else { return }
    lastSent = world.time
    let token = kept.refreshToken
    ask("refresh", of: world.pick(world.nodes)) { [self] node in
      let outcome = try await world.refresh(token, retryKey: retryKey, at: node)
      world.send("answer to refresh of client \(number)") { [self] in take(outcome, for: token) }
    }
  }

  private func take(_ outcome: RefreshAnswer, for token: String) {
    guard kept?.refreshToken == token else { return }
    switch outcome {
    case .renewed(let refreshToken, let accessToken):
      kept?.refreshToken = refreshToken
      kept?.retryKey = nil
      tokens.append(accessToken)
    case .refused:
      kept = nil
    }
  }

  private func logOut(_ kept: Kept) {
    self.kept = nil
    end("logout", sessions: { _ in [kept.session] }) { authority, tx, now, account in
      _ = try authority.endSession(
        kept.session, of: account, cause: .logout, origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  private func changePassword(_ kept: Kept) {
    end("password change", sessions: { $0.contains(kept.session) ? $0.filter { $0 != kept.session } : [] }) {
      authority, tx, now, account in
      _ = try authority.changePassword(
        of: account, to: try TestAuthority.passwordHash(), checkedVersion: nil, keeping: kept.session,
        origin: TestAuthority.origin, in: tx, at: now)
    }
  }

  /// Sends an order that ends those of the account's sessions that `sessions` picks.
  private func end(
    _ what: String, sessions: @escaping ([SessionID]) -> [SessionID],
    _ body: @escaping @Sendable (Authority, any AuthorityWrites, Timestamp, AccountID) throws -> Void
  ) {
    let account = account
    ask(what, of: world.pick(world.nodes)) { [self] node in
      let unended = try await world.storage.read { try $0.unendedSessions(of: account).map(\.id) }
      let condemned = sessions(unended)
      world.truth.condemn(condemned)
      try await node.write { authority, tx, now in try body(authority, tx, now, account) }
      node.publish()
      world.send("answer to \(what) of client \(number)") { [self] in
        world.truth.acknowledge(condemned, at: world.time)
      }
    }
  }

  private func ask(_ what: String, of node: Node?, _ work: @escaping (Node) async throws -> Void) {
    guard let node else { return }
    world.tell("client \(number) sends \(what) to node \(node.number)")
    world.send("\(what) of client \(number)") { if node.isUp { try await work(node) } }
  }
}

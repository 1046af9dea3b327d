import SignetAuthority
import SignetTesting
import TokenVerification

/// Who runs the authority, and what befalls it.
final class Operator {
  private unowned let world: World
  private var backup: MemoryBackup?

  init(world: World) {
    self.world = world
  }

  func begin() {
    world.after(world.seconds(10...60)) { [self] in try await act() }
  }

  private func act() async throws {
    world.after(world.seconds(10...60)) { [self] in try await act() }
    guard let node = world.pick(world.nodes.filter(\.isUp)) else { return }
    switch Int.random(in: 0..<12, using: &world.random) {
    case 0..<4: node.crash(for: world.seconds(1...40))
    case 4: try await disable(at: node)
    case 5: try await revokeKey(at: node)
    case 6: try await takeRole(at: node)
    case 7: world.pick(world.verifiers)?.cutOff(for: world.seconds(5...60))
    case 8: world.pick(world.verifiers)?.restart()
    case 9: backup = world.storage.backup()
    case 10:
      // In the past, as a bad time server would have it, or a little ahead.
      if world.clocksStep { node.stepClock(by: world.pick([.seconds(-20), .seconds(20)]) ?? .zero) }
    default: try await restore()
    }
  }

  private func disable(at node: Node) async throws {
    guard let account = world.pick(world.clients)?.account else { return }
    world.tell("an account is disabled at node \(node.number), and enabled")
    try await condemnAll(of: account)
    _ = try await node.write { authority, tx, now in
      try authority.disableAccount(account, origin: TestAuthority.origin, in: tx, at: now)
    }
    _ = try await node.write { authority, tx, now in
      try authority.enableAccount(account, origin: TestAuthority.origin, in: tx, at: now)
    }
    node.publish()
  }

  /// Takes a role from an account, and gives it back.
  private func takeRole(at node: Node) async throws {
    guard let account = world.pick(world.clients)?.account else { return }
    world.tell("an account loses its role at node \(node.number), and gets it back")
    try await condemnAll(of: account)
    for roles in [[], ["clerk"]] {
      _ = try await node.write { authority, tx, now in
        try authority.changeRoles(of: account, to: roles, origin: TestAuthority.origin, in: tx, at: now)
      }
    }
    node.publish()
  }

  private func revokeKey(at node: Node) async throws {
    let keys = try await world.storage.read { try $0.signingKeys() }
    guard let key = keys.first(where: { $0.state == .active }) else { return }
    world.tell("the key \(key.keyID) is revoked at node \(node.number)")
    _ = try await node.write { authority, tx, now in
      try authority.revokeKey(
        key.keyID, adding: authority.generateFirstKeys(at: now), origin: TestAuthority.origin, in: tx, at: now
      )
    }
    try world.truth.acknowledge(key: key.keyID, at: world.time)
    node.publish()
  }

  /// Puts an older state of the database in its place, as `signet restore` and `signet epoch begin` do it.
  private func restore() async throws {
    guard let backup, let node = world.nodes.first else { return }
    world.tell("a backup is restored")
    for node in world.nodes { node.crash(for: world.seconds(2...10)) }
    let replaced = try await contents()
    world.storage.restore(backup)
    let restored = try await contents()
    self.backup = nil
    world.truth.condemn(world.truth.knownSessions)
    // Nobody is served until it is done, and nobody looks.
    let (authority, now) = (node.authority, node.now)
    try await world.storage.write { tx in
      try authority.beginNewEpoch(origin: TestAuthority.origin, in: tx, at: now)
      for key in authority.keysGone(from: restored, in: replaced) ?? [] {
        let fresh = try authority.generateFirstKeys(at: now)
        _ = try authority.revokeKey(key, adding: fresh, origin: TestAuthority.origin, in: tx, at: now)
      }
      var last: AccountID?
      repeat {
        last = try authority.endAllSessions(
          ofAccountsAfter: last, limit: 2, cause: .restored, origin: TestAuthority.origin, in: tx, at: now
        ).last
      } while last != nil
    }
    world.truth.acknowledgeRestore(at: world.time)
    world.truth.committed(in: try await world.storage.read { try $0.revocationPosition().epoch })
    try await world.examine()
  }

  private func contents() async throws -> (settings: AuthoritySettings, keys: [SigningKeyRecord]) {
    try await world.storage.read { tx in
      guard let settings = try tx.settings() else { throw FixtureError() }
      return (settings, try tx.signingKeys())
    }
  }

  private func condemnAll(of account: AccountID) async throws {
    world.truth.condemn(try await world.storage.read { try $0.unendedSessions(of: account).map(\.id) })
  }
}

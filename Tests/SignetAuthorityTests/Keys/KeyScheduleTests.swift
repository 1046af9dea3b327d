import JOSE
import SignetAuthority
import SignetTesting
import Testing

@Suite struct KeyScheduleTests {
  private static let day: Duration = .seconds(86_400)
  private static let interval: Duration = .seconds(90 * 86_400)

  /// A key of the first day; times in seconds after ``TestClock/start``.
  private static func key(
    _ name: String, _ state: SigningKeyRecord.State, created: Int64 = 0, activated: Int64? = nil,
    retired: Int64? = nil, algorithm: SignatureAlgorithm = .es256
  ) -> SigningKeyRecord {
    SigningKeyRecord(
      keyID: name, algorithm: algorithm, state: state, publicJWK: [], sealedPrivateJWK: [],
      createdAt: at(created), activatedAt: activated.map(at), retiredAt: retired.map(at))
  }

  private static func at(_ seconds: Int64) -> Timestamp { TestClock.start + .seconds(seconds) }

  private static func schedule(_ records: [SigningKeyRecord]) throws -> KeySchedule {
    KeySchedule(records, policy: try TestAuthority.policy())
  }

  @Test func `nothing is due until the active key has signed for the rotation interval`() throws {
    let schedule = try Self.schedule([Self.key("a", .active, activated: 0), Self.key("n", .next)])
    let turn = TestClock.start + Self.interval
    #expect(schedule.steps(at: turn - .milliseconds(1)) == [])
    #expect(schedule.steps(at: turn) == [.activate("n"), .makeNext])
    #expect(schedule.due(at: TestClock.start) == turn)
    #expect(schedule.due(at: turn + Self.day) == turn + Self.day)
  }

  @Test func `a key waits for its publish-ahead, however long the active one has been due`() throws {
    let created: Int64 = 500 * 86_400
    let active = Self.key("a", .active, activated: 0)
    let schedule = try Self.schedule([active, Self.key("n", .next, created: created)])
    let ready = Self.at(created) + Self.day
    #expect(schedule.steps(at: ready - .milliseconds(1)) == [])
    #expect(schedule.steps(at: ready) == [.activate("n"), .makeNext])
    #expect(schedule.activation(of: Self.key("n", .next, created: created)) == ready)
    #expect(schedule.retirement(of: active) == ready)
  }

  @Test func `a retired key goes when its last token has expired`() throws {
    let retired = Self.key("r", .retired, activated: 0, retired: 100)
    let schedule = try Self.schedule([retired, Self.key("a", .active, activated: 100), Self.key("n", .next)])
    #expect(schedule.removal(of: retired) == Self.at(100 + 3_660))
    #expect(schedule.steps(at: Self.at(3_759)) == [])
    #expect(schedule.due(at: Self.at(200)) == Self.at(3_760))
    #expect(schedule.steps(at: Self.at(3_760)) == [.remove("r")])
  }

  @Test func `a key ahead of another algorithm than the policy's gives way to a new one`() throws {
    let records = [
      Self.key("a", .active, activated: 0, algorithm: .rs256), Self.key("n", .next, algorithm: .rs256),
    ]
    // Even when it could sign now: what the operator has turned away from does not begin to sign.
    let turn = TestClock.start + Self.interval
    for now in [TestClock.start, turn] {
      #expect(try Self.schedule(records).steps(at: now) == [.discard("n"), .makeNext])
    }
  }

  @Test func `without a key ahead one is made, and two of them sign in turn`() throws {
    let active = Self.key("a", .active, activated: 0)
    #expect(try Self.schedule([active]).steps(at: TestClock.start) == [.makeNext])
    let two = [active, Self.key("n", .next), Self.key("m", .next, created: 1)]
    #expect(try Self.schedule(two).steps(at: TestClock.start + Self.interval) == [.activate("n")])
    #expect(try Self.schedule(two).activation(of: two[2]) == nil)
  }

  // MARK: Clocks that step

  @Test func `a clock that jumps a year rotates once, and again only after a publish-ahead`() async throws {
    let world = try await World()
    world.clock.advance(by: .seconds(365 * 86_400))
    #expect(try await tend(world).contains { if case .activate = $0 { true } else { false } })
    for _ in 0..<5 { #expect(try await tend(world) == []) }
    world.clock.advance(by: Self.day - .milliseconds(1))
    #expect(try await tend(world).filter { if case .activate = $0 { true } else { false } } == [])
    // A second year at once: the key ahead was made a day ago by this clock, so it may sign.
    world.clock.advance(by: .seconds(365 * 86_400))
    #expect(try await tend(world).count { if case .activate = $0 { true } else { false } } == 1)
    #expect(try await tend(world) == [])
  }

  @Test func `after a clock was set back the times begin anew, and rotation goes on`() async throws {
    let world = try await World()
    world.clock.advance(by: .seconds(365 * 86_400))
    _ = try await tend(world)
    world.clock.set(TestClock.start + .seconds(60))
    let records = try await world.read { try $0.signingKeys() }
    #expect(records.count == 3)
    let steps = try await tend(world)
    #expect(steps.count { if case .redate = $0 { true } else { false } } == 2)
    #expect(steps.count { if case .discard = $0 { true } else { false } } == 1)
    let mended = try await world.read { try $0.signingKeys() }
    let now = world.clock.now
    #expect(mended.first { $0.state == .active }?.activatedAt == now)
    #expect(mended.first { $0.state == .retired }?.retiredAt == now)
    #expect(mended.first { $0.state == .next }?.createdAt == now)
    #expect(mended.first { $0.state == .active }?.keyID == records.first { $0.state == .active }?.keyID)
    #expect(try await tend(world) == [])
    world.clock.advance(by: Self.interval)
    #expect(try await tend(world).contains { if case .activate = $0 { true } else { false } })
  }

  @Test func `two clocks that differ by a minute do not quarrel`() throws {
    let records = [Self.key("a", .active, activated: 60), Self.key("n", .next, created: 60)]
    #expect(try Self.schedule(records).steps(at: TestClock.start) == [])
    #expect(
      try Self.schedule(records).steps(at: TestClock.start - .milliseconds(1)) == [
        .discard("n"), .makeNext, .redate("a"),
      ])
  }

  // MARK: Several nodes

  @Test func `of two nodes that decide at once, the second finds nothing left to do`() async throws {
    let world = try await World()
    world.clock.advance(by: Self.interval)
    // Both have seen the same records; whoever writes second is held against what the first has written.
    let first = try world.authority.generateKey(at: world.clock.now)
    let second = try world.authority.generateKey(at: world.clock.now)
    #expect(try await tend(world, adding: first).count == 2)
    #expect(try await tend(world, adding: second) == [])
    let records = try await world.read { try $0.signingKeys() }
    #expect(records.map(\.keyID).contains(first.keyID) && !records.map(\.keyID).contains(second.keyID))
  }

  @Test func `every change moves the active key's revision, which is what nodes contend for`() async throws {
    let world = try await World()
    func active() async throws -> SigningKeyRecord {
      try #require(try await world.read { try $0.signingKeys() }.first { $0.state == .active })
    }
    let before = try await active()
    let next = try #require(try await world.read { try $0.signingKeys() }.first { $0.state == .next })
    try await world.write { _, tx, _ in try tx.deleteSigningKey(next.keyID) }
    let fresh = try world.authority.generateKey(at: world.clock.now)
    #expect(try await tend(world, adding: fresh) == [.makeNext])
    #expect(try await active().revision == before.revision + 1)
    // A node that had decided on the old record is refused.
    await #expect(throws: StorageError.conflict) {
      try await world.write { _, tx, _ in try tx.update(before) }
    }
  }

  private func tend(_ world: World, adding fresh: SigningKeyRecord? = nil) async throws -> [KeySchedule.Step]
  {
    let key = try fresh ?? world.authority.generateKey(at: world.clock.now)
    return try await world.write { authority, tx, now in
      try authority.tendKeys(adding: key, origin: TestAuthority.origin, in: tx, at: now)
    }
  }
}

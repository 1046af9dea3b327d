import Glibc
import JOSE
import SignetAuthority
import SignetPostgres
import SignetTesting
import Synchronization
import Testing
import TokenVerification

/// What many writers on several connections must not do to each other. SQLite has one writer; here they meet.
@Suite(.blocking, .enabled(if: PrivatePostgres.isInstalled)) struct PostgresRaceTests {
  @Test func `the log is read in the order of commits, whoever began first`() async throws {
    let database = try PrivatePostgres.database()
    let storage = try database.open()
    try await storage.write { try $0.insert(AuthoritySettings.example) }
    let (began, goOn) = (Gate(), Gate())
    async let early = storage.write { tx in
      try tx.insert(try Account.numbered(1))
      try tx.append([.numbered(1)])
      // A write alone would wait for the commit.
      _ = try tx.account(.numbered(1))
      began.open()
      goOn.wait()
    }
    await began.opened()
    try await storage.write { tx in
      try tx.insert(try Account.numbered(2))
      try tx.append([.numbered(2)])
    }
    // A reader goes on from the last number that it has seen. What commits later has a higher one.
    let seen = try await storage.read { try $0.revocations(after: 0, limit: 9) }
    #expect(seen.map(\.subject) == [RevocationDraft.numbered(2).subject])
    goOn.open()
    try await early
    let last = try #require(seen.last).sequence
    let next = try await storage.read { try $0.revocations(after: last, limit: 9) }
    #expect(next.map(\.subject) == [RevocationDraft.numbered(1).subject], "the reader skips one for good")
  }

  @Test func `a reader that polls while many write skips no entry`() async throws {
    let database = try PrivatePostgres.database()
    let nodes = try [database.open(), database.open()]
    try await nodes[0].write { try $0.insert(AuthoritySettings.example) }
    let count = 200
    let done = Locked(0)
    let isWritten = Atomic(false)
    async let read = {
      var sequences: [Int64] = []
      while true {
        let wasWritten = isWritten.load(ordering: .acquiring)
        let last = sequences.last ?? 0
        let page = try await nodes[1].read { try $0.revocations(after: last, limit: 7) }
        sequences += page.map(\.sequence)
        if wasWritten, page.isEmpty { return sequences }
      }
    }()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<count {
        group.addTask {
          try await nodes[number % 2].write { tx in
            try tx.insert(try Account.numbered(UInt8(number)))
            _ = try tx.account(.numbered(UInt8(number)))
            try tx.append([.numbered(number)])
            // Some have begun to write long before they commit: meanwhile others, of the other node at least,
            // come and go, and the reader reads on.
            let before = done.value
            while number % 10 == 0, done.value < min(before + 8, count / 2 - 10) { sched_yield() }
          }
          done.change { $0 += 1 }
        }
      }
      try await group.waitForAll()
    }
    isWritten.store(true, ordering: .releasing)
    let all = try await nodes[0].read { try $0.revocations(after: 0, limit: count + 1) }.map(\.sequence)
    #expect(all.count == count)
    #expect(try await read == all, "what committed late had a lower number than what was read before it")
  }

  @Test func `each node hears all of the log in its order, other nodes' entries with its own`() async throws {
    let database = try PrivatePostgres.database()
    let told = [Told(), Told()]
    let nodes = try told.map { try database.open(observer: $0.observer) }
    try await nodes[0].write { try $0.insert(AuthoritySettings.example) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        group.addTask {
          try await nodes[number % 2].write { try $0.append([.numbered(number), .numbered(number)]) }
        }
      }
      try await group.waitForAll()
    }
    for (node, heard) in zip(nodes, told) {
      try await node.write { try $0.append([.numbered(0)]) }
      // An entry may be heard of twice; none comes before one with a lower number.
      let inOrder = heard.firstHearings.map(\.sequence)
      let newest = Int64(inOrder.count)
      #expect(inOrder == (1...newest).map { $0 })
      #expect(newest >= 201)
    }
  }

  @Test func `of two writes that wait for each other one runs again, and both are done`() async throws {
    let storage = try PrivatePostgres.database().open()
    for number: UInt8 in [1, 2] {
      try await storage.write { tx in try tx.insert(try Account.numbered(number)) }
    }
    let holds = [Gate(), Gate()]
    let runs = Locked([0, 0])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for own in [0, 1] {
        group.addTask {
          try await storage.write { tx in
            runs.change { $0[own] += 1 }
            for number in [own, 1 - own] {
              let account = try #require(try tx.lockedAccount(.numbered(UInt8(number + 1))))
              try tx.update(account.with(\.credentialVersion, account.credentialVersion + 1))
              guard number == own, runs.value[own] == 1 else { continue }
              holds[own].open()
              holds[1 - own].wait()
            }
          }
        }
      }
      try await group.waitForAll()
    }
    // The one that comes back may be in the other's way once more.
    #expect(runs.value.reduce(0, +) > 2)
    let accounts = try await storage.read { try $0.accounts(after: nil, limit: 9) }
    #expect(accounts.map(\.credentialVersion) == [3, 3])
  }

  @Test(arguments: [true, false])
  func `ending all sessions of an account waits for the one that begins`(isDisabling: Bool)
    async throws
  {
    let database = try PrivatePostgres.database()
    let storage = try database.open()
    let authority = try await TestAuthority.initialised(storage: storage)
    let account = try await authority.addAccount()
    let login = try authority.authenticate(account)
    let (began, goOn) = (Gate(), Gate())
    async let opening = authority.write { authority, tx, now in
      let request = SessionRequest(origin: TestAuthority.origin)
      let opening = try authority.openSession(for: login, request: request, in: tx, at: now)
      began.open()
      goOn.wait()
      return opening
    }
    await began.opened()
    let isDone = Atomic(false)
    async let ended: Void = {
      try await authority.write { authority, tx, now in
        if isDisabling {
          _ = try authority.disableAccount(account.id, origin: TestAuthority.origin, in: tx, at: now)
        } else {
          _ = try authority.endSessions(
            of: account.id, cause: .logoutEverywhere, origin: TestAuthority.origin, in: tx, at: now)
        }
      }
      isDone.store(true, ordering: .releasing)
    }()
    try await database.awaitWaiting { isDone.load(ordering: .acquiring) }
    goOn.open()
    _ = try await (opening, ended)
    #expect(try await storage.read { try $0.unendedSessions(of: account.id) }.isEmpty)
  }

  @Test func `a login that waits for a disabling is refused`() async throws {
    let database = try PrivatePostgres.database()
    let storage = try database.open()
    let authority = try await TestAuthority.initialised(storage: storage)
    let account = try await authority.addAccount()
    let login = try authority.authenticate(account)
    let (began, goOn) = (Gate(), Gate())
    async let disabled = authority.write { authority, tx, now in
      let ended = try authority.disableAccount(account.id, origin: TestAuthority.origin, in: tx, at: now)
      began.open()
      goOn.wait()
      return ended
    }
    await began.opened()
    let isDone = Atomic(false)
    async let opening = {
      let opening = try await authority.write { authority, tx, now in
        try authority.openSession(
          for: login, request: SessionRequest(origin: TestAuthority.origin), in: tx, at: now)
      }
      isDone.store(true, ordering: .releasing)
      return opening
    }()
    try await database.awaitWaiting { isDone.load(ordering: .acquiring) }
    goOn.open()
    _ = try await disabled
    guard case .denied(let denial) = try await opening else {
      Issue.record("somebody is logged in to a disabled account")
      return
    }
    #expect(denial.reason == .accountDisabled)
  }

  @Test func `of many nodes that tend the keys at once one rotates them`() async throws {
    let database = try PrivatePostgres.database()
    let nodes = try (0..<4).map { _ in try database.open(limits: .patient(connections: 1)) }
    let first = try await TestAuthority.initialised(storage: nodes[0])
    // Long after the first keys were made, so that a rotation is due.
    first.clock.advance(by: .seconds(100 * 86_400))
    let (authority, now) = (first.authority, first.clock.now)
    let steps = try await withThrowingTaskGroup(of: [KeySchedule.Step].self) { group in
      for node in nodes {
        group.addTask {
          let fresh = try authority.generateKey(at: now)
          return try await node.write { tx in
            try authority.tendKeys(adding: fresh, origin: TestAuthority.origin, in: tx, at: now)
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(steps.count { !$0.isEmpty } == 1)
    let states = try await nodes[0].read { try $0.signingKeys() }.map(\.state)
    #expect(states.count { $0 == .active } == 1)
    #expect(states.count { $0 == .next } == 1)
  }

  @Test func `of many nodes that start at once one makes the schema`() async throws {
    let database = try PrivatePostgres.database()
    let opened = try await withThrowingTaskGroup(of: PostgresStorage.self) { group in
      for _ in 0..<4 { group.addTask { try database.open(limits: .patient(connections: 1)) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(opened.count == 4)
    #expect(try database.sql("SELECT count(*) FROM schema_version") == ["1"])
  }
}

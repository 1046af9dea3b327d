import Glibc
import SignetAuthority
import SignetPostgres
import SignetTesting
import Testing
import TokenVerification

/// What the engine promises of its connections, and of what it does when one fails.
@Suite(.blocking, .enabled(if: PrivatePostgres.isInstalled)) struct PostgresStorageTests {
  @Test func `a connection that was lost while nobody used it is made anew, and nobody notices`() async throws
  {
    let database = try PrivatePostgres.database()
    let storage = try database.open(limits: .patient(connections: 1))
    try await storage.write { try $0.insert(try Account.numbered(1)) }
    for number: UInt8 in [2, 3] {
      try database.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database.name)'"
          + " AND pid <> pg_backend_pid()")
      if number == 2 {
        try await storage.write { try $0.insert(try Account.numbered(number)) }
      } else {
        #expect(try await storage.read { try $0.accounts(after: nil, limit: 9) }.count == 2)
      }
    }
  }

  @Test func `a connection that is lost in a commit leaves the outcome unknown, and nothing is tried again`()
    async throws
  {
    let database = try PrivatePostgres.database()
    let storage = try database.open()
    // Runs while the transaction commits, and ends the process that commits it.
    try database.atCommit("PERFORM pg_terminate_backend(pg_backend_pid())")
    let runs = Locked(0)
    do {
      try await storage.write { tx in
        runs.change { $0 += 1 }
        try tx.insert(try Account.numbered(1))
      }
      Issue.record("it was answered with success")
    } catch StorageError.outcomeUnknown {}
    #expect(runs.value == 1)
    try database.sql("DROP TRIGGER at_commit ON accounts")
    try await storage.write { try $0.insert(try Account.numbered(2)) }
    #expect(try await storage.read { try $0.accounts(after: nil, limit: 9) }.map(\.id) == [.numbered(2)])
  }

  @Test func `a commit that the server warns of is not answered with success`() async throws {
    let database = try PrivatePostgres.database()
    let storage = try database.open()
    // As when somebody cancels the wait for a standby: it is committed, and perhaps on this server alone.
    try database.atCommit("RAISE WARNING 'canceling wait for synchronous replication'")
    do {
      try await storage.write { try $0.insert(try Account.numbered(1)) }
      Issue.record("it was answered with success")
    } catch StorageError.outcomeUnknown {}
    try database.sql("DROP TRIGGER at_commit ON accounts")
    try await storage.write { try $0.insert(try Account.numbered(2)) }
    #expect(try await storage.read { try $0.accounts(after: nil, limit: 9) }.count == 2)
  }

  @Test func `what a lost commit had written all the same is told with the next one`() async throws {
    let database = try PrivatePostgres.database()
    let told = Told()
    let node = try database.open(observer: told.observer)
    let other = try database.open()
    try await other.write { try $0.insert(AuthoritySettings.example) }
    // Another node's entry stands for one of this node's whose answer was lost.
    try await other.write { try $0.append([.numbered(1)]) }
    #expect(told.all.isEmpty)
    try database.atCommit("PERFORM pg_terminate_backend(pg_backend_pid())")
    await #expect(throws: StorageError.self) {
      try await node.write { try $0.insert(try Account.numbered(1)) }
    }
    _ = try await node.read { try $0.settings() }
    #expect(told.sequences == [1])
  }

  @Test(arguments: ["40001", "40P01"])
  func `a transaction that could not be serialised runs again, three times in all`(state: String) async throws
  {
    let database = try PrivatePostgres.database()
    let storage = try database.open()
    try database.sql("CREATE SEQUENCE tries")
    let (fails, runs) = (
      "IF nextval('tries') % 4 <> 3 THEN RAISE EXCEPTION 'no' USING ERRCODE = '\(state)'; END IF", Locked(0)
    )
    try database.atCommit(fails)
    func insert(_ number: UInt8) async throws {
      try await storage.write { tx in
        runs.change { $0 += 1 }
        try tx.insert(try Account.numbered(number))
      }
    }
    try await insert(1)
    #expect(runs.value == 3)
    // The next three numbers are 4, 5, 6: all fail.
    await #expect(throws: StorageError.conflict) { try await insert(2) }
    #expect(runs.value == 6)
    try await insert(3)
    #expect(
      try await storage.read { try $0.accounts(after: nil, limit: 9) }.map(\.id) == [
        .numbered(1), .numbered(3),
      ])
  }

  @Test func `a row that somebody holds for too long is given up, and nothing is written`() async throws {
    let storage = try PrivatePostgres.database().open()
    try await storage.write { try $0.insert(try Account.numbered(1)) }
    let (began, goOn) = (Gate(), Gate())
    async let holder = storage.write { tx in
      _ = try tx.lockedAccount(.numbered(1))
      began.open()
      goOn.wait()
    }
    await began.opened()
    do {
      try await storage.write { tx in
        try tx.insert(try Account.numbered(2))
        try tx.update(try Account.numbered(1).with(\.displayName, "another"))
      }
      Issue.record("it was written")
    } catch StorageError.unavailable(let problem) {
      #expect(problem.contains("for too long"))
    }
    goOn.open()
    try await holder
    #expect(try await storage.read { try $0.accounts(after: nil, limit: 9) }.map(\.id) == [.numbered(1)])
  }

  @Test func `a server that stalls is given up, and the next connection serves`() async throws {
    let database = try PrivatePostgres.database()
    let storage = try database.open(limits: PostgresLimits(connections: 1, patience: .seconds(3)))
    try await storage.write { try $0.insert(try Account.numbered(1)) }
    let stalled = try database.backends()
    #expect(stalled.count == 1)
    for process in stalled { kill(process, SIGSTOP) }
    defer { for process in stalled { kill(process, SIGCONT) } }
    do {
      _ = try await storage.read { try $0.settings() }
      Issue.record("it was answered")
    } catch StorageError.unavailable(let problem) {
      #expect(problem.contains("does not answer"))
    }
    #expect(try await storage.read { try $0.accounts(after: nil, limit: 9) }.count == 1)
  }

  @Test func `beyond the line a caller is refused at once`() async throws {
    let database = try PrivatePostgres.database()
    let storage = try database.open(
      limits: PostgresLimits(connections: 1, waiting: 1, longestWait: .seconds(300)))
    let (began, goOn) = (Gate(), Gate())
    async let first = storage.read { _ in
      began.open()
      goOn.wait()
    }
    await began.opened()
    // Of three more one may wait; the others are answered while the first still runs.
    let served = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<3 { group.addTask { await Self.isServed(by: storage) } }
      let refused = [await group.next(), await group.next()]
      goOn.open()
      return refused + [await group.next()]
    }
    #expect(served == [false, false, true])
    try await first
    #expect(await Self.isServed(by: storage))
  }

  @Test func `a closed storage answers that it is`() async throws {
    let storage = try PrivatePostgres.database().open()
    try await storage.write { try $0.insert(try Account.numbered(1)) }
    storage.close()
    await #expect(throws: StorageError.unavailable("the database has been closed")) {
      try await storage.read { try $0.settings() }
    }
    await #expect(throws: StorageError.unavailable("the database has been closed")) {
      try await storage.write { try $0.insert(try Account.numbered(2)) }
    }
  }

  @Test(arguments: [
    ("ENCODING 'SQL_ASCII' LOCALE 'C'", ""), ("LOCALE_PROVIDER icu ICU_LOCALE 'en'", ""),
    ("", "SET synchronous_commit = off"), ("", "SET default_transaction_read_only = on"),
  ])
  func `a database that does not keep the promises is refused`(options: String, setting: String) throws {
    let database = try PrivatePostgres.database(options)
    if !setting.isEmpty { try database.sql("ALTER DATABASE \(database.name) \(setting)") }
    do {
      _ = try database.open()
      Issue.record("it opened")
    } catch StorageError.unavailable {}
  }

  @Test func `a database of a newer program is refused, and left as it is`() throws {
    let database = try PrivatePostgres.database()
    try database.open().close()
    try database.sql("UPDATE schema_version SET version = 99, compatible_from = 99")
    #expect(throws: StorageError.self) { try PostgresStorage.open(try database.target()) }
    #expect(throws: StorageError.self) { try PostgresStorage.migrate(try database.target()) }
    #expect(try database.sql("SELECT version FROM schema_version") == ["99"])
  }

  @Test(arguments: ["application_name=hidden", "options='-c application_name=hidden'"])
  func `no URL hides a node from whoever counts them`(more: String) async throws {
    let database = try PrivatePostgres.database()
    let target = try database.target("user=signet \(more)")
    try PostgresStorage.migrate(target)
    let node = try PostgresStorage.open(target)
    _ = try await node.read { try $0.settings() }
    let names = try database.sql(
      """
      SELECT application_name FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
      """)
    node.close()
    #expect(!names.isEmpty && Set(names) == ["signet"])
  }

  @Test func `A20 no error of the database says its password`() throws {
    let database = try PrivatePostgres.database()
    try database.sql("CREATE USER \(database.name) PASSWORD 'right-horse'")
    let right = try database.target("user=\(database.name) password=right-horse")
    #expect(!right.description.contains("horse"))
    let wrong = try database.target("user=\(database.name) password=wrong-horse")
    let nowhere = try PostgresTarget("host=/wrong-horse dbname=x password=wrong-horse connect_timeout=2")
    for target in [wrong, nowhere] {
      do {
        try PostgresStorage.open(target).close()
        Issue.record("it opened")
      } catch StorageError.unavailable(let problem) {
        #expect(problem.contains("cannot reach the database"))
        #expect(!problem.contains("horse"))
      }
    }
    for text in ["host=x pasword=wrong-horse", "host=x wrong-horse", "postgresql://u:wrong-horse@[::1"] {
      do {
        _ = try PostgresTarget(text)
        Issue.record("\(text) was read")
      } catch StorageError.unavailable(let problem) {
        #expect(!problem.contains("horse"))
      }
    }
  }

  private static func isServed(by storage: PostgresStorage) async -> Bool {
    do {
      return try await storage.read { _ in true }
    } catch {
      return false
    }
  }
}

extension PrivateDatabase {
  /// Runs `body`, in PL/pgSQL, when a transaction that inserted an account commits.
  func atCommit(_ body: String) throws {
    try sql(
      "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \(body); RETURN NULL; END $$")
    try sql(
      "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON accounts DEFERRABLE INITIALLY DEFERRED"
        + " FOR EACH ROW EXECUTE FUNCTION at_commit()")
  }
}

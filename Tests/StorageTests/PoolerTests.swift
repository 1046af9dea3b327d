import SignetAuthority
import SignetPostgres
import SignetTesting
import Testing

/// What a pooler asks of a storage that shares the server's connections with others. ``StorageConformance``
/// and the races run through it besides.
@Suite(.blocking, .enabled(if: PrivatePooler.isInstalled)) struct PoolerTests {
  @Test func `nothing of a transaction is left on the server's connections`() async throws {
    let database = try PrivatePostgres.database()
    let storage = try database.openPooled()
    try await Self.writeMuch(to: storage)
    let folder = try PrivatePooler.folder()
    // More than once, because each may be another of the server's connections.
    for _ in 0..<4 {
      let left = try database.server.sql(
        "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
          + " current_setting('idle_in_transaction_session_timeout'), current_setting('synchronous_commit'),"
          + " (SELECT string_agg(name, chr(32)) FROM pg_prepared_statements),"
          + " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
          + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
        in: database.name, host: folder)
      #expect(left == ["0|0|0|on||0"])
    }
  }

  @Test func `each transaction has its limits, on whatever connection it runs`() async throws {
    let database = try PrivatePostgres.database()
    let storage = try database.openPooled()
    try database.sql("CREATE TABLE seen (settings TEXT)")
    try database.atCommit(
      "INSERT INTO seen VALUES (concat_ws(' ', current_setting('statement_timeout'),"
        + " current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')))")
    try await Self.writeMuch(to: storage)
    #expect(
      try database.sql("SELECT count(*), min(settings), max(settings) FROM seen") == [
        "60|5s 4s 5s|5s 4s 5s"
      ])
  }

  @Test func `who is not told of the pooler fails, and nothing is written twice`() async throws {
    let database = try PrivatePostgres.database()
    let target = try database.pooledTarget(isTold: false)
    var failures = 0
    do {
      try database.open().close()
      let storage = try PostgresStorage.open(target, limits: .patient(connections: 6))
      failures = try await Self.failures(of: storage)
    } catch is StorageError {
      failures = 60
    }
    #expect(failures > 0)
  }

  @Test(arguments: [true, false])
  func `a node behind a pooler hears of the others, and listens on its own way only`(hasDirectWay: Bool)
    async throws
  {
    let database = try PrivatePostgres.database()
    let (told, news) = (Told(), Locked<[StorageNews]>([]))
    let writer = try database.openPooled()
    try await writer.write { try $0.insert(AuthoritySettings.example) }
    // With notices it is so patient that nothing else makes it look.
    var limits = PostgresLimits.patient(connections: 1)
    limits.followingInterval = hasDirectWay ? .seconds(600) : .milliseconds(20)
    let node = try database.openPooled(limits: limits, observer: told.observer)
    try node.follow(through: hasDirectWay ? try database.target() : nil) { new in
      news.change { $0.append(new) }
    }
    while news.value.isEmpty { await Task.yield() }
    for number in 1...3 {
      try await writer.write { try $0.append([.numbered(number)]) }
      while told.sequences.last != Int64(number) { await Task.yield() }
    }
    #expect(told.sequences == [1, 2, 3])
    let channels = try database.server.sql(
      "SELECT count(*) FROM pg_listening_channels()", in: database.name, host: try PrivatePooler.folder())
    #expect(channels == ["0"])
    node.close()
  }

  @Test func `options, which a pooler does not pass on, are refused with what to do`() throws {
    let text = "host=db.example.com dbname=signet options='-c work_mem=1MB'"
    _ = try PostgresTarget(text)
    do {
      _ = try PostgresTarget(text, isPooled: true)
      Issue.record("it was taken")
    } catch StorageError.unavailable(let problem) {
      #expect(problem.contains("ALTER ROLE"))
    }
  }

  private static func writeMuch(to storage: PostgresStorage) async throws {
    #expect(try await failures(of: storage) == 0)
  }

  /// Of sixty writes and as many reads, six at a time.
  private static func failures(of storage: PostgresStorage) async throws -> Int {
    await withTaskGroup(of: Bool.self) { group in
      for number: UInt8 in 1...60 {
        group.addTask {
          do {
            try await storage.write { try $0.insert(try Account.numbered(number)) }
            return try await storage.read { try $0.account(.numbered(number)) } == nil
          } catch {
            return true
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }
}

import Glibc
import SignetAuthority
import SignetPostgres
import SignetTesting
import Testing
import TokenVerification

/// What a node hears of the others while it does nothing itself.
@Suite(.blocking, .timeLimit(.minutes(10)), .enabled(if: PrivatePostgres.isInstalled))
struct PostgresFollowerTests {
  private let database: PrivateDatabase
  /// Writes, and follows nobody.
  private let writer: PostgresStorage
  /// What the other node has heard.
  private let told = Told()
  private let news = Locked<[StorageNews]>([])
  private let node: PostgresStorage

  init() async throws {
    database = try PrivatePostgres.database()
    writer = try database.open()
    try await writer.write { try $0.insert(AuthoritySettings.example) }
    node = try database.open(observer: told.observer)
    // So patient that only a notice, or a lost connection, makes the follower look.
    try follow(node, news)
    await heard(.signingKeysChanged)
  }

  @Test func `a revocation is heard of without a write or a read of one's own`() async throws {
    try await writer.write { try $0.append([.numbered(1), .numbered(2)]) }
    await heard(sequence: 2)
    try await writer.write { try $0.append([.numbered(3)]) }
    await heard(sequence: 3)
    #expect(told.sequences == [1, 2, 3])
    #expect(news.value == [.signingKeysChanged])
  }

  @Test func `what others did while the connection was lost is heard of, each entry once`() async throws {
    for number in 1...5 {
      try endConnections()
      try await writer.write { try $0.append([.numbered(number)]) }
    }
    await heard(sequence: 5)
    #expect(told.sequences == [1, 2, 3, 4, 5])
  }

  @Test func `changed signing keys are news, and other writes are not`() async throws {
    let authority = try await TestAuthority.initialised(storage: try PrivatePostgres.database().open())
    let key = try authority.authority.generateKey(at: authority.clock.now)
    try await writer.write { try $0.insert(try Account.numbered(1)) }
    try await writer.write { try $0.insert(key) }
    await heard(.signingKeysChanged, times: 2)
    #expect(news.value == [.signingKeysChanged, .signingKeysChanged])
  }

  @Test func `another life of the log is news`() async throws {
    try await writer.write { tx in
      try tx.beginEpoch("another")
      try tx.append([.numbered(1)])
    }
    await heard(.revocationEpochBegan)
    #expect(told.sequences == [1])
  }

  @Test func `a log that has lost entries is news, and is told from its beginning`() async throws {
    for number in 1...3 { try await writer.write { try $0.append([.numbered(number)]) } }
    await heard(sequence: 3)
    // As on a standby that had not received the last two.
    try database.sql("DELETE FROM revocations WHERE sequence > 1; UPDATE revocation_log SET sequence = 1")
    try endConnections()
    await heard(.revocationLogWentBack(heard: 3))
    // Tokens have been minted at 3: what is taken back from now on must have a higher number.
    try await writer.write { try $0.append([.numbered(4)]) }
    await heard(sequence: 4)
    #expect(Set(told.sequences) == [1, 2, 3, 4])
  }

  @Test func `a log that has lost entries and gone on is news, and is told from its beginning`() async throws
  {
    for number in 1...3 { try await writer.write { try $0.append([.numbered(number)]) } }
    await heard(sequence: 3)
    try database.sql(
      "UPDATE revocations SET subject = '\\x00112233445566778899aabbccddeeff' WHERE sequence = 3")
    try endConnections()
    await heard(.revocationLogWentBack(heard: 3))
    // All three once more, of which one has another subject now.
    await heard(entries: 6)
    #expect(Set(told.all.map(\.subject)).count == 4)
  }

  @Test func `a database that cannot be reached is lost once, and returned once`() async throws {
    try database.server.sql("ALTER DATABASE \(database.name) ALLOW_CONNECTIONS false", in: "postgres")
    try endConnections()
    await heardOfLoss()
    try database.server.sql("ALTER DATABASE \(database.name) ALLOW_CONNECTIONS true", in: "postgres")
    try await writer.write { try $0.append([.numbered(1)]) }
    await heard(.returned)
    // It may have returned before the write, and then hears of it as of any other.
    await heard(sequence: 1)
    #expect(told.sequences == [1])
    #expect(news.value.count { if case .lost = $0 { true } else { false } } == 1)
  }

  @Test func `without a single notice it looks by itself`() async throws {
    let (quiet, quietNews) = (Told(), Locked<[StorageNews]>([]))
    var limits = PostgresLimits.patient(connections: 1)
    limits.followingInterval = .milliseconds(20)
    let impatient = try database.open(limits: limits, observer: quiet.observer)
    try follow(impatient, quietNews)
    // By hand, and so without a notice; one transaction.
    try database.sql(
      "INSERT INTO revocations VALUES (1, '\\x00112233445566778899aabbccddeeff', 0, 9e12);"
        + " UPDATE revocation_log SET sequence = 1")
    while quiet.sequences.isEmpty { await Task.yield() }
    #expect(quiet.sequences == [1])
    #expect(told.sequences.isEmpty)
  }

  @Test func `a follower that has gone deaf connects again`() async throws {
    let stalled = try database.backends()
    for process in stalled { kill(process, SIGSTOP) }
    defer { for process in stalled { kill(process, SIGCONT) } }
    let (deaf, deafNews) = (Told(), Locked<[StorageNews]>([]))
    var limits = PostgresLimits.patient(connections: 1)
    limits.followingInterval = .milliseconds(20)
    limits.followingPatience = .milliseconds(500)
    let impatient = try database.open(limits: limits, observer: deaf.observer)
    try follow(impatient, deafNews)
    while !deafNews.value.contains(.signingKeysChanged) { await Task.yield() }
    let its = try database.backends().filter { !stalled.contains($0) }
    for process in its { kill(process, SIGSTOP) }
    defer { for process in its { kill(process, SIGCONT) } }
    let other = try database.open()
    try await other.write { try $0.append([.numbered(1)]) }
    while deaf.sequences.isEmpty { await Task.yield() }
    #expect(deaf.sequences == [1])
  }

  private func follow(_ storage: PostgresStorage, _ news: Locked<[StorageNews]>) throws {
    try storage.follow { piece in news.change { $0.append(piece) } }
  }

  private func heard(_ piece: StorageNews, times: Int = 1) async {
    while news.value.count(where: { $0 == piece }) < times { await Task.yield() }
  }

  private func heardOfLoss() async {
    while !news.value.contains(where: { if case .lost = $0 { true } else { false } }) { await Task.yield() }
  }

  private func heard(sequence: Int64) async {
    while told.sequences.last != sequence { await Task.yield() }
  }

  private func heard(entries count: Int) async {
    while told.sequences.count < count { await Task.yield() }
  }

  private func endConnections() throws {
    try database.server.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database.name)'",
      in: "postgres")
  }
}

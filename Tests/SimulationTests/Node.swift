import JOSE
import SignetAuthority
import SignetTesting
import TokenVerification

/// One server of the authority. Its clock is its own; what it keeps in memory it loses when it crashes.
final class Node {
  let number: Int
  let authority: Authority
  private unowned let world: World
  /// What its clock is off.
  private var offset: Duration
  private(set) var isUp = true
  /// Who reads its feed.
  private var readers: [Verifier] = []
  /// How far its feed has told the log.
  private var told: RevocationPosition?

  static let heartbeat: Duration = .seconds(5)

  init(_ number: Int, keyring: Keyring, world: World) throws {
    self.number = number
    self.world = world
    offset = .milliseconds(Int.random(in: -2000...2000, using: &world.random))
    authority = Authority(
      policy: world.policy, keyring: keyring, random: .seeded(Seed(world.random.next())))
  }

  var now: Timestamp { TestClock.start + world.time + offset }

  func initialise() async throws {
    let (authority, now) = (authority, now)
    let settings = try authority.newSettings(at: now)
    let keys = try authority.generateFirstKeys(at: now)
    try await world.storage.write { tx in
      try authority.initialise(settings, keys: keys, origin: TestAuthority.origin, in: tx, at: now)
    }
    world.truth.committed(in: settings.revocationEpoch)
  }

  // MARK: Requests

  /// One write, and a look at whether all is as it must be.
  func write<Answer: Sendable>(
    _ body: @escaping @Sendable (Authority, any AuthorityWrites, Timestamp) throws -> Answer
  ) async throws -> Answer {
    let (authority, now) = (authority, now)
    let (answer, position) = try await world.storage.write { tx in
      (try body(authority, tx, now), try tx.revocationPosition())
    }
    world.truth.committed(in: position.epoch)
    try await world.examine()
    return answer
  }

  /// Tells its readers what it has just committed, as its storage's observer would.
  func publish() {
    world.after(.milliseconds(1)) { [self] in if isUp { try await tellReaders() } }
    for node in world.nodes where node !== self {
      // PostgreSQL's notices are not promised.
      world.send("notice to node \(node.number)") { if node.isUp { try await node.tellReaders() } }
    }
  }

  /// The text of an access token that was decided, signed with the key that signs by now.
  func sign(_ tokens: IssuedTokens) async throws -> String {
    let keys = try authority.signingKeys(from: try await world.storage.read { try $0.signingKeys() })
    let text = try JWT.sign(tokens.accessToken.claims, type: "at+jwt", with: keys.signer)
    let snapshot = KeySnapshot(epoch: 1, keys: keys.published, algorithms: [.es256])
    let verdict = Verifier.checker.verify(Array(text.utf8), keys: snapshot, revocations: .empty, at: now)
    guard case .allow(let principal) = verdict else {
      throw Violation("a fresh token is no good: \(verdict)")
    }
    world.truth.minted(principal, of: tokens.session.id)
    return text
  }

  /// The published keys.
  func keySet() async throws -> JWKSet {
    try authority.signingKeys(from: try await world.storage.read { try $0.signingKeys() }).published
  }

  // MARK: The feed

  func begin() {
    world.after(world.seconds(0...5)) { [self] in try await beat() }
  }

  private func beat() async throws {
    world.after(Self.heartbeat) { [self] in try await beat() }
    if isUp { try await tellReaders(always: true) }
  }

  func connect(_ reader: Verifier) {
    guard isUp else { return }
    for node in world.nodes { node.readers.removeAll { $0 === reader } }
    readers.append(reader)
    world.after(.milliseconds(1)) { [self] in if isUp { try await tellReaders(always: true) } }
  }

  /// Everything that is alive, in one batch.
  func snapshot() async throws -> [UInt8] {
    let (now, all) = (now, try await log(after: 0))
    let batch = RevocationBatch(
      epoch: all.position.epoch, from: 0, to: all.position.sequence,
      entries: all.entries.filter { $0.expiresAt > now }, asOf: now, signedAt: now)
    return try batch.snapshot(of: policy.issuer, with: Feed.signer)
  }

  private func tellReaders(always: Bool = false) async throws {
    let (now, news) = (now, try await log(after: told?.sequence ?? 0))
    var (from, entries) = (told?.sequence ?? 0, news.entries)
    if told?.epoch != news.position.epoch || from > news.position.sequence {
      // Another life of the log: whoever reads it has to fetch all of it.
      (from, entries) = (news.position.sequence, [])
    }
    told = news.position
    guard always || !entries.isEmpty else { return }
    let batch = RevocationBatch(
      epoch: news.position.epoch, from: from, to: news.position.sequence, entries: entries, asOf: now,
      signedAt: now)
    let token = Array(try batch.token(of: policy.issuer, with: Feed.signer).utf8)
    for reader in readers {
      world.sendRecorded("batch \(batch.from)–\(batch.to) of node \(number) to verifier \(reader.number)") {
        try reader.receive(token)
      }
    }
  }

  private func log(
    after sequence: Int64
  ) async throws -> (position: RevocationPosition, entries: [RevocationEntry]) {
    try await world.storage.read { tx in
      (try tx.revocationPosition(), try tx.revocations(after: sequence, limit: 1_000))
    }
  }

  private var policy: AuthorityPolicy { authority.policy }

  // MARK: Faults

  func crash(for duration: Duration) {
    guard isUp else { return }
    world.tell("node \(number) crashes for \(duration)")
    isUp = false
    (told, readers) = (nil, [])
    world.after(duration) { [self] in
      isUp = true
      world.tell("node \(number) is back")
    }
  }

  func stepClock(by step: Duration) {
    world.tell("the clock of node \(number) steps by \(step)")
    offset += step
  }
}

/// What every node signs its feed with, and every verifier checks it with.
enum Feed {
  private static let key = Result { try JWK.generate(.edDSA, keyID: "feed") }

  static var signer: SigningKey {
    get throws { try SigningKey(try key.get()) }
  }

  static var keys: KeySnapshot {
    get throws {
      KeySnapshot(
        epoch: 1, keys: JWKSet(keys: [try key.get().publicKey()]),
        algorithms: RevocationBatchVerifier.algorithms)
    }
  }
}

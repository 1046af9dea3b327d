import JOSE
import SignetAuthority
import SignetTesting
import TokenVerification

/// One run: nodes on one database, verifiers, clients and a thief, whose every move follows from a seed.
///
/// What decides is the production's: rotation, endings, revocation entries, restores, the view, the feed's
/// receiver, the verifier and its cache, on the storage model that every engine is compared with. What
/// is simulated is what carries it: the network, which loses, delays, duplicates and reorders; clocks, which
/// differ and step; nodes, which crash.
final class World {
  let seed: Seed
  var random: SplitMix64
  /// How long it has been running, by a clock that nobody has.
  private(set) var time: Duration = .zero
  private var queue = EventQueue()
  private var lines: [String] = []

  let storage: MemoryStorage
  let policy: AuthorityPolicy
  let truth: Truth
  private(set) var nodes: [Node] = []
  private(set) var verifiers: [Verifier] = []
  private(set) var clients: [Client] = []

  /// Whether the clocks of nodes step while it runs.
  private(set) var clocksStep = false
  /// Whether somebody records what the feed sends, and sends it again when he likes.
  private(set) var isRecorded = false

  /// The most that a message takes.
  static let longestDelay: Duration = .seconds(3)
  static let length: Duration = .seconds(300)

  init(seed: Seed) async throws {
    self.seed = seed
    random = seed.generator()
    let truth = Truth()
    self.truth = truth
    storage = MemoryStorage(observer: truth.observer)
    clocksStep = random.next() % 2 == 0
    isRecorded = random.next() % 2 == 0
    policy = try TestAuthority.policy(accessTokenLifetime: .seconds(120))
    // The keyring is every node's, so each is made from the same bytes.
    let keyring = Keyring(from: SecureRandom.seeded(Seed(1)))
    for number in 1...2 { nodes.append(try Node(number, keyring: keyring, world: self)) }
    try await nodes[0].initialise()
    for number in 1...2 { verifiers.append(try Verifier(number, world: self)) }
    for number in 1...3 { clients.append(try await Client(number, world: self)) }
  }

  // MARK: Running

  /// Runs to the end.
  /// - Throws: ``Violation`` when something happened that must never happen.
  func run() async throws {
    // What is planned holds whom it is planned for, and so this world.
    defer { queue = EventQueue() }
    for node in nodes { node.begin() }
    for verifier in verifiers { verifier.begin() }
    for client in clients { client.begin() }
    Thief(world: self).begin()
    Operator(world: self).begin()
    while let event = queue.next(), event.time <= Self.length {
      time = event.time
      try await event.action()
    }
    try await examine()
  }

  /// Holds what is stored against what must be.
  func examine() async throws {
    let ids = truth.knownSessions
    try truth.examine(
      try await storage.read { tx in
        Dictionary(uniqueKeysWithValues: try ids.map { ($0, try tx.session($0)) })
      })
  }

  /// What has happened, for whoever has to find out why.
  var story: String { lines.joined(separator: "\n") }

  func tell(_ line: @autoclosure () -> String) {
    lines.append("\(time.wholeMilliseconds)\t\(line())")
  }

  // MARK: Time and chance

  func after(_ delay: Duration, _ action: @escaping EventQueue.Action) {
    queue.plan(at: time + delay, action)
  }

  /// Carries a message: it may be lost, come twice, and overtake others.
  func send(_ what: String, _ deliver: @escaping EventQueue.Action) {
    if chance(1, in: 12) { return tell("lost: \(what)") }
    for _ in 0..<(chance(1, in: 12) ? 2 : 1) {
      let delay = chance(1, in: 4) ? Self.longestDelay : .milliseconds(60)
      after(.milliseconds(Int.random(in: 1...Int(delay.wholeMilliseconds), using: &random)), deliver)
    }
  }

  /// The same, for what somebody may have recorded.
  func sendRecorded(_ what: String, _ deliver: @escaping EventQueue.Action) {
    send(what, deliver)
    if isRecorded, chance(1, in: 12) {
      after(seconds(1...90)) { [self] in
        tell("again: \(what)")
        try await deliver()
      }
    }
  }

  func chance(_ part: Int, in whole: Int) -> Bool { Int.random(in: 0..<whole, using: &random) < part }

  func seconds(_ range: ClosedRange<Int>) -> Duration {
    .milliseconds(Int.random(in: range.lowerBound * 1000...range.upperBound * 1000, using: &random))
  }

  func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &random) }
}

/// Something that must never happen has happened.
struct Violation: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

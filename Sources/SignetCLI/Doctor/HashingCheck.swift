internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetAuthority
internal import SignetServer

/// What a password hash costs on this machine, and whether the threads for it fit.
struct HashingCheck: Sendable {
  var memoryKiB: Int
  var threads: Int
  var cores: Int
  /// What the machine has in all; nil when it does not say.
  var machineMemoryKiB: Int?
  /// How long one hash takes while `threads` work at once.
  var timeOfOne: Duration

  var findings: [Finding] {
    var findings: [Finding] = []
    let mebibytes = memoryKiB * threads / 1024
    if threads > cores {
      findings.append(
        .warning(
          Self.subject, "passwords.hash.threads is \(threads), and the machine has \(count(cores, "core"))",
          advice: "set it to \(max(1, cores / 2)): more threads make no hash faster, and take memory"))
    }
    if let machineMemoryKiB, memoryKiB * threads > machineMemoryKiB / 4 {
      findings.append(
        .warning(
          Self.subject, "hashing takes up to \(mebibytes) MiB, of \(machineMemoryKiB / 1024) MiB in all",
          advice: "lower passwords.hash.threads"))
    }
    if timeOfOne > .seconds(1) {
      findings.append(
        .warning(
          Self.subject, "a hash takes \(milliseconds) ms: so long does every login, at least",
          advice: "look what else the machine does; a hash should take 10 to 100 ms"))
    }
    let measured =
      "\(milliseconds) ms a hash, \(perSecond) logins/s with \(count(threads, "thread")), \(mebibytes) MiB"
    return findings.isEmpty ? [.ok(Self.subject, measured)] : findings
  }

  private var milliseconds: Int {
    let parts = timeOfOne.components
    return Int(parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000)
  }

  private var perSecond: Int { threads * 1000 / max(1, milliseconds) }

  private func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  private static let subject = "hashing"
}

extension HashingCheck {
  /// Hashes a few passwords on as many threads as the server would.
  static func measure(threads: Int, cores: Int, machineMemoryKiB: Int?) async throws -> HashingCheck {
    let hasher = try PasswordHasher(threadCount: threads, queueLimit: 1000, random: .system)
    defer { hasher.stop() }
    let rounds = 3
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<threads * rounds { group.addTask { _ = try await hasher.decoy() } }
      try await group.waitForAll()
    }
    return HashingCheck(
      memoryKiB: Int(hasher.cost.memoryKiB), threads: threads, cores: cores,
      machineMemoryKiB: machineMemoryKiB, timeOfOne: (ContinuousClock.now - start) / rounds)
  }
}

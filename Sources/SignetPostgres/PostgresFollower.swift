internal import Dispatch
internal import Foundation
internal import SignetAuthority
internal import SignetStorage
internal import Synchronization
internal import TokenVerification

/// Follows what other processes do to the database: a thread with a connection of its own.
///
/// The server tells it of each commit that others must know of (`LISTEN`); what has changed it reads. It
/// also looks when it has heard nothing for a while, and when it has been cut off: then it connects again,
/// and again until it succeeds, and goes on where it was.
final class PostgresFollower: Sendable {
  private let target: PostgresTarget
  private let limits: PostgresLimits
  private let telling: RevocationTelling
  private let observer: StorageNewsObserver
  private let waker: Waker
  private let isStopped = Atomic(false)
  private let running = DispatchGroup()

  /// Begins at once. `epoch` is that of the log when this process opened the database; news go to `observer`,
  /// and entries of the log to `telling`.
  init(
    _ target: PostgresTarget, limits: PostgresLimits, epoch: String?, telling: RevocationTelling,
    observer: @escaping StorageNewsObserver
  ) throws {
    self.target = target
    self.limits = limits.forFollowing(listening: !target.isPooled)
    self.telling = telling
    self.observer = observer
    waker = try Waker()
    running.enter()
    let thread = Thread {
      self.follow(from: Sight(epoch: epoch))
      self.running.leave()
    }
    thread.name = "postgres-follower"
    thread.start()
  }

  func stop() {
    isStopped.store(true, ordering: .releasing)
    waker.wake()
  }

  /// Blocks until the thread has ended. ``stop()`` comes first.
  func waitForEnd() {
    running.wait()
  }

  /// What was seen last.
  private struct Sight {
    var epoch: String?
    /// Nil before the first look, which therefore tells of the keys.
    var keys: [SigningKeyRecord]?
  }

  private func follow(from start: Sight) {
    var (sight, isLost, failures) = (start, false, 0)
    while !isStopped.load(ordering: .acquiring) {
      do {
        let connection = try PostgresConnection(target, limits: limits)
        if !target.isPooled { try connection.listen() }
        try look(through: connection, at: .all, &sight)
        if isLost { observer(.returned) }
        (isLost, failures) = (false, 0)
        try stay(on: connection, &sight)
      } catch {
        failures += 1
        // A connection that ends and can be had again at once is no news.
        if !isLost, failures > 1, !isStopped.load(ordering: .acquiring) {
          isLost = true
          observer(.lost(reason: Self.reason(of: error)))
        }
        waker.wait(Self.pause(after: failures))
      }
    }
  }

  /// Looks whenever there is news, and when there has been none for a while; returns when it is to stop.
  private func stay(on connection: PostgresConnection, _ sight: inout Sight) throws {
    while !isStopped.load(ordering: .acquiring) {
      let notices = try connection.notices(within: limits.followingInterval, orUntil: waker)
      let isQuiet = notices.isEmpty
      try look(
        through: connection, at: isQuiet || notices.contains(.signingKeys) ? .all : .revocations, &sight)
    }
  }

  private enum Part {
    case revocations, all
  }

  private func look(through connection: PostgresConnection, at part: Part, _ sight: inout Sight) throws {
    let heard = telling.newest
    // A database without an authority has no log yet.
    guard let head = try connection.revocationHead() else { return }
    if try head.sequence < heard.sequence || connection.hasAnother(heard) {
      // Or what is written from now on would not touch tokens that were minted at a higher place.
      try connection.raiseRevocationHead(to: heard.sequence)
      telling.beginAgain()
      observer(.revocationLogWentBack(heard: heard.sequence))
    }
    try telling.hear(reading: connection.revocations(after:))
    if head.epoch != sight.epoch {
      sight.epoch = head.epoch
      observer(.revocationEpochBegan)
    }
    guard part == .all else { return }
    let keys = try connection.signingKeys()
    if keys != sight.keys {
      sight.keys = keys
      observer(.signingKeysChanged)
    }
  }

  private static func reason(of error: any Error) -> String {
    switch error {
    case StorageError.unavailable(let reason), StorageError.outcomeUnknown(let reason),
      StorageError.corrupt(let reason):
      reason
    default: "\(type(of: error))"
    }
  }

  /// 50 ms and twice as long after each failure, up to 1.6 s; by up to a half less, so that the nodes do not
  /// come all at once.
  private static func pause(after failures: Int) -> Duration {
    .milliseconds(50 << min(failures - 1, 5)) * Double.random(in: 0.5...1)
  }
}

extension PostgresLimits {
  /// A follower gives its connection up sooner than others: so a node learns that its database is lost. Where
  /// a pooler stands between, which hands on no notices, it looks twice as often.
  fileprivate func forFollowing(listening: Bool) -> PostgresLimits {
    var limits = self
    limits.patience = followingPatience
    if !listening { limits.followingInterval = followingInterval / 2 }
    return limits
  }
}

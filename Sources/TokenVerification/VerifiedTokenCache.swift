public import JOSE

/// A verifier that remembers the tokens that it has let in: what it answers is always what
/// ``TokenVerifier/verify(_:keys:revocations:at:)`` would, sooner.
///
/// A remembered token is known by all of its bytes. It is checked anew once the keys have changed or its time
/// is over, and held against the revocations once they have changed; until then it costs a comparison.
/// Refused tokens are not remembered: whoever sends them would choose what is in here.
///
/// A value, to be used by one thread at a time. It holds at most ``capacity`` tokens, about 2.5 KB each with
/// what they say; one of more than 2,048 bytes is checked each time.
public struct VerifiedTokenCache: Sendable {
  /// How many tokens it holds at most.
  public let capacity: Int

  private let verifier: TokenVerifier
  /// Sets of four. A token's hash names its set; in a full set the one that was used least lately goes.
  private var slots: [Slot?]
  /// Counts the uses.
  private var time: UInt64 = 0

  private struct Slot: Sendable {
    let hash: UInt64
    let token: [UInt8]
    let principal: Principal
    let subjects: RevocationSubjects
    /// The keys that it was verified with.
    let keys: Mark
    /// The revocations that it was last seen not to be among.
    var revocations: Mark
    var lastUse: UInt64
  }

  /// A cache over `verifier`.
  /// - Parameters:
  ///   - verifier: what checks a token that is not remembered.
  ///   - capacity: how many it holds; brought to a power of two, 4 to 1,048,576 (which take 2.6 GB).
  public init(verifier: TokenVerifier, capacity: Int = 1024) {
    var size = 4
    while size < min(capacity, Self.largestCapacity) { size *= 2 }
    self.capacity = size
    self.verifier = verifier
    slots = Array(repeating: nil, count: size)
  }

  /// How many tokens it holds.
  public var count: Int { slots.count { $0 != nil } }

  /// Whether a token is remembered, whatever it is worth by now.
  func holds(_ token: [UInt8]) -> Bool { place(of: token, Self.hash(token)) != nil }

  /// Checks one token; see ``TokenVerifier/verify(_:keys:revocations:at:)``.
  public mutating func verify(
    _ token: [UInt8], keys: KeySnapshot, revocations: RevocationView, at now: Timestamp
  ) -> Verdict {
    let hash = Self.hash(token)
    if let known = recall(token, hash, keys: keys, revocations: revocations, at: now) { return known }
    let verdict = verifier.verify(token, keys: keys, revocations: revocations, at: now)
    note(verdict, of: token, hash, keys: keys, revocations: revocations)
    return verdict
  }

  /// What is remembered of a token, if it still holds without a look at its signature. `hash` is the token's
  /// ``hash(_:)``.
  package mutating func recall(
    _ token: [UInt8], _ hash: UInt64, keys: KeySnapshot, revocations: RevocationView, at now: Timestamp
  ) -> Verdict? {
    time += 1
    guard let place = place(of: token, hash), let slot = slots[place] else { return nil }
    guard slot.keys === keys.mark, verifier.policy.claims.isInTime(slot.principal.times, at: now) else {
      return nil
    }
    if slot.revocations !== revocations.mark {
      guard !revocations.revokes(slot.subjects) else { return nil }
      slots[place]?.revocations = revocations.mark
    }
    slots[place]?.lastUse = time
    return .allow(slot.principal)
  }

  /// Takes over what the verifier has said of a token, over these keys and revocations.
  package mutating func note(
    _ verdict: Verdict, of token: [UInt8], _ hash: UInt64, keys: KeySnapshot, revocations: RevocationView
  ) {
    let place = place(of: token, hash)
    guard case .allow(let principal) = verdict, token.count <= Self.maximumTokenBytes else {
      if let place { slots[place] = nil }
      return
    }
    let set = set(of: hash)
    let oldest = set.min { slots[$0]?.lastUse ?? 0 < slots[$1]?.lastUse ?? 0 }
    slots[place ?? oldest ?? set.lowerBound] = Slot(
      hash: hash, token: token, principal: principal, subjects: RevocationSubjects(principal),
      keys: keys.mark, revocations: revocations.mark, lastUse: time)
  }

  /// A number that tokens share rarely; seeded for each process, so that nobody outside can choose tokens
  /// that share one.
  ///
  /// The end of a token is the end of its signature, which differs wherever anything differs; and only a
  /// token whose signature is good gets in.
  package static func hash(_ token: [UInt8]) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(token.count)
    var word: UInt64 = 0
    for (index, byte) in token.suffix(32).enumerated() {
      word = word << 8 | UInt64(byte)
      if index % 8 == 7 { hasher.combine(word) }
    }
    hasher.combine(word)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  private static let ways = 4
  private static let largestCapacity = 1 << 20
  private static let maximumTokenBytes = 2_048
}

extension VerifiedTokenCache {
  private func place(of token: [UInt8], _ hash: UInt64) -> Int? {
    set(of: hash).first { place in
      guard let slot = slots[place], slot.hash == hash else { return false }
      return constantTimeEquals(slot.token, token)
    }
  }

  private func set(of hash: UInt64) -> Range<Int> {
    // The lowest bits may have chosen the cache already, of several.
    let first = (Int(truncatingIfNeeded: hash >> 16) & (slots.count / Self.ways - 1)) * Self.ways
    return first..<first + Self.ways
  }
}

/// Tells one value from another without a look at what is in them. While it is held, no other is the same.
final class Mark: Sendable {}

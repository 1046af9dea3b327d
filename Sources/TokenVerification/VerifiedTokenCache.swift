public import JOSE
internal import Synchronization

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
  /// The policy's, by itself: a copy of the whole would count references that all caches share.
  private let times: TimeLimits
  /// Counts the uses.
  private var time: UInt64 = 0

  // A place is an index into each of these. A token's hash names two sets of four places; when both are full,
  // the one of the eight that was used least lately goes.

  /// The hash of the token at a place: a look goes by these alone until one fits.
  private var hashes: [UInt64]
  private var tokens: [Remembered?]
  /// The revocations that the token was last seen not to be among.
  private var revocations: [Mark]
  private var uses: [UInt64]

  /// A token, what it says, and the keys that it was verified with.
  private final class Remembered: Sendable {
    let token: [UInt8]
    let principal: Principal
    let subjects: RevocationSubjects
    let keys: Mark

    init(_ token: [UInt8], _ principal: Principal, keys: Mark) {
      self.token = token
      self.principal = principal
      subjects = RevocationSubjects(principal)
      self.keys = keys
    }
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
    times = verifier.policy.claims.times
    hashes = Array(repeating: 0, count: size)
    tokens = Array(repeating: nil, count: size)
    revocations = Array(repeating: Mark(), count: size)
    uses = Array(repeating: 0, count: size)
  }

  /// How many tokens it holds.
  public var count: Int { tokens.count { $0 != nil } }

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
    recall(token, hash, keys: keys, revocationMark: revocations.mark.number, at: now) { revocations }
  }

  /// The same, for revocations that others share: their view is taken only if it has changed, which
  /// `revocationMark` tells.
  package mutating func recall(
    _ token: [UInt8], _ hash: UInt64, keys: KeySnapshot, revocationMark: UInt64, at now: Timestamp,
    view: () -> RevocationView
  ) -> Verdict? {
    time += 1
    guard let place = place(of: token, hash), let known = tokens[place] else { return nil }
    guard known.keys == keys.mark, times.isInTime(known.principal.times, at: now) else {
      return nil
    }
    if revocations[place].number != revocationMark {
      let view = view()
      guard !view.revokes(known.subjects) else { return nil }
      revocations[place] = view.mark
    }
    uses[place] = time
    return .allow(known.principal)
  }

  /// Takes over what the verifier has said of a token, over these keys and revocations.
  package mutating func note(
    _ verdict: Verdict, of token: [UInt8], _ hash: UInt64, keys: KeySnapshot, revocations: RevocationView
  ) {
    let known = place(of: token, hash)
    guard case .allow(let principal) = verdict, token.count <= Self.maximumTokenBytes else {
      if let known { forget(known) }
      return
    }
    let place = known ?? placeToFill(hash)
    hashes[place] = hash
    tokens[place] = Remembered(token, principal, keys: keys.mark)
    self.revocations[place] = revocations.mark
    uses[place] = time
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

// MARK: - Places

extension VerifiedTokenCache {
  private func place(of token: [UInt8], _ hash: UInt64) -> Int? {
    place(of: token, hash, in: firstSet(hash)) ?? place(of: token, hash, in: secondSet(hash))
  }

  private func place(of token: [UInt8], _ hash: UInt64, in set: Int) -> Int? {
    for place in set..<set + Self.ways where hashes[place] == hash {
      if let known = tokens[place], constantTimeEquals(known.token, token) { return place }
    }
    return nil
  }

  /// A free place of the token's sets, or the one that was used least lately.
  private func placeToFill(_ hash: UInt64) -> Int {
    let (first, second) = (firstSet(hash), secondSet(hash))
    var oldest = first
    for place in [first..<first + Self.ways, second..<second + Self.ways].joined() {
      if uses[place] < uses[oldest] { oldest = place }
    }
    return oldest
  }

  private mutating func forget(_ place: Int) {
    hashes[place] = 0
    tokens[place] = nil
    uses[place] = 0
  }

  /// Where a set begins. The lowest bits of the hash may have chosen the cache already, of several.
  private func firstSet(_ hash: UInt64) -> Int { set(hash >> 16) }
  private func secondSet(_ hash: UInt64) -> Int { set(hash >> 40) }

  private func set(_ bits: UInt64) -> Int {
    (Int(truncatingIfNeeded: bits) & (capacity / Self.ways - 1)) * Self.ways
  }
}

/// Tells one value from another without a look at what is in them: no two that were made are the same.
package struct Mark: Hashable, Sendable {
  private static let made = Atomic<UInt64>(0)

  /// Of no other mark.
  package let number = Mark.made.wrappingAdd(1, ordering: .relaxed).newValue
}

/// What a reader of JWEs accepts, besides its key: fixed before a token is seen.
public struct DecryptionPolicy: Hashable, Sendable {
  /// The `enc` that are accepted.
  public let encryption: Set<ContentEncryptionAlgorithm>
  /// Whether content may be compressed (`zip`).
  public let allowsCompression: Bool
  /// The most bytes that compressed content may inflate to.
  public let maximumInflatedBytes: Int
  /// Which iteration counts (`p2c`) are accepted of keys from passwords; nil refuses such keys altogether.
  public let passwordIterations: ClosedRange<Int>?

  /// The bounds of ``maximumInflatedBytes``: a few bytes can stand for gigabytes.
  public static let inflatedByteCounts = 1...250_000

  /// The bounds of ``passwordIterations``. Below, a password is guessed (RFC 7518 §4.8.1.2 wants 1,000);
  /// above, whoever sends a token decides how long the reader computes: the most take about a second.
  public static let iterationCounts = 1_000...1_200_000

  /// A policy.
  /// - Parameters:
  ///   - encryption: the `enc` that are accepted; at least one.
  ///   - allowsCompression: whether content may be compressed. Compression before encryption shows by the
  ///     length how much of the content repeats itself: allow it where others insist.
  ///   - maximumInflatedBytes: from 1 to 250,000.
  ///   - passwordIterations: which `p2c` are accepted, within 1,000 to 1,200,000; nil refuses PBES2.
  /// - Throws: ``JOSEError`` with code `invalid_policy` for no `enc`, or a bound out of range.
  public init(
    allowing encryption: Set<ContentEncryptionAlgorithm>, allowsCompression: Bool = false,
    maximumInflatedBytes: Int = inflatedByteCounts.upperBound, passwordIterations: ClosedRange<Int>? = nil
  ) throws(JOSEError) {
    guard !encryption.isEmpty else { throw JOSEError(.invalidPolicy, "no enc is allowed") }
    guard Self.inflatedByteCounts.contains(maximumInflatedBytes) else {
      throw JOSEError(.invalidPolicy, "an inflated size of \(maximumInflatedBytes); the most are 250000")
    }
    if let range = passwordIterations {
      guard range.clamped(to: Self.iterationCounts) == range else {
        throw JOSEError(.invalidPolicy, "p2c within \(range); from 1000 to 1200000 can be allowed")
      }
    }
    self.encryption = encryption
    self.allowsCompression = allowsCompression
    self.maximumInflatedBytes = maximumInflatedBytes
    self.passwordIterations = passwordIterations
  }

  /// - Throws: ``JOSEError`` with code `unsupported_algorithm` for what is not allowed, `weak_key` for too
  ///   small a `p2c`, `too_large` for too large a one.
  func check(_ header: JWEHeader) throws(JOSEError) {
    guard encryption.contains(header.encryption) else {
      throw JOSEError(.unsupportedAlgorithm, "\(header.encryption.rawValue) is not allowed")
    }
    guard allowsCompression || !header.isCompressed else {
      throw JOSEError(.unsupportedAlgorithm, "compressed content is not allowed")
    }
    guard case .password(_, let iterations) = header.parameters else { return }
    try check(iterations: iterations)
  }

  /// - Throws: ``JOSEError`` as ``check(_:)`` for keys from passwords.
  func check(iterations: Int) throws(JOSEError) {
    guard let range = passwordIterations else {
      throw JOSEError(.unsupportedAlgorithm, "keys from passwords are not allowed")
    }
    guard iterations >= range.lowerBound else {
      throw JOSEError(.weakKey, "a p2c of \(iterations); \(range.lowerBound) are the least")
    }
    guard iterations <= range.upperBound else {
      throw JOSEError(.tooLarge, "a p2c of \(iterations); \(range.upperBound) are the most")
    }
  }
}

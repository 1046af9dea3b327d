public import JOSE
public import TokenVerification

/// How well a process knows what an issuer has revoked: for its readiness and its operator.
public struct RevocationHealth: Hashable, Sendable {
  /// Whether the news is no older than ``StalenessPolicy/maximum``.
  public let isFresh: Bool
  /// When the issuer had last read its log, by its own clock, as far as this process has heard; nil before
  /// the first news, and where nothing is followed.
  public let asOf: Timestamp?
  /// How old that is by this process's clocks; nil as ``asOf``.
  public let age: Duration?
  /// How far the log is known; nil before the first snapshot, and where nothing is followed.
  public let position: RevocationPosition?
  /// How many subjects are revoked.
  public let count: Int
  /// What went wrong last, in words for the operator; nil since the feed has last brought news.
  public let lastError: String?
}

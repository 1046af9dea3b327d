/// What becomes of good tokens when this process has not heard from the issuer for a while, so that one may
/// have been revoked without its knowing.
public struct StalenessPolicy: Hashable, Sendable {
  /// What is done with a good token then.
  public enum Answer: Hashable, Sendable {
    /// The request gets 503 with `Retry-After`; nobody is called unauthorized.
    case deny
    /// The request passes, and is counted.
    case accept
  }

  /// What is done with a good token.
  public let answer: Answer
  /// How old the news may be.
  public let maximum: Duration

  /// The news may be 30 seconds old; then good tokens are refused.
  public static let deny = StalenessPolicy.deny(after: .seconds(30))

  /// Good tokens are refused when the news is older than `maximum`, at least 1 second; the feed has news
  /// every 5 seconds.
  public static func deny(after maximum: Duration) -> StalenessPolicy {
    StalenessPolicy(answer: .deny, maximum: max(maximum, .seconds(1)))
  }

  /// Good tokens pass however old the news is; beyond `maximum`, at least 1 second, that is reported.
  public static func accept(after maximum: Duration = .seconds(30)) -> StalenessPolicy {
    StalenessPolicy(answer: .accept, maximum: max(maximum, .seconds(1)))
  }
}

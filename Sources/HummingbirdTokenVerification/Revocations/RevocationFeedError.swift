/// Why nothing came of an attempt to hear the revocation feed; for the operator.
struct RevocationFeedError: Error, Hashable, CustomStringConvertible {
  /// What is wrong, in words.
  let description: String
  /// How long the server asks to be left alone (`Retry-After`).
  var retryAfter: Duration?

  init(_ description: String, retryAfter: Duration? = nil) {
    self.description = description
    self.retryAfter = retryAfter
  }
}

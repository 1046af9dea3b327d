package import JOSE

/// The decision at the heart of a refresh: what a presented generation means for a grant.
///
/// | presented | decision |
/// |---|---|
/// | the current generation | `advance` |
/// | current − 1, within the grace since the rotation | `repeatSuccessor` |
/// | current − 1, later, and proof that the sender is the one who rotated | `repeatSuccessor` |
/// | older, or current − 1 otherwise | `reuse` |
/// | newer than current | `fromFuture` |
///
/// A replay is therefore caught unless it comes within the grace, or with the same sender key or retry key.
package enum RefreshRotation {
  package enum Decision: Hashable, Sendable {
    /// Make the next generation current and issue it.
    case advance
    /// Issue the current generation again: its first copy was lost, or two tabs asked at once.
    case repeatSuccessor(Evidence)
    /// Two parties hold the family: end its session.
    case reuse
    /// The grant's state was lost, or the MAC key was stolen: end the grant.
    case fromFuture
  }

  /// What shows that a spent token comes from the client that spent it.
  package enum Evidence: String, Hashable, Sendable {
    case withinGrace = "within_grace"
    case senderKey = "sender_key"
    case retryKey = "retry_key"
  }

  /// What the sender showed besides the token.
  package struct Proof: Sendable {
    /// SHA-256 of the retry key, if one was sent.
    package let retryKeyHash: [UInt8]?
    /// The thumbprint of the key in a fresh, verified proof of possession (RFC 9449), if there was one.
    package let senderKey: [UInt8]?

    package init(retryKeyHash: [UInt8]? = nil, senderKey: [UInt8]? = nil) {
      self.retryKeyHash = retryKeyHash
      self.senderKey = senderKey
    }
  }

  /// Decides what to do with a token of generation `presented`.
  ///
  /// A clock that was stepped back makes the time since the rotation negative; that counts as within the
  /// grace, because an honest client must not be logged out by the server's clock.
  package static func decide(
    presented: Int64, grant: Grant, proof: Proof, grace: Duration, at now: Timestamp
  ) -> Decision {
    if presented == grant.generation { return .advance }
    if presented > grant.generation { return .fromFuture }
    guard presented == grant.generation - 1 else { return .reuse }
    if now - grant.rotatedAt <= grace { return .repeatSuccessor(.withinGrace) }
    if let bound = grant.senderKey, let shown = proof.senderKey, constantTimeEquals(bound, shown) {
      return .repeatSuccessor(.senderKey)
    }
    if let kept = grant.retryKeyHash, let shown = proof.retryKeyHash, constantTimeEquals(kept, shown) {
      return .repeatSuccessor(.retryKey)
    }
    return .reuse
  }
}

internal import JOSE

/// Follows the revocation log of one issuer, as its feed tells it: a state machine without a clock and
/// without I/O.
///
/// Batches get lost, come twice or in another order, and somebody on the way may hold them back or send old
/// ones again. What gets here has been signed by the issuer; this says whether the view is whole, and how
/// old.
package struct RevocationFeed: Sendable {
  /// What became of a batch.
  package enum Answer: Hashable, Sendable {
    /// The view reaches as far as the batch now, or reached farther already.
    case applied
    /// There is a gap between the view and the batch, or the log has begun another life: fetch the snapshot.
    /// The batch's entries count already if they are of the view's log.
    case needsSnapshot
    /// Nothing of it was taken over.
    case refused(Refusal)
  }

  /// Why a batch is not believed although its signature is good.
  package enum Refusal: String, Hashable, Sendable {
    /// The key that signed it is revoked, by the batch itself or by what was known before.
    case revokedKey = "revoked_key"
    /// It is of a life of the log that was left for another one.
    case formerEpoch = "former_epoch"
    /// It would begin another life of the log, and is not younger than what is known of this one.
    case older = "older"
  }

  /// Whose log it is.
  package let issuer: String
  /// What is revoked. It follows no log before the first snapshot.
  package private(set) var view = RevocationView.empty
  /// How old the view is; nil before the first snapshot.
  package private(set) var freshness: RevocationFreshness?

  /// The lives of the log that were left, the last ones.
  private var formerEpochs: [String] = []

  /// How many lives are remembered. Each is a restored backup; the times of batches keep out what is older.
  private static let rememberedEpochs = 1_024

  /// A feed of which nothing has arrived.
  package init(issuer: String) {
    self.issuer = issuer
  }

  /// Where to go on: how far the view is whole.
  package var position: RevocationPosition? { view.position }

  /// Takes in a batch that has arrived at `now`.
  ///
  /// The same batch may come again, and batches in any order: the view is the same.
  package mutating func receive(_ verified: VerifiedRevocationBatch, at now: ClockReading) -> Answer {
    receive(verified.batch, signedBy: verified.keyID, at: now)
  }

  /// The same, for a batch whose signature somebody else vouches for.
  mutating func receive(
    _ batch: RevocationBatch, signedBy keyID: String, at now: ClockReading
  ) -> Answer {
    let signer = RevocationSubject(.key, id: keyID, issuer: issuer)
    guard !view.holds(signer), !batch.entries.contains(where: { $0.subject == signer }) else {
      return .refused(.revokedKey)
    }
    guard let position = view.position, position.epoch == batch.epoch else {
      return begin(batch, at: now)
    }
    guard batch.from <= position.sequence else {
      view = view.applying(batch.entries, upTo: position.sequence, at: now.time)
      return .needsSnapshot
    }
    view = view.applying(batch.entries, upTo: batch.to, at: now.time)
    noteAge(of: batch, at: now)
    return .applied
  }

  /// Follows the batch's log instead of the one before. What was said of keys and of single tokens stays.
  private mutating func begin(_ batch: RevocationBatch, at now: ClockReading) -> Answer {
    guard !formerEpochs.contains(batch.epoch) else { return .refused(.formerEpoch) }
    // Times are whole seconds: of two lives in one second, they do not tell which came first. A later batch
    // will.
    if let freshness, batch.asOf <= freshness.asOf { return .refused(.older) }
    guard batch.from == 0 else { return .needsSnapshot }
    if let position = view.position {
      formerEpochs = formerEpochs.suffix(Self.rememberedEpochs - 1) + [position.epoch]
    }
    view = RevocationView(epoch: batch.epoch).applying(batch.entries, upTo: batch.to, at: now.time)
      .succeeding(view, at: now.time)
    freshness = RevocationFreshness(of: batch, at: now)
    return .applied
  }

  /// Only a later look at the log makes the view younger: a batch that is sent again does not.
  private mutating func noteAge(of batch: RevocationBatch, at now: ClockReading) {
    let heard = RevocationFreshness(of: batch, at: now)
    guard let known = freshness, known.asOf >= heard.asOf else {
      freshness = heard
      return
    }
    // Times are whole seconds: of two batches with one time, the earlier arrival is the nearer to it.
    if known.asOf == heard.asOf, heard.readAt < known.readAt { freshness = heard }
  }
}

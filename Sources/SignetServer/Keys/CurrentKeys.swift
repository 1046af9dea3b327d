internal import Crypto
internal import HummingbirdTokenVerification
internal import JOSE
package import SignetAuthority
internal import Synchronization
package import TokenVerification

/// The authority's keys as they stand now: what signs, what verifies, and the published document.
package final class CurrentKeys: KeySource {
  private let state: Mutex<State>
  /// The number of the snapshot's mark.
  private let currentMark: Atomic<UInt64>

  /// All that a published key can have: an older key may be of another one than the policy's.
  static let algorithms = Set(SignatureAlgorithm.allCases.filter(\.isAsymmetric))

  private struct State: Sendable {
    var keys: SigningKeys
    var snapshot: KeySnapshot
    var document: KeyDocument
    /// The ticket of the change that these keys came with.
    var ticket: UInt64 = 0
    var lastTicket: UInt64 = 0
  }

  init(_ keys: SigningKeys) {
    let snapshot = KeySnapshot(epoch: 1, keys: keys.published, algorithms: Self.algorithms)
    state = Mutex(State(keys: keys, snapshot: snapshot, document: KeyDocument(keys.published)))
    currentMark = Atomic(snapshot.mark.number)
  }

  package var current: SigningKeys { state.withLock { $0.keys } }
  package var snapshot: KeySnapshot { state.withLock { $0.snapshot } }
  var document: KeyDocument { state.withLock { $0.document } }

  /// The keys at hand are all that there are: a key that is missing here is nobody's.
  package func snapshot(afterMissing keyID: String) async -> KeySnapshot { snapshot }

  /// A ticket, to be drawn in the transaction that changes the keys, or before they are read.
  ///
  /// Changes of keys exclude each other, so tickets grow in the order of commits, whoever is told of his
  /// commit first. And whoever has the later ticket has read later: he knows all that other nodes had
  /// committed when the earlier one was drawn.
  func ticket() -> UInt64 {
    state.withLock { state in
      state.lastTicket += 1
      return state.lastTicket
    }
  }

  /// Takes over keys as the change with `ticket` left them, unless those of a later one are here already.
  func replace(with keys: SigningKeys, ticket: UInt64) {
    let document = KeyDocument(keys.published)
    state.withLock { state in
      guard ticket > state.ticket else { return }
      state.ticket = ticket
      state.keys = keys
      guard document.entityTag != state.document.entityTag else { return }
      state.snapshot = KeySnapshot(
        epoch: state.snapshot.epoch + 1, keys: keys.published, algorithms: Self.algorithms)
      state.document = document
      currentMark.store(state.snapshot.mark.number, ordering: .releasing)
    }
  }
}

extension CurrentKeys: WatchedKeySource {
  package func isCurrent(_ snapshot: KeySnapshot) -> Bool {
    snapshot.mark.number == currentMark.load(ordering: .acquiring)
  }
}

/// The key set as it is served (RFC 7517 §5), with its entity tag.
struct KeyDocument: Sendable {
  let body: JSON
  /// A strong tag, quotes included (RFC 9110 §8.8.3).
  let entityTag: String

  init(_ keys: JWKSet) {
    body = keys.json()
    entityTag = "\"\(Base64URL.encode(Array(SHA256.hash(data: body.encoded()).prefix(12))))\""
  }
}

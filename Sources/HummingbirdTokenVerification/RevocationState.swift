package import JOSE
internal import Synchronization
public import TokenVerification

/// The revocations that this process knows of: the current view, shared by every request.
public final class RevocationState: Sendable {
  private let current: Mutex<RevocationView>

  /// A state that begins with `view`.
  public init(_ view: RevocationView = .empty) {
    current = Mutex(view)
  }

  /// The view to check a token against.
  public var view: RevocationView {
    current.withLock { $0 }
  }

  /// Adds what the log has grown by; from now on every check sees it.
  package func apply(_ entries: [RevocationEntry], at now: Timestamp) {
    current.withLock { $0 = $0.applying(entries, at: now) }
  }

  /// Follows another log from here on: `view` takes the place of all that was known, but for keys and single
  /// tokens, which are not trusted again because a log has lost what was said of them.
  package func begin(_ view: RevocationView, at now: Timestamp) {
    current.withLock { $0 = view.succeeding($0, at: now) }
  }
}

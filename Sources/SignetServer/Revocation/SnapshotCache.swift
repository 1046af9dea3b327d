internal import JOSE
internal import NIOCore
internal import Synchronization
internal import TokenVerification

/// The last snapshot, for all who come within a second and find the log as it was: after a restart everybody
/// comes at once.
final class SnapshotCache: Sendable {
  private let kept = Mutex<Snapshot?>(nil)

  private struct Snapshot {
    let epoch: String
    let version: UInt64
    let readAt: Duration
    let madeAt: Timestamp
    let bytes: ByteBuffer
  }

  private static let lifetime: Duration = .seconds(1)

  /// The snapshot of `place`, which `make` makes if there is none. Two may be made at once; both are good.
  func bytes(
    of place: RevocationHub.Place, clock: () -> Timestamp, make: () throws -> [UInt8]
  ) throws -> ByteBuffer {
    if let kept = kept.withLock({ $0 }), kept.epoch == place.position.epoch, kept.version == place.version,
      kept.readAt == place.readAt, (.zero..<Self.lifetime).contains(clock() - kept.madeAt)
    {
      return kept.bytes
    }
    let bytes = ByteBuffer(bytes: try make())
    // What took long to make would be old already if it counted from before.
    let now = clock()
    kept.withLock {
      $0 = Snapshot(
        epoch: place.position.epoch, version: place.version, readAt: place.readAt, madeAt: now, bytes: bytes)
    }
    return bytes
  }
}

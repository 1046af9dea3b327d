internal import Crypto

/// Who may read the revocation feed, and how many at once.
package struct FeedConfiguration: Sendable {
  package enum Access: Sendable {
    /// There is no feed.
    case off
    case everybody
    /// Whoever shows the secret.
    case secret(SubscriberSecret)
  }

  package var access: Access
  /// Streams and waiting polls together.
  package var subscribers: Int
  /// Between two heartbeats.
  package var heartbeat: Duration

  package init(access: Access = .everybody, subscribers: Int = 1_000, heartbeat: Duration = .seconds(5)) {
    self.access = access
    self.subscribers = subscribers
    self.heartbeat = heartbeat
  }

  var isOn: Bool {
    if case .off = access { false } else { true }
  }
}

/// What verifiers show to read a feed that is not public. Only its hash is kept.
package struct SubscriberSecret: Sendable, CustomStringConvertible, CustomReflectable {
  private let digest: SHA256Digest

  /// As many characters as 256 random bits have in base64url.
  package static let minimumLength = 43
  private static let maximumLength = 512
  /// In fewer there are no 256 bits.
  private static let leastDifferentCharacters = 10

  /// A secret from its text; nil for one that is too short, or that no `Authorization` field can carry (RFC
  /// 6750 §2.1).
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (Self.minimumLength...Self.maximumLength).contains(bytes.count),
      Set(bytes).count >= Self.leastDifferentCharacters, bytes.allSatisfy(Self.isPermitted)
    else { return nil }
    digest = SHA256.hash(data: bytes)
  }

  /// In constant time: digests are compared, and those so.
  func matches(_ presented: String) -> Bool {
    SHA256.hash(data: Array(presented.utf8)) == digest
  }

  package var description: String { "SubscriberSecret(redacted)" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  private static func isPermitted(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~+/=".utf8.contains(byte)
    }
  }
}

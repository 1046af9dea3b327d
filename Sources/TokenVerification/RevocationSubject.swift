internal import Crypto

/// What a revocation entry is about: a session, an account, a client, a key, one token, or a whole issuer.
///
/// It is a digest, the first 16 bytes of SHA-256(kind ‖ 0 ‖ issuer ‖ 0 ‖ id), so that a public feed shows no
/// identifiers: whoever holds a token can look its subjects up, and nobody can go the other way.
public struct RevocationSubject: Hashable, Comparable, Sendable {
  /// What the identifier identifies. The raw value is part of the digest, hence stable.
  public enum Kind: String, CaseIterable, Sendable {
    case session = "sid"
    case account = "sub"
    case client = "client_id"
    case key = "kid"
    case token = "jti"
    /// Everything of an issuer, after a restore; the identifier is empty.
    case issuer = "iss"
  }

  /// The first 8 bytes, as a number; even over all numbers that there are.
  let high: UInt64
  private let low: UInt64

  /// The subject of `kind` that `issuer` calls `id`.
  public init(_ kind: Kind, id: String, issuer: String) {
    var message = Array(kind.rawValue.utf8)
    message.append(0)
    message += issuer.utf8
    message.append(0)
    message += id.utf8
    var digest = SHA256.hash(data: message).makeIterator()
    high = Self.word(from: &digest)
    low = Self.word(from: &digest)
  }

  /// A subject from its 16 bytes; nil for any other count.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    var iterator = bytes.makeIterator()
    high = Self.word(from: &iterator)
    low = Self.word(from: &iterator)
  }

  /// The 16 bytes, as a feed carries them.
  public var bytes: [UInt8] {
    [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
  }

  /// In the order of their bytes.
  public static func < (left: RevocationSubject, right: RevocationSubject) -> Bool {
    left.high == right.high ? left.low < right.low : left.high < right.high
  }

  private static func word(from bytes: inout some IteratorProtocol<UInt8>) -> UInt64 {
    var word: UInt64 = 0
    for _ in 0..<8 {
      word = word << 8 | UInt64(bytes.next() ?? 0)
    }
    return word
  }
}

/// How an application learns what an issuer has revoked.
public struct RevocationSource: Sendable {
  enum Kind: Sendable {
    case none
    case feed(StalenessPolicy, FeedSecret?)
  }

  let kind: Kind

  /// By the issuer's feed; good tokens are refused while it has not been heard for 30 seconds.
  public static let feed = RevocationSource.feed()

  /// By the issuer's feed.
  /// - Parameters:
  ///   - staleness: what becomes of good tokens while the feed is not heard.
  ///   - secret: what the feed asks for; nil when it is public.
  /// - Returns: The way.
  public static func feed(staleness: StalenessPolicy = .deny, secret: FeedSecret? = nil) -> RevocationSource {
    RevocationSource(kind: .feed(staleness, secret))
  }

  /// Not at all: a token is good until it expires. For an issuer that has no feed.
  public static let none = RevocationSource(kind: .none)
}

/// What a feed that is not public wants to be shown.
public struct FeedSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The `Authorization` field.
  let authorization: String

  /// A secret from its text: 16 to 1,024 of the characters that RFC 6750 §2.1 lets a bearer token have.
  /// - Throws: ``RemoteKeysError`` for another text, which the error does not show.
  public init(_ text: String) throws(RemoteKeysError) {
    guard (16...1_024).contains(text.utf8.count), text.utf8.allSatisfy(Self.isTokenCharacter) else {
      throw RemoteKeysError("the feed's secret is not 16 to 1,024 letters, digits and -._~+/=")
    }
    authorization = "Bearer \(text)"
  }

  public var description: String { "FeedSecret" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }

  private static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~+/=".utf8.contains(byte)
    }
  }
}

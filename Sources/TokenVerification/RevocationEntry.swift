public import JOSE

/// One line of an authority's revocation log.
public struct RevocationEntry: Hashable, Sendable {
  /// Counts up by one in the order of commits, from 1.
  public let sequence: Int64
  public let subject: RevocationSubject
  /// True for a key and for a single token: every such token is dead. False for a session, an account, a
  /// client or an issuer: only tokens minted before this entry are, so that a login afterwards works.
  public let ignoresPosition: Bool
  /// When the last token that the entry can touch has expired; the entry is dropped then.
  public let expiresAt: Timestamp

  /// An entry of the log.
  public init(sequence: Int64, subject: RevocationSubject, ignoresPosition: Bool, expiresAt: Timestamp) {
    self.sequence = sequence
    self.subject = subject
    self.ignoresPosition = ignoresPosition
    self.expiresAt = expiresAt
  }
}

/// A place in a revocation log: an access token's `rv` claim, in text `epoch.sequence`.
///
/// A token states how much of the log had been written when it was minted, so no two clocks are compared to
/// decide whether a revocation came before or after it.
public struct RevocationPosition: Hashable, Sendable, CustomStringConvertible {
  /// Names one life of the log: 8 random bytes as 11 characters of base64url. A restore begins a new one.
  public let epoch: String
  /// The number of the last entry that had been written; 0 before the first.
  public let sequence: Int64

  /// The longest epoch that is accepted, in bytes.
  public static let maximumEpochBytes = 16

  /// A place in the log of `epoch`.
  public init(epoch: String, sequence: Int64) {
    self.epoch = epoch
    self.sequence = sequence
  }

  /// A place from its text form; nil unless it is a base64url epoch, a dot, and a decimal number without
  /// sign or leading zeros.
  public init?(_ text: String) {
    guard let dot = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    let (epoch, number) = (text[..<dot], text[text.utf8.index(after: dot)...])
    guard (1...Self.maximumEpochBytes).contains(epoch.utf8.count), epoch.utf8.allSatisfy(Self.isBase64URL),
      let sequence = Int64(number), sequence >= 0, String(sequence) == number
    else {
      return nil
    }
    self.init(epoch: String(epoch), sequence: sequence)
  }

  public var description: String {
    "\(epoch).\(sequence)"
  }

  private static func isBase64URL(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

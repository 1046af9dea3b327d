/// The `Cache-Control` field (RFC 9111 §5.2), and `Age` (§5.1) beside it.
enum CacheControl {
  /// How long an answer may still be kept: `max-age` without the `Age` that it has reached in caches on its
  /// way, zero when that is more; nil when no `max-age` is stated. What is no number counts as absent.
  static func remainingAge(_ fields: [String], age: [String]) -> Duration? {
    guard let maximum = maximumAge(fields) else { return nil }
    // Of several ages the oldest, which is the careful one.
    let spent = age.compactMap { seconds($0.utf8.filter { !skipped.contains($0) }) }.max() ?? 0
    return .seconds(max(maximum - spent, 0))
  }

  /// The `max-age` in seconds, or 0 for `no-store` and `no-cache`; nil when neither is said. Of several ages
  /// the least.
  static func maximumAge(_ fields: [String]) -> Int64? {
    // By bytes: what stands before a comma must not make one character with it.
    let directives = fields.flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }.map { part in
      String(decoding: part.filter { !skipped.contains($0) }, as: UTF8.self).lowercased()
    }
    if directives.contains("no-store") || directives.contains("no-cache") { return 0 }
    return directives.filter { $0.hasPrefix("max-age=") }
      .compactMap { seconds(Array($0.utf8.dropFirst("max-age=".utf8.count))) }.min()
  }

  /// A number of seconds (RFC 9111 §1.2.2), at most 2³¹: what is longer means for ever.
  private static func seconds(_ digits: [UInt8]) -> Int64? {
    guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return min(Int64(String(decoding: digits, as: UTF8.self)) ?? .max, 1 << 31)
  }

  private static let skipped: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\"")]
}

/// An entity tag (RFC 9110 §8.8.3): what a server calls one state of what it serves.
///
/// It goes back to the server as it came, so it is held to at most 256 bytes of visible ASCII characters.
struct EntityTag: Hashable, Sendable, CustomStringConvertible {
  /// With its quotation marks, and `W/` before them when it is weak.
  let description: String

  /// The tag of an answer; nil when its field is absent, is there twice, or is not what it should be.
  init?(_ fields: [String]) {
    guard fields.count == 1, let text = fields.first, text.utf8.count <= Self.maximumBytes else { return nil }
    let opaque = Array(text.utf8.dropFirst(text.hasPrefix("W/") ? 2 : 0))
    guard opaque.count >= 2, opaque.first == Self.quote, opaque.last == Self.quote,
      opaque.dropFirst().dropLast().allSatisfy({ $0 != Self.quote && (0x21...0x7E).contains($0) })
    else { return nil }
    description = text
  }

  /// Whether two tags stand for the same thing by the weak comparison (§8.8.3.2), which is the one that
  /// `If-None-Match` is answered by: that one of them is weak makes no difference.
  func matches(_ other: EntityTag) -> Bool {
    opaque == other.opaque
  }

  private var opaque: Substring { description.hasPrefix("W/") ? description.dropFirst(2) : description[...] }

  private static let maximumBytes = 256
  private static let quote = UInt8(ascii: "\"")
}

/// An instant: milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
///
/// A token carries whole seconds (RFC 7519 §2, NumericDate); the finer unit serves what happens within
/// one second on a server. Arithmetic saturates instead of trapping, because instants come from input.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Milliseconds since the epoch; negative before it.
  public let milliseconds: Int64

  /// An instant from milliseconds since the epoch.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// An instant from seconds since the epoch; beyond ± 292 million years it saturates.
  public init(seconds: Int64) {
    self.milliseconds = saturatingProduct(seconds, 1000)
  }

  /// Whole seconds since the epoch, rounded down.
  public var seconds: Int64 {
    let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The instant that lies `duration` later; saturates.
  public static func + (instant: Timestamp, duration: Duration) -> Timestamp {
    instant.later(byMilliseconds: duration.wholeMilliseconds)
  }

  /// The instant that lies so many milliseconds later; saturates.
  func later(byMilliseconds count: Int64) -> Timestamp {
    let (sum, overflow) = milliseconds.addingReportingOverflow(count)
    guard overflow else { return Timestamp(milliseconds: sum) }
    return Timestamp(milliseconds: count < 0 ? .min : .max)
  }

  /// The instant that lies `duration` earlier; saturates.
  public static func - (instant: Timestamp, duration: Duration) -> Timestamp {
    let (difference, overflow) = instant.milliseconds
      .subtractingReportingOverflow(duration.wholeMilliseconds)
    guard overflow else { return Timestamp(milliseconds: difference) }
    return Timestamp(milliseconds: duration < .zero ? .max : .min)
  }

  /// How long after `earlier` this instant lies; negative when it lies before. Saturates.
  public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    let (difference, overflow) = later.milliseconds.subtractingReportingOverflow(earlier.milliseconds)
    guard overflow else { return .milliseconds(difference) }
    return .milliseconds(later < earlier ? Int64.min : Int64.max)
  }
}

extension Timestamp {
  /// The instant of a NumericDate (RFC 7519 §2), which may have a fraction; nil outside the years 1970 to
  /// 9999: beyond them the number is in milliseconds, or hostile.
  init?(numericDate seconds: Double, rounding rule: FloatingPointRoundingRule) {
    guard 0.0..<253_402_300_800.0 ~= seconds else { return nil }
    self.init(milliseconds: Int64((seconds * 1000).rounded(rule)))
  }

  /// The same, of one without a fraction.
  init?(numericDate seconds: Int64) {
    guard 0..<253_402_300_800 ~= seconds else { return nil }
    self.init(milliseconds: seconds * 1000)
  }
}

/// In JSON a NumericDate (RFC 7519 §2). Whole seconds are written, rounded down; a fraction is read.
extension Timestamp: Codable {
  public init(from decoder: any Decoder) throws {
    let seconds = try decoder.singleValueContainer().decode(Double.self)
    guard let instant = Timestamp(numericDate: seconds, rounding: .down) else {
      throw JOSEError(.unexpectedJSON, "a NumericDate outside the years 1970 to 9999")
    }
    self = instant
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(seconds)
  }
}

extension Duration {
  /// Whole milliseconds, rounded toward zero; saturates.
  package var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (sum, overflow) = saturatingProduct(seconds, 1000)
      .addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    guard overflow else { return sum }
    return seconds < 0 ? .min : .max
  }
}

private func saturatingProduct(_ left: Int64, _ right: Int64) -> Int64 {
  let (product, overflow) = left.multipliedReportingOverflow(by: right)
  guard overflow else { return product }
  return (left < 0) == (right < 0) ? .max : .min
}

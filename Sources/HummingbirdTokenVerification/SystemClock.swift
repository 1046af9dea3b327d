internal import Foundation
public import JOSE
package import TokenVerification

/// The system's clock, for the places where a time is handed in.
public enum SystemClock {
  /// The time now, to the millisecond.
  @Sendable public static func now() -> Timestamp {
    Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
  }

  /// The time now, and the time since this process first asked.
  @Sendable package static func reading() -> ClockReading {
    ClockReading(time: now(), uptime: start.duration(to: .now))
  }

  private static let start = ContinuousClock.now
}

internal import Foundation
public import JOSE

/// The system's clock, for the places where a time is handed in.
public enum SystemClock {
  /// The time now, to the millisecond.
  @Sendable public static func now() -> Timestamp {
    Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
  }
}

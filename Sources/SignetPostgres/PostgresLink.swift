internal import SignetAuthority

/// One thread's way to the database: a connection, made anew when it has been lost. Used by its thread alone.
final class PostgresLink {
  private let target: PostgresTarget
  private let limits: PostgresLimits
  private let onRoundTrip: RoundTripObserver
  private var connection: PostgresConnection?

  init(_ target: PostgresTarget, limits: PostgresLimits, onRoundTrip: @escaping RoundTripObserver) {
    self.target = target
    self.limits = limits
    self.onRoundTrip = onRoundTrip
  }

  /// Runs `work` on the connection, and once more on a new one when the connection turns out to be lost: it
  /// may have been for long, while nobody used it.
  ///
  /// Not when it was lost while a transaction committed, which may then have happened; and not when the
  /// server did not answer in time, because it would not do so the second time either.
  func withConnection<Answer>(_ work: (PostgresConnection) throws -> Answer) throws -> Answer {
    let first = try open()
    do {
      return try work(first)
    } catch {
      if case StorageError.outcomeUnknown = error { throw error }
      guard first.state == .lost else { throw error }
      return try work(open())
    }
  }

  private func open() throws -> PostgresConnection {
    if let connection, connection.state == .open { return connection }
    connection = nil
    let new = try PostgresConnection(target, limits: limits, onRoundTrip: onRoundTrip)
    connection = new
    return new
  }
}

import Foundation
import SignetAuthority
import SignetPostgres
import SignetTesting
import Testing

/// A PgBouncer before this test process's PostgreSQL: three of the server's connections for each database,
/// each transaction on any of them.
enum PrivatePooler {
  private static let started = Result {
    try ServerScript("private-pgbouncer", [try PrivatePostgres.server().folder])
  }

  static let isInstalled =
    PrivatePostgres.isInstalled && FileManager.default.isExecutableFile(atPath: "/usr/sbin/pgbouncer")

  static func folder() throws -> String { try started.get().folder }
}

extension PrivateDatabase {
  /// The way through the pooler.
  func pooledTarget(isTold: Bool = true) throws -> PostgresTarget {
    try PostgresTarget("host=\(PrivatePooler.folder()) dbname=\(name) user=signet", isPooled: isTold)
  }

  /// A node of an authority that comes through the pooler; its schema is made the same way.
  func openPooled(
    limits: PostgresLimits = .patient(connections: 6), observer: @escaping RevocationObserver = { _ in }
  ) throws -> PostgresStorage {
    try PostgresStorage.migrate(try pooledTarget(), limits: limits)
    return try PostgresStorage.open(try pooledTarget(), limits: limits, observer: observer)
  }
}

@Suite struct PoolerPresenceTests {
  @Test(
    .enabled(
      if: PrivatePooler.isInstalled || VectorFolder.isContinuousIntegration,
      "PgBouncer is not installed, so nothing was tested through it: Scripts/install-dependencies --tests"))
  func `PgBouncer is here to be tested through`() {
    #expect(PrivatePooler.isInstalled)
  }
}

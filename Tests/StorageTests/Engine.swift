import Foundation
import SignetAuthority
import SignetSQLite
import SignetTesting
import Testing

/// What has to pass ``StorageConformance``: the model itself, and each engine.
enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case memory, sqlite, postgres
  /// PostgreSQL behind a pooler that gives each transaction another connection.
  case pooledPostgres

  /// Those that this machine has; of those that are missing `PostgresPresenceTests` or `PoolerPresenceTests`
  /// says so.
  static var allCases: [Engine] {
    [.memory, .sqlite] + (PrivatePostgres.isInstalled ? [.postgres] : [])
      + (PrivatePooler.isInstalled ? [.pooledPostgres] : [])
  }

  var testDescription: String { rawValue }

  /// An empty storage.
  func open(observer: @escaping RevocationObserver = { _ in }) throws -> OpenStorage {
    switch self {
    case .memory:
      return OpenStorage(storage: MemoryStorage(observer: observer), folder: nil)
    case .sqlite:
      let folder = try TemporaryFolder()
      let storage = try SQLiteStorage.open(path: folder.database, observer: observer)
      return OpenStorage(storage: storage, folder: folder)
    case .postgres:
      let database = try PrivatePostgres.database()
      return OpenStorage(storage: try database.open(observer: observer), folder: nil)
    case .pooledPostgres:
      let database = try PrivatePostgres.database()
      return OpenStorage(storage: try database.openPooled(observer: observer), folder: nil)
    }
  }
}

/// A storage with the folder that it needs; the folder goes when this does.
struct OpenStorage: Sendable {
  let storage: any AuthorityStorage
  let folder: TemporaryFolder?

  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer
  ) async throws -> Answer {
    try await storage.read(body)
  }

  func write<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityWrites) throws -> Answer
  ) async throws -> Answer {
    try await storage.write(body)
  }
}

/// A folder for one test.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("signet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  var database: String { path("signet.sqlite") }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  deinit {
    do {
      // SQLite may be removing its own files from it just now, which are then missed here.
      do { try FileManager.default.removeItem(at: url) } catch { try FileManager.default.removeItem(at: url) }
    } catch {
      Issue.record("\(url.path) stays behind: \(error)")
    }
  }
}

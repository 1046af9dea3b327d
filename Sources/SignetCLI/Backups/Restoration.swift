internal import Foundation
internal import Glibc
internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetAuthority
internal import SignetSQLite
internal import SignetServer

/// One restore: the backup is copied beside the database, made ready there, and put in its place.
final class Restoration {
  /// What a backup says of itself.
  struct Backup {
    let issuer: String
    let newestRecord: Timestamp?
  }

  /// What became of it.
  struct Outcome {
    let database: String
    /// Where the database of before is; nil when there was none.
    let replaced: String?
    let endedSessions: Int
    /// Those that the replaced database had no longer; nil when it could not tell.
    let revokedKeys: [String]?
  }

  private typealias Contents = (settings: AuthoritySettings, keys: [SigningKeyRecord])

  private let directory: AuthorityDirectory
  private let authority: Authority
  private let files: SQLiteRestoration

  /// Takes the lock of the database.
  init(of directory: AuthorityDirectory, policy: AuthorityPolicy) throws {
    self.directory = directory
    try FileMode.requireOwnersAlone(toWrite: directory.path)
    authority = Authority(policy: policy, keyring: try directory.readKeyring(), random: .system)
    files = try SQLiteRestoration(of: directory.database)
  }

  /// Copies the backup, and checks that it, the keyring and the configuration belong together.
  func stage(_ file: String) async throws -> Backup {
    let progress = ProgressNote("copied")
    do {
      try files.stage(file, progress: progress.report)
      // Brings the copy to the newest schema.
      let storage = try SQLiteStorage.open(path: files.staged)
      let (contents, event) = try await storage.read { [authority] tx in
        let settings = try authority.checkOrigin(in: tx)
        let contents = (settings: settings, keys: try tx.signingKeys())
        _ = try authority.signingKeys(from: contents.keys)
        return (contents, try tx.auditEvents(of: nil, before: nil, limit: 1).first)
      }
      try storage.close()
      let newest = (contents.keys.map(\.createdAt) + [event?.at].compactMap { $0 }).max()
      return Backup(issuer: contents.settings.issuer, newestRecord: newest)
    } catch {
      throw CommandError("\(file): \(FailureText.text(of: error))", next: "nothing was changed")
    }
  }

  /// Begins a new epoch in the copy, ends its sessions, and puts it in place.
  func putInPlace() async throws -> Outcome {
    let now = SystemClock.now()
    let replaced = replacedContents()
    let storage = try SQLiteStorage.open(path: files.staged)
    let revoked = try await beginNewEpoch(in: storage, replacing: replaced, at: now)
    let ended = try await endAllSessions(in: storage, at: now)
    try storage.close()
    let kept = nameForReplaced(at: now)
    let isReplacing = try files.putInPlace(keeping: kept)
    return Outcome(
      database: directory.database, replaced: isReplacing ? kept : nil, endedSessions: ended,
      revokedKeys: revoked)
  }

  func abandon() throws { try files.abandon() }

  private func beginNewEpoch(
    in storage: SQLiteStorage, replacing replaced: Contents?, at now: Timestamp
  ) async throws -> [String]? {
    let origin = origin
    return try await storage.write { [authority] tx in
      try authority.beginNewEpoch(origin: origin, in: tx, at: now)
      guard let replaced, let settings = try tx.settings(),
        let gone = authority.keysGone(from: (settings, try tx.signingKeys()), in: replaced)
      else { return nil }
      for keyID in gone {
        let fresh = try authority.generateFirstKeys(at: now)
        _ = try authority.revokeKey(keyID, adding: fresh, origin: origin, in: tx, at: now)
      }
      return gone
    }
  }

  private func endAllSessions(in storage: SQLiteStorage, at now: Timestamp) async throws -> Int {
    let origin = origin
    var (count, last) = (0, AccountID?.none)
    repeat {
      let page = try await storage.write { [authority, last] tx in
        try authority.endAllSessions(
          ofAccountsAfter: last, limit: Self.pageSize, cause: .restored, origin: origin, in: tx, at: now)
      }
      count += page.ended
      last = page.last
    } while last != nil
    return count
  }

  /// What the database that is there now says; nil when there is none, or it cannot be read.
  private func replacedContents() -> Contents? {
    guard FileManager.default.fileExists(atPath: directory.database) else { return nil }
    do {
      let inspection = try SQLiteInspection(path: directory.database)
      let contents = try inspection.read { tx in (try tx.settings(), try tx.signingKeys()) }
      try inspection.close()
      return contents.0.map { ($0, contents.1) }
    } catch {
      Output.note("\(directory.database) cannot be read: \(FailureText.text(of: error))")
      return nil
    }
  }

  private func nameForReplaced(at now: Timestamp) -> String {
    let name = "\(directory.database).replaced-\(now.text.replacing(":", with: ""))"
    let names = [name] + (2...99).map { "\(name)-\($0)" }
    return names.first { !FileManager.default.fileExists(atPath: $0) } ?? name
  }

  private var origin: RequestOrigin {
    RequestOrigin(requestID: "restore", userAgent: "signet restore, uid \(geteuid())")
  }

  /// Accounts whose sessions end in one write.
  private static let pageSize = 100
}

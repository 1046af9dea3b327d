internal import Foundation
internal import SignetAuthority
internal import SignetPostgres
internal import SignetSQLite
internal import SignetStorage

/// A database as it is named to `signet copy`.
enum CopyPlace {
  case file(String)
  case postgres(PostgresTarget)

  /// Reads what was given to `--option`.
  /// - Throws: ``CommandError``, which repeats no URL that it cannot read: a part of it may be a password.
  init(_ text: String, option: String, passwordFile: String?, _ settings: Settings) throws(CommandError) {
    guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") || text.contains("=") else {
      guard passwordFile == nil else {
        throw .usage("--\(option)-password-file is for PostgreSQL, and --\(option) is a file", next: nil)
      }
      self = .file(Self.file(text))
      return
    }
    switch DatabaseURL.read(text) {
    case .failure(.holdsSecret):
      throw .usage(
        "--\(option) holds a password, which other users can see among the processes",
        next: "write it into a file of mode 0600, name that in --\(option)-password-file, and change it")
    case .failure: throw .usage("--\(option) \(DatabaseURL.Objection.unreadable.problem)")
    case .success(let url):
      self = .postgres(
        try Self.target(url.target, option: option, passwordFile: passwordFile, settings.database))
    }
  }

  func source() throws(CommandError) -> any CopySource {
    do {
      switch self {
      case .file(let path): return try SQLiteCopySource(path: path)
      case .postgres(let target): return try PostgresCopySource(target)
      }
    } catch {
      throw CommandError(FailureText.text(of: error), next: "nothing was changed")
    }
  }

  func target() throws(CommandError) -> any CopyTarget {
    do {
      switch self {
      case .postgres(let target): return try PostgresCopyTarget(target)
      case .file(let path):
        try FileMode.requireOwnersAlone(toWrite: URL(filePath: path).deletingLastPathComponent().path)
        return try SQLiteCopyTarget(path: path)
      }
    } catch let error as CommandError {
      throw error
    } catch {
      throw CommandError(FailureText.text(of: error), next: "nothing was changed")
    }
  }

  /// The absolute path of the file that `text` names, by itself or as the directory that it lies in.
  private static func file(_ text: String) -> String {
    let path = URL(filePath: text).path(percentEncoded: false)
    // A file that cannot be looked at is refused by whoever opens it.
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard attributes?[.type] as? FileAttributeType == .typeDirectory else { return path }
    return AuthorityDirectory(path).database
  }

  /// With the password of the file that was given, or of the configured database if it is that.
  private static func target(
    _ target: PostgresTarget, option: String, passwordFile: String?, _ configured: DatabaseSettings
  ) throws(CommandError) -> PostgresTarget {
    var settings = PostgresSettings(
      target: target, directTarget: nil, passwordFile: nil, connections: 1, passwordFilePlace: "")
    if let passwordFile {
      settings = PostgresSettings(
        target: target, directTarget: nil,
        passwordFile: URL(filePath: passwordFile).path(percentEncoded: false),
        connections: 1, passwordFilePlace: "--\(option)-password-file")
    } else if case .postgres(let given) = configured,
      [given.target, given.directTarget].contains(where: { $0.map { "\($0)" } == "\(target)" })
    {
      settings = PostgresSettings(
        target: target, directTarget: nil, passwordFile: given.passwordFile, connections: 1,
        passwordFilePlace: given.passwordFilePlace)
    }
    return try settings.targetWithPassword()
  }
}

/// What a failure of a copy says to an operator.
enum CopyFailure {
  static func error(_ error: any Error, source: String, target: String) -> CommandError {
    switch error {
    case CopyRefusal.notEmpty:
      CommandError(
        "\(target) is not empty; nothing was changed",
        next: "name a new database, made by createdb, or a file that is not there: a copy overwrites nothing")
    case CopyRefusal.differs(let table):
      CommandError(
        "\(target) gives back other rows of the table \(table) than \(source) has; nothing was changed",
        next: "look for damage on both sides (`signet doctor`), then copy again")
    case StorageError.outcomeUnknown(let reason):
      CommandError(
        "\(target) may have taken all of it, or nothing: \(reason)",
        next: "give the same command again: it says that it is done, or does it")
    case let error as OpeningError: CommandError("\(source): \(error)")
    default:
      CommandError(
        FailureText.text(of: error),
        next: "nothing of the copy counts; give the same command again once this is mended")
    }
  }
}

extension Authority {
  /// Checks that the keyring opens all that the database keeps sealed, and that it is this issuer's.
  func checkForMove(in tx: some AuthorityReads) throws {
    _ = try checkOrigin(in: tx)
    _ = try signingKeys(from: tx.signingKeys())
  }
}

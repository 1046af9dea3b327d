internal import SignetAuthority
internal import SignetPostgres

/// Which database holds the authority.
enum DatabaseSettings: Sendable {
  /// The file in the data directory, for one server.
  case embedded
  case postgres(PostgresSettings)

  /// - Throws: ``ConfigurationError`` for a URL that cannot be read or holds a password. It repeats no part
  ///   of such a one.
  init(_ reading: SettingReading) throws(ConfigurationError) {
    let text = try reading.text("database.url")
    let file = try reading.path("database.password-file")
    let connections = try reading.integer("database.connections")
    let isPooled = try reading.choice("database.pooler") == "transaction"
    let direct = try reading.text("database.direct-url")
    guard isPooled || direct.isEmpty else {
      throw reading.error(
        "database.direct-url", "is a way past a pooler; set database.pooler, or leave it out")
    }
    guard !text.isEmpty else {
      guard file.isEmpty else {
        throw reading.error("database.password-file", "is set, but database.url is not; set both, or neither")
      }
      self = .embedded
      return
    }
    let target = try Self.target(text, named: "database.url", reading)
    guard !isPooled || !target.hasOptions else {
      throw reading.error(
        "database.url",
        "has `options`, which a pooler does not pass on; set them with `ALTER ROLE … SET …` instead")
    }
    self = .postgres(
      PostgresSettings(
        target: isPooled ? target.behindPooler : target,
        directTarget: direct.isEmpty ? nil : try Self.target(direct, named: "database.direct-url", reading),
        passwordFile: file.isEmpty ? nil : file, connections: connections,
        passwordFilePlace: reading.layers.place("database.password-file")))
  }

  private static func target(
    _ text: String, named name: String, _ reading: SettingReading
  ) throws(ConfigurationError) -> PostgresTarget {
    switch DatabaseURL.read(text) {
    case .success(let url): return url.target
    case .failure(let objection): throw reading.error(name, objection.problem)
    }
  }
}

extension DatabaseSettings {
  /// Files outside the data directory that nobody else may read.
  var files: [String] {
    guard case .postgres(let settings) = self else { return [] }
    return settings.passwordFile.map { [$0] } ?? []
  }

  /// Refuses what is for SQLite's file alone.
  func requireEmbedded(_ command: String, instead: String) throws(CommandError) {
    guard case .postgres = self else { return }
    throw CommandError(
      "`signet \(command)` is for SQLite, and this authority is on PostgreSQL", next: instead)
  }
}

/// A PostgreSQL database, and how to get in.
struct PostgresSettings: Sendable {
  /// Without a password.
  let target: PostgresTarget
  /// The way past a pooler, if there is one of its own; without a password.
  let directTarget: PostgresTarget?
  let passwordFile: String?
  let connections: Int
  /// Where the password's file is named, for messages.
  let passwordFilePlace: String

  /// The way in, with the password that the file holds now.
  /// - Throws: ``CommandError`` when it cannot be read, or others may read it.
  func targetWithPassword() throws(CommandError) -> PostgresTarget { try withPassword(target) }

  /// The way past a pooler, with the same password; nil when there is none of its own.
  /// - Throws: As ``targetWithPassword()``.
  func directTargetWithPassword() throws(CommandError) -> PostgresTarget? {
    guard let directTarget else { return nil }
    return try withPassword(directTarget)
  }

  private func withPassword(_ target: PostgresTarget) throws(CommandError) -> PostgresTarget {
    guard let passwordFile else { return target }
    // Somebody may have written the password itself there: a name that is no file's is not repeated.
    guard FileMode.of(passwordFile) != nil else {
      throw CommandError(
        "\(passwordFilePlace): there is no such file, or this user may not look",
        next: "write the password into a file of mode 0600, and its path into database.password-file")
    }
    try FileMode.requirePrivate(passwordFile)
    var bytes = try InputFile.bytes(passwordFile, limit: 1 << 12)[...]
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard let password = String(validating: bytes, as: UTF8.self), !password.isEmpty,
      !bytes.contains(where: { $0 < 0x20 })
    else {
      throw CommandError("\(passwordFile) does not hold one line of text", next: "write the password into it")
    }
    return target.with(password: password)
  }
}

/// A connection string that can be shown: it has been read, and no part of it is a secret.
struct DatabaseURL: Sendable {
  enum Objection: Error {
    case unreadable, holdsSecret

    var problem: String {
      switch self {
      case .unreadable:
        "cannot be read; write host=db.example.com dbname=signet user=signet, or a postgresql:// URI"
      case .holdsSecret:
        "holds a password; write it into a file of mode 0600, name that in database.password-file, and "
          + "change the password if somebody has seen it"
      }
    }
  }

  let target: PostgresTarget

  /// Nil for a text that must not be shown.
  init?(_ text: String) {
    guard case .success(let url) = Self.read(text) else { return nil }
    self = url
  }

  private init(target: PostgresTarget) {
    self.target = target
  }

  static func read(_ text: String) -> Result<DatabaseURL, Objection> {
    do {
      let target = try PostgresTarget(text)
      if target.holdsSecret { return .failure(.holdsSecret) }
      return target.isMixedUp ? .failure(.unreadable) : .success(DatabaseURL(target: target))
    } catch {
      return .failure(.unreadable)
    }
  }
}

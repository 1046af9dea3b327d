internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetAuthority
internal import SignetSQLite
internal import SignetServer

/// `signet init`: makes a new authority.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Makes a new authority: configuration, keyring, database, first keys.",
    discussion: """
      No account is made: there is no default account and no default password.
      With SIGNET_KEYRING set, that keyring is used and no keyring file is written.
      """)

  @Option(help: ArgumentHelp("Where to make it.", valueName: "path"))
  var directory = "signet-data"

  @Option(help: ArgumentHelp("The URL under which clients will reach it.", valueName: "url"))
  var issuer = "http://127.0.0.1:8080"

  @Flag(help: "Answer in JSON.")
  var json = false

  mutating func run() async throws {
    let birth = AuthorityBirth(directory: AuthorityDirectory(directory), issuer: issuer)
    try await birth.run()
    let place = birth.directory
    guard !json else {
      return Output.json(
        .object(omittingNil: [
          "directory": .string(place.path), "configuration": .string(place.configuration),
          "issuer": .string(issuer),
        ]))
    }
    Output.line("made an authority for \(issuer) in \(place.path)")
    Output.line("")
    Output.line("next:")
    Output.line("  declare your APIs and roles in   \(place.configuration)")
    Output.line(
      "  add somebody who can log in:     signet accounts add --config \(place.path) --username NAME")
    Output.line("  start it:                        signet serve --config \(place.path)")
    if !birth.isKeyringGiven {
      Output.line("  keep a copy of the keyring apart from the database: \(place.keyring)")
    }
  }
}

/// Makes an authority's files, or none: what was made is removed when a later step fails.
private final class AuthorityBirth {
  let directory: AuthorityDirectory
  let issuer: String
  private var made: [String] = []
  /// Open for as long as this value lives: see ``lockDirectory()``.
  private var lock: FileHandle?

  init(directory: AuthorityDirectory, issuer: String) {
    self.directory = directory
    self.issuer = issuer
  }

  var isKeyringGiven: Bool {
    ProcessInfo.processInfo.environment[EnvironmentName.keyring] != nil
  }

  func run() async throws {
    try checkIssuer()
    let template = ConfigurationTemplate.text(issuer: issuer)
    let policy = try Self.settings(template, directory: directory.path).policy
    try refuseToOverwrite()
    let isNew = try makeDirectory()
    try lockDirectory()
    try refuseToOverwrite()
    if isNew { made.append(directory.path) }
    do {
      let keyring = try makeKeyring()
      try await makeDatabase(Authority(policy: policy, keyring: keyring, random: .system))
      try write(template, to: directory.configuration)
    } catch {
      removeAll()
      throw error
    }
  }

  /// Refuses an issuer by the name that it was given under: there is no file yet.
  private func checkIssuer() throws(ConfigurationError) {
    let flag = SettingLayers.Flag(setting: "issuer", value: issuer, spelling: "--issuer")
    _ = try Settings(
      SettingLayers(flags: [flag], environment: [:], file: nil, fileDirectory: directory.path))
  }

  /// The settings of the new file alone: what the environment overrides today must not be checked into it.
  private static func settings(_ template: String, directory: String) throws(ConfigurationError) -> Settings {
    let file = try ConfigurationFile(text: template, path: ConfigurationOptions.fileName)
    return try Settings(SettingLayers(flags: [], environment: [:], file: file, fileDirectory: directory))
  }

  private func refuseToOverwrite() throws(CommandError) {
    for file in [directory.configuration, directory.keyring, directory.database]
    where FileManager.default.fileExists(atPath: file) {
      throw CommandError(
        "\(file) exists already", next: "choose another --directory; an authority is never overwritten")
    }
  }

  /// - Returns: Whether it was not there.
  private func makeDirectory() throws -> Bool {
    let path = directory.path
    let isNew = !FileManager.default.fileExists(atPath: path)
    if isNew {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } else {
      try FileManager.default.requireEmptyOrPrivate(path)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    return isNew
  }

  /// Keeps a second `init` away, which would fail at the first's files, and then remove them as its own.
  private func lockDirectory() throws {
    let handle = try FileHandle(forReadingFrom: URL(filePath: directory.path))
    guard flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw CommandError(
        "another `signet init` is at work in \(directory.path)",
        next: "wait for it, or choose another --directory")
    }
    lock = handle
  }

  private func makeKeyring() throws -> Keyring {
    guard !isKeyringGiven else { return try directory.readKeyring() }
    let keyring = Keyring(from: .system)
    try write(keyring.text(), to: directory.keyring)
    return keyring
  }

  private func makeDatabase(_ authority: Authority) async throws {
    made += ["", "-wal", "-shm", ".lock"].map { directory.database + $0 }
    let storage = try SQLiteStorage.open(path: directory.database) { _ in }
    let now = SystemClock.now()
    let settings = try authority.newSettings(at: now)
    let keys = try authority.generateFirstKeys(at: now)
    let origin = RequestOrigin(requestID: "init", userAgent: "signet init")
    try await storage.write { tx in
      try authority.initialise(settings, keys: keys, origin: origin, in: tx, at: now)
    }
    try storage.close()
  }

  private func write(_ text: String, to path: String) throws {
    made.append(path)
    try Data(text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    // SQLite syncs what it writes; a power cut must not leave a database whose keyring is gone.
    for place in [path, directory.path] { try Self.sync(place) }
  }

  /// Waits until the disk has a file, or the names in a folder.
  private static func sync(_ path: String) throws {
    let handle = try FileHandle(forReadingFrom: URL(filePath: path))
    try handle.synchronize()
    try handle.close()
  }

  private func removeAll() {
    for path in made.reversed() where FileManager.default.fileExists(atPath: path) {
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        Output.note("signet: \(path) is left behind")
      }
    }
  }
}

extension FileManager {
  /// A directory that was there already must be empty, or its owner's alone: a keyring will lie in it.
  fileprivate func requireEmptyOrPrivate(_ path: String) throws {
    guard try !contentsOfDirectory(atPath: path).isEmpty else { return }
    guard let mode = FileMode.of(path), mode & 0o077 == 0 else {
      throw CommandError(
        "\(path) holds other files, and others than its owner may look into it",
        next: "choose another --directory, or: chmod 700 \(path)")
    }
  }
}

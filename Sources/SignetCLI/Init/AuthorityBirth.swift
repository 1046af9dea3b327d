internal import Foundation
internal import JOSE
internal import SignetAuthority
internal import SignetServer

/// Makes an authority's files and its database, or none: what was made is removed when a later step fails.
final class AuthorityBirth {
  let directory: AuthorityDirectory
  let issuer: String
  private let databaseURL: String?
  /// Absolute.
  private let passwordFile: String?
  private var made: [String] = []
  /// Keeps a second `init` away, which would fail at the first's files, and then remove them as its own.
  private var lock: DirectoryLock?

  init(directory: AuthorityDirectory, issuer: String, databaseURL: String?, passwordFile: String?) {
    self.directory = directory
    self.issuer = issuer
    self.databaseURL = databaseURL
    self.passwordFile = passwordFile.map { path in
      path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
  }

  var isKeyringGiven: Bool {
    ProcessInfo.processInfo.environment[EnvironmentName.keyring] != nil
  }

  func run() async throws {
    try checkFlags()
    let template = ConfigurationTemplate.text(issuer: issuer, given: given)
    let settings = try Self.settings(template, directory: directory.path)
    try refuseToOverwrite()
    let database = try NewDatabase(settings.database, in: directory)
    let isNew = try makeDirectory()
    lock = try lockDirectory()
    try refuseToOverwrite()
    if isNew { made.append(directory.path) }
    do {
      let keyring = try makeKeyring()
      try write(template, to: directory.configuration)
      // Last: a database that was committed must find its keyring.
      made += database.files
      try await database.make(Authority(policy: settings.policy, keyring: keyring, random: .system))
    } catch {
      removeAll()
      throw error
    }
  }

  /// The settings that the file gets besides the issuer.
  private var given: [String: String] {
    var given: [String: String] = [:]
    given["database.url"] = databaseURL
    given["database.password-file"] = passwordFile
    return given
  }

  /// Refuses a value by the name that it was given under: there is no file yet.
  private func checkFlags() throws(ConfigurationError) {
    var flags = [SettingLayers.Flag(setting: "issuer", value: issuer, spelling: "--issuer")]
    for (name, value) in given {
      let spelling = "--" + name.replacing(".", with: "-")
      flags.append(SettingLayers.Flag(setting: name, value: value, spelling: spelling))
    }
    _ = try Settings(
      SettingLayers(flags: flags, environment: [:], file: nil, fileDirectory: directory.path))
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

  private func lockDirectory() throws -> DirectoryLock {
    guard let lock = try DirectoryLock(directory.path) else {
      throw CommandError(
        "another `signet init` is at work in \(directory.path)",
        next: "wait for it, or choose another --directory")
    }
    return lock
  }

  private func makeKeyring() throws -> Keyring {
    guard !isKeyringGiven else { return try directory.readKeyring() }
    let keyring = Keyring(from: .system)
    try write(keyring.text(), to: directory.keyring)
    return keyring
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

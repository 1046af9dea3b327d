internal import Foundation
internal import SignetAuthority
internal import SignetServer

/// The files of one authority in its data directory.
struct AuthorityDirectory {
  let path: String

  var configuration: String { path + "/" + ConfigurationOptions.fileName }
  var keyring: String { path + "/keyring" }
  var database: String { path + "/signet.sqlite" }
  var socket: String { path + "/" + ControlSocket.fileName }

  init(_ path: String) {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    self.path = String(trimmed)
  }

  /// The keyring: SIGNET_KEYRING if it is set, else the file.
  /// - Throws: ``CommandError`` when there is none, or others may read it.
  func readKeyring() throws(CommandError) -> Keyring {
    if let text = ProcessInfo.processInfo.environment[EnvironmentName.keyring] {
      return try Self.keyring(text, name: EnvironmentName.keyring)
    }
    guard FileManager.default.fileExists(atPath: keyring) else {
      throw CommandError(
        "there is no keyring at \(keyring)",
        next: "restore the file that belongs to this database, or give its text in \(EnvironmentName.keyring)"
      )
    }
    try FileMode.requirePrivate(keyring)
    let bytes = try InputFile.bytes(keyring, limit: 1 << 16)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandError("\(keyring) is no keyring", next: "restore the file that belongs to this database")
    }
    return try Self.keyring(text, name: keyring)
  }

  private static func keyring(_ text: String, name: String) throws(CommandError) -> Keyring {
    do {
      return try Keyring(text: text)
    } catch {
      throw CommandError("\(name): \(error)", next: "restore the keyring that belongs to this database")
    }
  }
}

/// Who may do what with a file.
enum FileMode {
  /// The permission bits of a file; nil when it cannot be looked at.
  static func of(_ path: String) -> Int? {
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      return (attributes[.posixPermissions] as? NSNumber)?.intValue
    } catch {
      return nil
    }
  }

  /// Refuses a directory in which others than its owner could put another keyring.
  static func requireOwnersAlone(toWrite directory: String) throws(CommandError) {
    guard let mode = of(directory) else {
      throw CommandError(
        "there is no data directory at \(directory)",
        next: "make one with `signet init`, or set data-directory")
    }
    guard mode & 0o022 == 0 else {
      throw CommandError(
        "\(directory) has mode 0\(String(mode, radix: 8)): others than its owner may put files into it",
        next: "chmod 700 \(directory)")
    }
  }

  /// Refuses a file that its group or others may read or write.
  static func requirePrivate(_ path: String) throws(CommandError) {
    guard let mode = of(path) else {
      throw CommandError("\(path) cannot be looked at", next: "check who owns it; run as the server's user")
    }
    guard mode & 0o077 == 0 else {
      throw CommandError(
        "\(path) has mode 0\(String(mode, radix: 8)): others than its owner may use it",
        next: "if nobody has: chmod 600 \(path)")
    }
  }
}

internal import Foundation

/// Whether an authority's files are its owner's alone.
struct FileCheck: Sendable {
  struct File: Sendable {
    var path: String
    var mode: Int
    /// The user whom it belongs to.
    var owner: Int
  }

  var directory: File?
  var directoryPath: String
  /// The keyring, the database and what lies beside it, the socket: those that are there.
  var files: [File]
  /// The user who looks.
  var user: Int

  var findings: [Finding] {
    guard let directory else {
      return [
        .problem(
          Self.subject, "there is no data directory at \(directoryPath)",
          advice: "make one with `signet init`, or set data-directory")
      ]
    }
    var findings: [Finding] = []
    if directory.mode & 0o022 != 0 {
      findings.append(
        .problem(
          Self.subject, "\(directory.path) has mode \(octal(directory)): others may put files into it",
          advice: "chmod 700 \(directory.path)"))
    }
    for file in files where file.mode & 0o077 != 0 {
      findings.append(
        .problem(
          Self.subject, "\(file.path) has mode \(octal(file)): others than its owner may use it",
          advice: "chmod 600 \(file.path); if somebody may have read it, what is in it is no longer secret"))
    }
    for file in files where file.owner != directory.owner {
      findings.append(
        .problem(
          Self.subject, "\(file.path) belongs to user \(file.owner), its directory to \(directory.owner)",
          advice: "chown \(directory.owner) \(file.path); and run commands as that user"))
    }
    // Root reads everything, and the server answers it.
    if user != directory.owner, user != 0 {
      findings.append(
        .warning(
          Self.subject, "\(directory.path) belongs to user \(directory.owner), and this is user \(user)",
          advice: "run commands as the server's user: files that they make must be the server's"))
    }
    guard findings.isEmpty else { return findings }
    return [.ok(Self.subject, "\(directory.path), its owner's alone")]
  }

  private func octal(_ file: File) -> String { "0" + String(file.mode, radix: 8) }

  private static let subject = "files"
}

extension FileCheck {
  /// `others`: files beside those of the directory that are as secret.
  init(_ directory: AuthorityDirectory, and others: [String] = [], user: Int) {
    let paths =
      [directory.keyring, directory.socket]
      + ["", "-wal", "-shm", ".lock"].map { directory.database + $0 } + others
    self.init(
      directory: Self.file(directory.path), directoryPath: directory.path,
      files: paths.compactMap(Self.file), user: user)
  }

  private static func file(_ path: String) -> File? {
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      guard let mode = attributes[.posixPermissions] as? NSNumber,
        let owner = attributes[.ownerAccountID] as? NSNumber
      else { return nil }
      return File(path: path, mode: mode.intValue, owner: owner.intValue)
    } catch {
      return nil
    }
  }
}

internal import Foundation

/// What a command reads: a file, or standard input where the name is `-`.
enum InputFile {
  /// The most bytes that are read, unless a command says otherwise.
  static let maximumBytes = 16 << 20

  /// All bytes of the file called `path`.
  /// - Throws: ``CommandError`` when it cannot be read or is larger than `limit`.
  static func bytes(_ path: String, limit: Int = maximumBytes) throws(CommandError) -> [UInt8] {
    let handle = try handle(path)
    defer { close(handle, path) }
    var bytes: [UInt8] = []
    do {
      while bytes.count <= limit, let part = try handle.read(upToCount: 1 << 16), !part.isEmpty {
        bytes.append(contentsOf: part)
      }
    } catch {
      throw CommandError.usage("\(name(path)) cannot be read", next: "check its name and who may read it")
    }
    guard bytes.count <= limit else { throw CommandError("\(name(path)) is larger than \(limit) bytes") }
    return bytes
  }

  /// One token: the bytes of the file without the white space round them.
  static func token(_ path: String) throws(CommandError) -> [UInt8] {
    let bytes = try bytes(path, limit: 1 << 20)
    let start = bytes.firstIndex { !isWhiteSpace($0) } ?? bytes.endIndex
    let end = bytes.lastIndex { !isWhiteSpace($0) } ?? bytes.endIndex
    guard start < bytes.endIndex else {
      throw CommandError.usage(
        "\(name(path)) holds no token", next: "give one on standard input or with --in FILE")
    }
    return Array(bytes[start...end])
  }

  /// One token to the byte, but for the line break that an editor or `echo` puts at its end.
  ///
  /// Nothing else is taken off: white space elsewhere is not part of any token, and who sends it is refused.
  static func exactToken(_ path: String) throws(CommandError) -> [UInt8] {
    var bytes = try bytes(path)
    if bytes.last == 0x0A { bytes.removeLast() }
    if bytes.last == 0x0D { bytes.removeLast() }
    return bytes
  }

  /// What to call a file in a message.
  static func name(_ path: String) -> String {
    path == "-" ? "standard input" : path
  }

  private static func handle(_ path: String) throws(CommandError) -> FileHandle {
    if path == "-" { return .standardInput }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw CommandError.usage("\(path) cannot be opened", next: "check its name and who may read it")
    }
    return handle
  }

  private static func close(_ handle: FileHandle, _ path: String) {
    guard path != "-" else { return }
    do {
      try handle.close()
    } catch {
      Output.note("signet: \(path) did not close")
    }
  }

  private static func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }
}

internal import Foundation
internal import JOSE

/// Standard output and standard error.
enum Output {
  /// Writes a line to standard output.
  static func line(_ text: String) {
    write(text + "\n", to: .standardOutput)
  }

  /// Writes a value as one line of JSON to standard output.
  static func json(_ value: JSON) {
    line(value.encodedString())
  }

  /// Writes a line about the work itself to standard error, so that it never mixes with an answer.
  static func note(_ text: String) {
    write(text + "\n", to: .standardError)
  }

  /// Writes bytes to standard output as they are.
  static func bytes(_ bytes: [UInt8]) {
    write(bytes, to: .standardOutput)
  }

  private static func write(_ text: String, to handle: FileHandle) {
    write(Array(text.utf8), to: handle)
  }

  private static func write(_ bytes: [UInt8], to handle: FileHandle) {
    do {
      try handle.write(contentsOf: bytes)
    } catch {
      // Whoever read this output has gone: there is nobody left to tell.
      exit(1)
    }
  }
}

/// Text in columns: each as wide as its widest cell, two spaces between.
struct Table {
  private var rows: [[String]] = []

  mutating func add(_ cells: [String]) {
    rows.append(cells)
  }

  var lines: [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = row.enumerated()
        .map { $1.padding(toLength: widths[$0], withPad: " ", startingAt: 0) }
        .joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension Timestamp {
  /// ISO 8601 in UTC, to the second: `2026-01-31T12:00:00Z`.
  var text: String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
  }
}

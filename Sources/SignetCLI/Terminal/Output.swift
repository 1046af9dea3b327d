internal import Foundation
internal import JOSE

/// Standard output and standard error.
enum Output {
  /// Writes a line to standard output.
  static func line(_ text: String) {
    bytes(Array((text + "\n").utf8))
  }

  /// Writes a value as one line of JSON to standard output.
  static func json(_ value: JSON) {
    line(value.encodedString())
  }

  /// Writes a line to standard output that nobody has to read: what it is about goes on without a reader.
  static func announce(_ text: String) {
    Descriptor.standardOutput.write(Array((text + "\n").utf8))
  }

  /// Writes a line about the work itself to standard error, so that it never mixes with an answer. Where
  /// nobody can read it, the work goes on.
  static func note(_ text: String) {
    prompt(text + "\n")
  }

  /// Writes the beginning of a line to standard error.
  static func prompt(_ text: String) {
    Descriptor.standardError.write(Array(text.utf8))
  }

  /// Writes bytes to standard output as they are.
  static func bytes(_ bytes: [UInt8]) {
    // Whoever read this answer has gone, or there is no room for it: it is not given.
    if Descriptor.standardOutput.write(bytes) < bytes.count { exit(1) }
  }
}

/// Text in columns: each as wide as its widest cell, two spaces between. A cell is on one line, and moves
/// neither the cursor nor its neighbours, whatever a client called itself.
struct Table {
  private var rows: [[String]] = []

  mutating func add(_ cells: [String]) {
    rows.append(cells.map { String(String.UnicodeScalarView($0.unicodeScalars.map(Self.shown))) })
  }

  /// `scalar`, or a mark in the place of one that ends a line, steers the terminal or turns the direction of
  /// writing. The joiners, of emoji and of Persian, do neither.
  private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
    case .format: scalar == "\u{200C}" || scalar == "\u{200D}" ? scalar : "\u{FFFD}"
    default: scalar
    }
  }

  var lines: [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = row.enumerated()
        .map { $1 + String(repeating: " ", count: widths[$0] - $1.count) }
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

internal import Foundation
internal import HummingbirdTokenVerification
internal import JOSE
internal import Logging

/// Log lines on standard error, as text or as one JSON object a line.
struct LogLines: LogHandler {
  enum Format: String, Sendable {
    case text, json
  }

  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  private let label: String
  private let format: Format
  private let clock: @Sendable () -> Timestamp

  init(label: String, format: Format, level: Logger.Level, clock: @escaping @Sendable () -> Timestamp) {
    self.label = label
    self.format = format
    self.clock = clock
    logLevel = level
  }

  /// A logger as the settings want it.
  static func logger(_ settings: Settings) -> Logger {
    let format = Format(rawValue: settings.logFormat) ?? .text
    let level = Logger.Level(rawValue: settings.logLevel) ?? .info
    return Logger(label: "signet") { label in
      LogLines(label: label, format: format, level: level, clock: SystemClock.now)
    }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    Output.note(line(event.level, "\(event.message)", all))
  }

  /// One line, whatever the message holds: control characters are escaped.
  func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
    let pairs = metadata.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }
    switch format {
    case .json:
      var members = [
        JSONMember(name: "time", value: .string(clock().text)),
        JSONMember(name: "level", value: .string(level.rawValue)),
        JSONMember(name: "message", value: .string(message)),
      ]
      members += pairs.map { JSONMember(name: $0.0, value: .string($0.1)) }
      return JSON.object(members).encodedString()
    case .text:
      let rest = pairs.map { " \(Self.oneLine($0.0))=\(Self.quoted($0.1))" }.joined()
      return "\(clock().text) \(level.rawValue) \(Self.oneLine(message))\(rest)"
    }
  }

  private static func quoted(_ text: String) -> String {
    let line = oneLine(text)
    return line.contains(where: { $0 == " " || $0 == "\"" }) ? JSON.string(line).encodedString() : line
  }

  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}

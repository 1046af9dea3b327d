internal import Foundation
internal import HummingbirdTokenVerification
internal import JOSE
internal import Logging

/// Log lines, on standard error unless they are sent elsewhere, as text or as one JSON object a line.
struct LogLines: LogHandler {
  enum Format: String, Sendable {
    case text, json
  }

  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  private let label: String
  private let format: Format
  private let clock: @Sendable () -> Timestamp
  private let write: @Sendable (String) -> Void

  init(
    label: String, format: Format, level: Logger.Level, clock: @escaping @Sendable () -> Timestamp,
    write: @escaping @Sendable (String) -> Void = Output.note
  ) {
    self.label = label
    self.format = format
    self.clock = clock
    self.write = write
    logLevel = level
  }

  /// A logger as the settings want it, which writes each line at once.
  static func logger(_ settings: Settings) -> Logger {
    Logger(label: "signet") { LogLines(label: $0, settings, write: Output.note) }
  }

  /// A logger as the settings want it, which waits for no reader.
  static func queuedLogger(_ settings: Settings) -> (logger: Logger, queue: LogQueue) {
    let lines = LogLines(label: "signet", settings, write: Output.note)
    let queue = LogQueue(to: Descriptor.standardError.write) { lost in
      lines.line(.warning, LogQueue.lossMessage(lost), [:])
    }
    return (Logger(label: "signet") { LogLines(label: $0, settings, write: queue.add) }, queue)
  }

  private init(label: String, _ settings: Settings, write: @escaping @Sendable (String) -> Void) {
    self.init(
      label: label, format: Format(rawValue: settings.logFormat) ?? .text,
      level: Logger.Level(rawValue: settings.logLevel) ?? .info, clock: SystemClock.now, write: write)
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    write(line(event.level, "\(event.message)", all))
  }

  /// One line, whatever the message holds: controls are escaped or blanked, and what is long is cut.
  func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
    let pairs = metadata.map { (Self.fieldName($0.key), "\($0.value)") }.sorted { $0.0 < $1.0 }
    switch format {
    case .json:
      var members = [
        JSONMember(name: "time", value: .string(Self.text(of: clock()))),
        JSONMember(name: "level", value: .string(level.rawValue)),
        JSONMember(name: "message", value: .string(message.logField(keepingControls: true))),
      ]
      members += pairs.map { JSONMember(name: $0.0, value: .string($0.1.logField(keepingControls: true))) }
      return JSON.object(members).encodedString()
    case .text:
      let rest = pairs.map { " \($0.0)=\(Self.quoted($0.1.logField()))" }.joined()
      return "\(Self.text(of: clock())) \(level.rawValue) \(message.logField())\(rest)"
    }
  }

  /// RFC 3339 in UTC, always with milliseconds, so that lines sort as they stand.
  private static func text(of time: Timestamp) -> String {
    let milliseconds = time.milliseconds - time.seconds * 1_000
    let digits = String(1_000 + milliseconds).dropFirst()
    return "\(Timestamp(seconds: time.seconds).text.dropLast()).\(digits)Z"
  }

  /// The name of a field: Hummingbird's own for the request's id is the API's, and none is a name twice.
  private static func fieldName(_ key: String) -> String {
    switch key {
    case "hb.request.id": "request_id"
    case "time", "level", "message": "\(key)_"
    default: key.logField(maximumBytes: 64)
    }
  }

  private static func quoted(_ text: String) -> String {
    text.utf8.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\"") }
      ? JSON.string(text).encodedString() : text
  }
}

extension String {
  /// At most as many bytes of the text, without what could end a line or steer a terminal: control and format
  /// characters, line and paragraph separators become spaces. ASCII's controls may be kept for JSON, which
  /// escapes them.
  fileprivate func logField(maximumBytes: Int = 1_024, keepingControls: Bool = false) -> String {
    var result = String.UnicodeScalarView()
    var bytes = 0
    for scalar in unicodeScalars {
      bytes += UTF8.width(scalar)
      guard bytes <= maximumBytes else {
        result.append("…")
        break
      }
      let isKept = keepingControls && scalar.value < 0x20
      result.append(isKept || !scalar.steersTerminals ? scalar : " ")
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  fileprivate var steersTerminals: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}

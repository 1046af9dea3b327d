import JOSE
import Logging
import Testing

@testable import SignetCLI

@Suite struct LogLinesTests {
  private static func lines(_ format: LogLines.Format, milliseconds: Int64 = 0) -> LogLines {
    LogLines(label: "x", format: format, level: .info) {
      Timestamp(milliseconds: 1_767_225_600_000 + milliseconds)
    }
  }

  @Test func `a log line stays one line, whatever it is told`() {
    #expect(
      Self.lines(.text).line(.info, "first\nsecond", ["user agent": "a\r\nb"])
        == "2026-01-01T00:00:00.000Z info first second user agent=\"a  b\"")
    #expect(
      Self.lines(.json).line(.error, "a\nb", ["k": "\"v\""])
        == #"{"time":"2026-01-01T00:00:00.000Z","level":"error","message":"a\nb","k":"\"v\""}"#)
  }

  @Test(arguments: [(0, "00.000Z"), (7, "00.007Z"), (70, "00.070Z"), (999, "00.999Z"), (59_100, "59.100Z")])
  func `the time has milliseconds always`(milliseconds: Int64, expected: String) {
    for format in [LogLines.Format.text, .json] {
      let line = Self.lines(format, milliseconds: milliseconds).line(.info, "m", [:])
      #expect(line.contains("2026-01-01T00:00:\(expected)"))
    }
  }

  /// What an attacker would like to see in a log: lines of his own, and a terminal that obeys.
  private static let hostile = [
    "x\n2026-01-01T00:00:00Z info request status=200", "\r\n\r\n", "\u{1B}[2J\u{1B}]0;title\u{7}",
    "\u{9B}31m",
    "a\u{2028}b\u{2029}c", "\u{202E}gpj.exe", "\u{0}", "\u{7F}", "\u{85}", "\"} {\"level\":\"error\"", "\\",
    "a\\\"b",
    "x\u{301}\n\u{301}", "k=v k2=\"v2\"", String(repeating: "é", count: 5_000), "\u{FEFF}\u{200B}",
  ]

  @Test(arguments: hostile)
  func `a hostile text is one field of one line`(text: String) throws {
    let metadata: Logger.Metadata = ["user_agent": "\(text)", "z": "end"]
    let plain = Self.lines(.text).line(.info, "request", metadata)
    #expect(plain.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    #expect(!plain.unicodeScalars.contains { [0x2028, 0x2029, 0x202E, 0xFEFF].contains($0.value) })
    #expect(plain.hasPrefix("2026-01-01T00:00:00.000Z info request user_agent=") && plain.hasSuffix(" z=end"))
    #expect(plain.utf8.count < 2_200)
    let json = Self.lines(.json).line(.info, text, metadata)
    #expect(json.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    let parsed = try ParsedJSON(parsing: Array(json.utf8))
    #expect(parsed.members?.map(\.name) == ["time", "level", "message", "user_agent", "z"])
    #expect(parsed["level"]?.string == "info")
    #expect((parsed["user_agent"]?.string?.utf8.count ?? 0) <= 1_027)
  }

  @Test func `a field's name is no member twice, and Hummingbird's is ours`() throws {
    let json = Self.lines(.json).line(
      .info, "m", ["time": "a", "level": "b", "message": "c", "hb.request.id": "d", "n\nm": "e"])
    let parsed = try ParsedJSON(parsing: Array(json.utf8))
    #expect(
      parsed.members?.map(\.name)
        == ["time", "level", "message", "level_", "message_", "n m", "request_id", "time_"])
  }

  @Test func `JSON keeps what text blanks`() throws {
    let parsed = try ParsedJSON(parsing: Array(Self.lines(.json).line(.info, "a\tb\nc", [:]).utf8))
    #expect(parsed["message"]?.string == "a\tb\nc")
  }
}

import SignetTesting
import Testing

@testable import HummingbirdTokenVerification

@Suite struct EventStreamParserTests {
  private static let table: [(stream: String, events: [String])] = [
    ("data: a\n\n", ["a"]), ("data:a\n\ndata: b\n\n", ["a", "b"]), ("data:  a \n\n", [" a "]),
    ("data: a\ndata: b\n\n", ["a\nb"]), ("data\n\n", [""]), ("data:\ndata:\n\n", ["\n"]),
    ("id: e.7\ndata: a\nevent: batch\nretry: 5\n\n", ["a"]), (": heartbeat\n\n", []), ("\n\n\n", []),
    (":\ndata: a\n:\n\n", ["a"]), ("data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
    ("data: a\r\rdata: b\r\r", ["a", "b"]), ("data: a\n\r\ndata: b\n\n", ["a", "b"]), ("data: a\n", []),
    ("data: a", []), ("\u{FEFF}data: a\n\n", ["a"]), ("\n\u{FEFF}data: a\n\n", []), ("Data: a\n\n", []),
    ("data : a\n\n", []), (" data: a\n\n", []), ("datas: a\n\n", []), ("data: a:b: c\n\n", ["a:b: c"]),
    ("id: 1\n\ndata: b\n\n", ["b"]),
  ]

  @Test(arguments: table)
  func `events are read as HTML has them, however their bytes come`(stream: String, events: [String]) throws {
    for size in [1, 2, 3, 1_000] {
      var parser = EventStreamParser(maximumBytes: 100)
      var (read, bytes) = ([[UInt8]](), Array(stream.utf8)[...])
      while !bytes.isEmpty {
        read += try parser.read(bytes.prefix(size))
        bytes = bytes.dropFirst(size)
      }
      #expect(read.map { String(decoding: $0, as: UTF8.self) } == events, "\(size) bytes at a time")
    }
  }

  @Test func `an event has an end, in one line or in many`() throws {
    let fitting = "data:" + String(repeating: "x", count: 95)
    var parser = EventStreamParser(maximumBytes: 100)
    #expect(try parser.read("\(fitting)\n\n\(fitting)\n\n".utf8).count == 2)
    for tooLong in [
      "\(fitting)x", "data:\(fitting)\n", String(repeating: "data:xxxxx\n", count: 20), ":\(fitting)",
    ] {
      var parser = EventStreamParser(maximumBytes: 100)
      #expect(throws: RevocationFeedError.self) { try parser.read(tooLong.utf8) }
    }
  }

  @Test func `T21 no bytes trap the reader of events`() {
    let seed = Seed.fromEnvironment()
    var generator = seed.generator()
    let pieces = ["data:", "data", "id:", ":", "\n", "\r", "\r\n", "\n\n", " ", "\u{FEFF}", "x", "é", "\0"]
    for _ in 0..<2_000 {
      var parser = EventStreamParser(maximumBytes: 64)
      let text = (0..<20).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }.joined()
      let whole = Result { try parser.read(text.utf8) }
      var slow = EventStreamParser(maximumBytes: 64)
      let piecewise = Result { try text.utf8.flatMap { byte in try slow.read([byte]) } }
      switch (whole, piecewise) {
      case (.success(let left), .success(let right)): #expect(left == right, seed.comment)
      case (.failure, .failure): break
      default: Issue.record("one reads it and the other does not: \(seed)")
      }
    }
  }
}

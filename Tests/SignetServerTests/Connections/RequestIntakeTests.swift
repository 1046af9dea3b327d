import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Testing

@testable import SignetServer

@Suite struct RequestIntakeTests {
  private static let plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
  private static let beginning = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{"

  @Test(arguments: [
    "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
    "POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}",
  ])
  func `behind a request that leaves HTTP nothing is read, and its answer is the last`(text: String) throws {
    let connection = try Connection()
    #expect(connection.reads())
    try connection.send(text + "\0\0\0\0")
    #expect(!connection.reads())
    #expect(try connection.requestCount() == 1)
    #expect(try connection.answer().contains("Connection: close"))
    #expect(connection.isOpen(after: .milliseconds(999)))
    #expect(!connection.isOpen(after: .milliseconds(1)))
  }

  @Test func `a request that stays with HTTP ends nothing`() throws {
    let connection = try Connection()
    for text in [Self.plain, "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"] {
      try connection.send(text)
      #expect(connection.reads())
      #expect(try !connection.answer().contains("Connection: close"))
      #expect(connection.isOpen(after: .seconds(60)))
    }
  }

  @Test func `the body of a request that leaves HTTP is read`() throws {
    let connection = try Connection()
    try connection.send(
      "POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{")
    #expect(connection.reads())
    try connection.send("}")
    #expect(!connection.reads())
  }

  @Test func `sixteen requests may come in one read, and one more ends the connection`() throws {
    let connection = try Connection()
    for _ in 0..<2 {
      try connection.send(String(repeating: Self.plain, count: 16))
      #expect(connection.isOpen(after: .seconds(60)))
      #expect(try connection.requestCount() == 16)
    }
    try connection.send(String(repeating: Self.plain, count: 900))
    #expect(!connection.isOpen(after: .zero))
    #expect(try connection.requestCount() == 16)
  }

  @Test func `a request that has its answer has a second to end`() throws {
    let ended = try Connection()
    try ended.send(Self.beginning)
    #expect(ended.isOpen(after: .seconds(60)))
    _ = try ended.answer()
    #expect(ended.isOpen(after: .milliseconds(999)))
    try ended.send("}")
    #expect(ended.isOpen(after: .seconds(60)))
    let unended = try Connection()
    try unended.send(Self.plain + Self.beginning)
    _ = try unended.answer()
    #expect(unended.isOpen(after: .seconds(60)))
    _ = try unended.answer()
    #expect(unended.isOpen(after: .milliseconds(999)))
    #expect(!unended.isOpen(after: .milliseconds(1)))
  }

  @Test func `an answer that says close is the last, whatever comes behind it`() throws {
    let connection = try Connection()
    try connection.send(Self.beginning)
    _ = try connection.answer([.connection: "close"])
    try connection.send("}" + Self.plain)
    _ = try connection.answer()
    #expect(!connection.isOpen(after: .seconds(1)))
  }
}

/// A connection of HTTP/1 whose answers a test writes.
private struct Connection {
  private let channel = EmbeddedChannel()
  private let readCount = ReadCount()

  init() throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(readCount)
    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
    try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
    try pipeline.addHandler(RequestIntake())
    try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
  }

  /// Lets `text` arrive in one read.
  func send(_ text: String) throws {
    try channel.writeInbound(ByteBuffer(string: text))
  }

  /// Whether a wish for more bytes gets to the socket.
  func reads() -> Bool {
    let before = readCount.value
    channel.read()
    return readCount.value > before
  }

  /// How many heads came through since the last look.
  func requestCount() throws -> Int {
    var count = 0
    while let part = try channel.readInbound(as: HTTPRequestPart.self) {
      if case .head = part { count += 1 }
    }
    return count
  }

  /// Answers the oldest request; returns the bytes.
  func answer(_ fields: HTTPFields = [:]) throws -> String {
    try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .noContent, headerFields: fields)))
    try channel.writeOutbound(HTTPResponsePart.end(nil))
    var text = ""
    while case .byteBuffer(let bytes) = try channel.readOutbound(as: IOData.self) {
      text += String(buffer: bytes)
    }
    return text
  }

  func isOpen(after delay: TimeAmount) -> Bool {
    channel.embeddedEventLoop.advanceTime(by: delay)
    return channel.isActive
  }
}

private final class ReadCount: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  private(set) var value = 0

  func read(context: ChannelHandlerContext) {
    value += 1
    context.read()
  }
}

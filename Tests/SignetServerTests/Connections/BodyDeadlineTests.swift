import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import SignetServer

/// Bodies against a clock that a test moves.
@Suite struct BodyDeadlineTests {
  private let channel: EmbeddedChannel

  init() throws {
    channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandler(BodyDeadline(timeout: .seconds(20)))
  }

  private func receive(_ parts: HTTPRequestPart...) {
    let pipeline = channel.pipeline.syncOperations
    for part in parts { pipeline.fireChannelRead(NIOAny(part)) }
    pipeline.fireChannelReadComplete()
  }

  /// Whether the body that is read fails within `seconds`.
  private func isGivenUp(after seconds: Int64) -> Bool {
    channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
    do {
      try channel.throwIfErrorCaught()
      return false
    } catch let problem as Problem {
      return problem.code == .bodyTooSlow
    } catch {
      return false
    }
  }

  private static let head = HTTPRequestPart.head(
    HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/"))
  private static let letter = HTTPRequestPart.body(ByteBuffer(string: "a"))

  @Test func `a body that stops arriving is given up 20 seconds after its head`() {
    receive(Self.head, Self.letter)
    #expect(!isGivenUp(after: 19))
    #expect(isGivenUp(after: 1))
  }

  @Test func `a body that arrives letter by letter gets no more time`() {
    receive(Self.head)
    for _ in 0..<19 {
      #expect(!isGivenUp(after: 1))
      receive(Self.letter)
    }
    #expect(isGivenUp(after: 1))
  }

  @Test func `a body that has arrived is never late, and the next has its own 20 seconds`() {
    receive(Self.head, Self.letter, .end(nil))
    #expect(!isGivenUp(after: 100))
    receive(Self.head)
    #expect(!isGivenUp(after: 15))
    receive(Self.letter, .end(nil))
    #expect(!isGivenUp(after: 1))
    receive(Self.head)
    #expect(!isGivenUp(after: 19))
    #expect(isGivenUp(after: 1))
  }
}

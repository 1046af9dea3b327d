import JOSE
import NIOCore
import Testing
import TokenVerification

@testable import SignetServer

@Suite struct FrameRingTests {
  private static func frame(_ from: Int64, _ to: Int64, at seconds: Int64 = 0, bytes: Int = 10) -> FeedFrame {
    let time = Timestamp(seconds: seconds)
    let batch = RevocationBatch(epoch: "e", from: from, to: to, entries: [], asOf: time, signedAt: time)
    return FeedFrame(batch, token: String(repeating: "t", count: bytes), isHeartbeat: false)
  }

  private static func numbers(_ frames: ArraySlice<FeedFrame>?) -> [Int64]? {
    frames.map { $0.map(\.position.sequence) }
  }

  private let now = Timestamp(seconds: 10)

  @Test func `who was away gets what he lacks, or learns that it is gone`() {
    var ring = FrameRing(head: 4)
    #expect(Self.numbers(ring.frames(since: 4, at: now)) == [])
    #expect(ring.frames(since: 3, at: now) == nil)
    for number: Int64 in 4..<9 { ring.append(Self.frame(number, number + 1)) }
    // What ends at his own number may hold something that was told late.
    ring.append(Self.frame(9, 9))
    #expect(Self.numbers(ring.frames(since: 4, at: now)) == [5, 6, 7, 8, 9, 9])
    #expect(Self.numbers(ring.frames(since: 8, at: now)) == [8, 9, 9])
    #expect(Self.numbers(ring.frames(since: 9, at: now)) == [9, 9])
    #expect(Self.numbers(ring.frames(since: 12, at: now)) == [], "who follows another node may be ahead")
    #expect(ring.frames(since: 3, at: now) == nil)
  }

  @Test func `it keeps so many frames, and so many bytes`() throws {
    var ring = FrameRing(head: 0)
    for number in 0..<Int64(FrameRing.maximumFrames + 10) { ring.append(Self.frame(number, number + 1)) }
    #expect(ring.frames(since: 10, at: now) == nil)
    #expect(try #require(ring.frames(since: 11, at: now)).count == FrameRing.maximumFrames)
    ring.append(Self.frame(0, 2_000, bytes: FrameRing.maximumBytes - 200))
    #expect(ring.frames(since: 1_000, at: now) == nil)
    #expect(Self.numbers(ring.frames(since: 1_999, at: now)) == [2_000])
    ring.append(Self.frame(0, 2_001, bytes: FrameRing.maximumBytes))
    #expect(ring.frames(since: 2_001, at: now) == nil)
  }

  @Test func `what is too old to be believed is not sent again`() {
    var ring = FrameRing(head: 0)
    ring.append(Self.frame(0, 1, at: 0))
    ring.append(Self.frame(1, 2, at: 3_000))
    #expect(Self.numbers(ring.frames(since: 0, at: Timestamp(seconds: 3_599))) == [1, 2])
    #expect(ring.frames(since: 0, at: Timestamp(seconds: 3_600)) == nil)
    #expect(Self.numbers(ring.frames(since: 2, at: Timestamp(seconds: 3_600))) == [2])
  }

  @Test func `a frame is an event, and holds its token`() {
    let frame = Self.frame(3, 5, bytes: 4)
    #expect(String(buffer: frame.event) == "id: e.5\ndata: tttt\n\n")
    #expect(String(buffer: frame.token) == "tttt")
  }
}

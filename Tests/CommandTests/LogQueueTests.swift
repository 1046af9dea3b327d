import Dispatch
import SignetTesting
import Synchronization
import Testing

@testable import SignetCLI

@Suite(.blocking, .timeLimit(.minutes(10))) struct LogQueueTests {
  /// A reader of the log that does what a test says.
  private final class Reader: Sendable {
    private let state = Mutex<(text: [UInt8], rooms: [Int], isStalled: Bool)>(([], [], false))
    private let arrivals = DispatchSemaphore(value: 0)
    private let permits = DispatchSemaphore(value: 0)

    /// Takes so many bytes of each of the next writes, and all of those after them.
    init(rooms: [Int] = [], isStalled: Bool = false) {
      state.withLock { $0 = ([], rooms, isStalled) }
    }

    var lines: [String] {
      let text = String(decoding: state.withLock { $0.text }, as: UTF8.self)
      return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Sendable func write(_ bytes: [UInt8]) -> Int {
      arrivals.signal()
      if state.withLock({ $0.isStalled }) { permits.wait() }
      return state.withLock { state in
        let room = state.rooms.isEmpty ? bytes.count : min(bytes.count, state.rooms.removeFirst())
        state.text += bytes.prefix(room)
        return room
      }
    }

    /// Returns when a write has begun.
    func awaitWrite() { arrivals.wait() }

    func goOn() {
      state.withLock { $0.isStalled = false }
      permits.signal()
    }
  }

  @Test func `lines come whole, in order, and all of them before the end`() {
    let reader = Reader()
    let queue = LogQueue(to: reader.write)
    for index in 0..<5_000 { queue.add("line \(index)") }
    queue.finish(within: .seconds(60))
    #expect(reader.lines == (0..<5_000).map { "line \($0)" })
  }

  @Test func `a reader that stalls loses lines, which are counted, and nobody waits`() {
    let reader = Reader(isStalled: true)
    let queue = LogQueue(to: reader.write, limit: 20)
    queue.add("0")
    reader.awaitWrite()
    // Each takes seven bytes of twenty: two wait, and the rest is lost.
    for index in 1...100 { queue.add("ne \(index + 100)") }
    reader.goOn()
    reader.awaitWrite()
    queue.add("after")
    queue.finish(within: .seconds(60))
    #expect(reader.lines == ["0", "ne 101", "ne 102", "98 lines of the log were lost", "after"])
  }

  @Test func `what found no room at the very end is said all the same`() {
    let reader = Reader(isStalled: true)
    let queue = LogQueue(to: reader.write, limit: 8)
    queue.add("0")
    reader.awaitWrite()
    for _ in 0..<3 { queue.add("1234") }
    reader.goOn()
    queue.finish(within: .seconds(60))
    #expect(reader.lines == ["0", "1234", "2 lines of the log were lost"])
  }

  @Test func `lines that could not be written are counted, and none is glued to half of another`() {
    let reader = Reader(rooms: [0, 3])
    let queue = LogQueue(to: reader.write)
    for line in ["first", "second", "third"] {
      queue.add(line)
      reader.awaitWrite()
    }
    queue.finish(within: .seconds(60))
    // Of the second write three bytes came through: they were the beginning of what is said of the first.
    #expect(reader.lines == ["1 l", "2 lines of the log were lost", "third"])
  }

  @Test func `a reader that stalls does not keep the process`() {
    let reader = Reader(isStalled: true)
    let queue = LogQueue(to: reader.write)
    queue.add("0")
    queue.finish(within: .milliseconds(1))
    #expect(reader.lines.isEmpty)
    reader.goOn()
  }

  @Test(arguments: [(1, "1 line of the log was lost"), (2, "2 lines of the log were lost")])
  func `a loss is said in words`(lines: Int, words: String) {
    #expect(LogQueue.lossMessage(lines) == words)
  }
}

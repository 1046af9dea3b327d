internal import Dispatch
internal import Foundation
internal import Synchronization

/// The way of a server's log to its reader: lines wait in a bounded queue for a thread of their own.
///
/// So a reader that stalls, one that has gone and a disk that is full cost lines and never a request. Lines
/// that are lost are counted, and a line says how many before the next one that gets through. Order is kept,
/// and what is written is whole lines.
final class LogQueue: Sendable {
  private let state: Mutex<State>
  private let output: @Sendable ([UInt8]) -> Int
  private let lossLine: @Sendable (_ lines: Int) -> String
  private let wakeUps = DispatchSemaphore(value: 0)
  private let end = DispatchSemaphore(value: 0)

  /// The most bytes that wait, about four thousand lines. As many again may be on their way to the reader.
  static let maximumBytes = 1 << 20

  /// Begins to hand to `output` what is added; it returns how many bytes it could write. `lossLine` is the
  /// line that says how many were lost.
  init(
    to output: @escaping @Sendable ([UInt8]) -> Int, limit: Int = maximumBytes,
    lossLine: @escaping @Sendable (_ lines: Int) -> String = LogQueue.lossMessage
  ) {
    state = Mutex(State(limit: limit))
    self.output = output
    self.lossLine = lossLine
    // The thread keeps this object until `finish(within:)`, or as long as the process lives.
    let thread = Thread { self.drain() }
    thread.name = "log"
    thread.start()
  }

  /// Adds a line, which is lost when there is no room. Returns at once.
  func add(_ line: String) {
    let isFirst = state.withLock { $0.add(line, lossLine: lossLine) }
    if isFirst { wakeUps.signal() }
  }

  /// Waits until all lines are written, but no longer than `limit`: a reader that stalls does not keep the
  /// process. To be called once, when nothing more is added.
  func finish(within limit: Duration = LogQueue.farewell) {
    state.withLock { $0.isFinished = true }
    wakeUps.signal()
    let seconds = Double(limit.components.seconds) + Double(limit.components.attoseconds) / 1e18
    _ = end.wait(timeout: .now() + seconds)
  }

  static let farewell: Duration = .seconds(1)

  @Sendable static func lossMessage(_ lines: Int) -> String {
    "\(lines) line\(lines == 1 ? "" : "s") of the log \(lines == 1 ? "was" : "were") lost"
  }

  private func drain() {
    var loss = Loss()
    while true {
      wakeUps.wait()
      let (entries, isFinished) = state.withLock { ($0.takeAll(lossLine: lossLine), $0.isFinished) }
      write(entries, &loss)
      if isFinished {
        end.signal()
        return
      }
    }
  }

  /// Writes all lines at once, after what is to be said of earlier ones.
  private func write(_ entries: [Entry], _ loss: inout Loss) {
    guard !entries.isEmpty else { return }
    var entries = entries
    if loss.lines > 0 { entries.insert(Entry(text: lossLine(loss.lines), lines: loss.lines), at: 0) }
    // What a failure left of a line ends there.
    var bytes: [UInt8] = loss.isMidLine ? [State.lineEnd] : []
    var ends: [Int] = []
    for entry in entries {
      bytes += entry.text.utf8
      bytes.append(State.lineEnd)
      ends.append(bytes.count)
    }
    let written = output(bytes)
    loss.lines = zip(entries, ends).filter { $1 > written }.map(\.0.lines).reduce(0, +)
    loss.isMidLine = written == 0 ? loss.isMidLine : bytes[written - 1] != State.lineEnd
  }
}

/// A line that waits.
private struct Entry {
  let text: String
  /// How many lines of the log are lost if it is: itself, or all those of which it speaks.
  let lines: Int
}

/// What the reader has not been told.
private struct Loss {
  var lines = 0
  var isMidLine = false
}

/// The lines that wait, and how many found no room.
private struct State {
  let limit: Int
  private var entries: [Entry] = []
  private var bytes = 0
  private var lost = 0
  var isFinished = false

  static let lineEnd = UInt8(ascii: "\n")

  init(limit: Int) {
    self.limit = limit
  }

  /// - Returns: Whether nothing waited before.
  mutating func add(_ line: String, lossLine: (Int) -> String) -> Bool {
    guard bytes + line.utf8.count < limit else {
      lost += 1
      return false
    }
    let isFirst = entries.isEmpty
    if lost > 0 { append(Entry(text: lossLine(lost), lines: lost)) }
    lost = 0
    append(Entry(text: line, lines: 1))
    return isFirst
  }

  /// Everything that waits, and at the end a word of the lines that found no room.
  mutating func takeAll(lossLine: (Int) -> String) -> [Entry] {
    if isFinished, lost > 0 { append(Entry(text: lossLine(lost), lines: lost)) }
    defer { (entries, bytes) = ([], 0) }
    return entries
  }

  private mutating func append(_ entry: Entry) {
    entries.append(entry)
    bytes += entry.text.utf8.count + 1
  }
}

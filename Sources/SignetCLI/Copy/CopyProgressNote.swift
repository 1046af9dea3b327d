internal import Foundation
internal import Glibc
internal import SignetStorage

/// How far a copy has come, on standard error: a bar that grows on a terminal, else a line for each table and
/// each two seconds.
final class CopyProgressNote {
  private let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  private var last: ContinuousClock.Instant?
  private var lastWork = ""

  func report(_ progress: CopyProgress) {
    let work = "\(progress.checked > 0 ? "checking" : "copying") \(progress.table)"
    let now = ContinuousClock.now
    let isDue = last.map { now - $0 >= (isTerminal ? .milliseconds(100) : .seconds(2)) } ?? true
    guard isDue || work != lastWork else { return }
    (last, lastWork) = (now, work)
    let part = Int(progress.part * 100)
    if isTerminal {
      Output.prompt("\r\(Self.bar(progress.part)) \(part) %  \(work)\u{1B}[K")
    } else {
      Output.note("\(work), \(part) % of all")
    }
  }

  /// Takes the bar away: what comes next begins at the left.
  func end() {
    if isTerminal, last != nil { Output.prompt("\r\u{1B}[K") }
  }

  private static func bar(_ part: Double) -> String {
    let done = min(width, Int(part * Double(width)))
    return "[" + String(repeating: "#", count: done) + String(repeating: ".", count: width - done) + "]"
  }

  private static let width = 40
}

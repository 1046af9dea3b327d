/// What is going to happen, in order of time; of one time, in the order in which it was planned.
struct EventQueue {
  typealias Action = () async throws -> Void

  private struct Event {
    let time: Duration
    let serial: Int
    let action: Action
  }

  /// A binary heap: no event comes before its parent, which is at half its index.
  private var events: [Event] = []
  private var planned = 0

  mutating func plan(at time: Duration, _ action: @escaping Action) {
    planned += 1
    events.append(Event(time: time, serial: planned, action: action))
    var child = events.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      events.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes out what happens next.
  mutating func next() -> (time: Duration, action: Action)? {
    guard let first = events.first else { return nil }
    events.swapAt(0, events.count - 1)
    events.removeLast()
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < events.count }
      guard let child = children.min(by: { isBefore($0, $1) }), isBefore(child, parent) else { break }
      events.swapAt(child, parent)
      parent = child
    }
    return (first.time, first.action)
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (events[left].time, events[left].serial) < (events[right].time, events[right].serial)
  }
}

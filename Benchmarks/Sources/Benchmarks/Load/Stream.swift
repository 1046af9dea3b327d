import NIOCore

/// Requests of one kind, over connections of their own.
///
/// Closed: each connection sends its next request when it has its answer, so the server sets the pace. Open:
/// requests are due at a fixed rate, and an answer's time counts from when its request was due, however long
/// it waited for a connection; so a server that stalls is charged for all that should have come meanwhile.
final class Stream: @unchecked Sendable {
  // Unchecked, because all of it is used on one event loop; see `Load`.

  enum Pace: Sendable {
    case closed
    case open(perSecond: Double)
  }

  let name: String
  let connectionCount: Int
  private let traffic: any Traffic
  private let pace: Pace

  private var connections: [Connection] = []
  private var idle: [Connection] = []
  /// When the requests were due that wait for a connection, the oldest first.
  private var late = CircularBuffer<NIODeadline>()
  private var underWay = 0
  private var isSending = false
  private var nextDue = NIODeadline.now()
  private var window = NIODeadline.distantFuture
  private var report = StreamReport()

  init(_ name: String, _ traffic: any Traffic, connections: Int, pace: Pace = .closed) {
    self.name = name
    self.traffic = traffic
    connectionCount = connections
    self.pace = pace
  }

  func connection() -> Connection {
    let connection = Connection(stream: self)
    connections.append(connection)
    return connection
  }

  func start() {
    isSending = true
    nextDue = .now()
    guard case .closed = pace else { return }
    for connection in idle { send(over: connection, due: .now()) }
    idle = []
  }

  /// Sends what has become due; called every half millisecond.
  func tick() {
    guard isSending, case .open(let rate) = pace else { return }
    let now = NIODeadline.now()
    while nextDue <= now {
      late.append(nextDue)
      nextDue = nextDue + .nanoseconds(Int64(1e9 / rate))
    }
    while !late.isEmpty, let connection = idle.popLast() {
      send(over: connection, due: late.removeFirst())
    }
  }

  /// Counts from here on.
  func beginMeasuring() {
    window = .now()
    report = StreamReport()
  }

  /// Stops sending and counting; what was due in time is still waited for, and counts for the percentiles.
  func endMeasuring() {
    isSending = false
    report.seconds = Double((NIODeadline.now() - window).nanoseconds) / 1e9
    report.answersInTime = report.latencies.count
  }

  var hasFinished: Bool { underWay == 0 && late.isEmpty }

  func close() -> StreamReport {
    report.unanswered = underWay + late.count
    for connection in connections { connection.close() }
    connections = []
    return report
  }

  func isFree(_ connection: Connection) {
    switch pace {
    case .closed where isSending: send(over: connection, due: .now())
    case .open where !late.isEmpty: send(over: connection, due: late.removeFirst())
    default: idle.append(connection)
    }
  }

  func took(_ answer: Answer, of exchange: Connection.Exchange) {
    underWay -= 1
    traffic.took(answer, to: exchange.request)
    guard exchange.due >= window else { return }
    report.latencies.add((NIODeadline.now() - exchange.due).nanoseconds)
    report.statuses[answer.status, default: 0] += 1
    if answer.status == 429 || answer.status == 503, !answer.hasRetryAfter { report.withoutRetryAfter += 1 }
  }

  func lost(_ exchange: Connection.Exchange) {
    underWay -= 1
    report.lost += 1
  }

  private func send(over connection: Connection, due: NIODeadline) {
    underWay += 1
    connection.send(traffic.next(), due: due)
  }
}

/// What came of a stream.
struct StreamReport: Sendable {
  var latencies = Latencies()
  var statuses: [Int: Int] = [:]
  /// Refusals that did not say when to come again.
  var withoutRetryAfter = 0
  /// Requests whose connection broke.
  var lost = 0
  /// Requests that had no answer ten seconds after the end.
  var unanswered = 0
  var answersInTime = 0
  var seconds = 0.0

  var perSecond: Double { seconds > 0 ? Double(answersInTime) / seconds : 0 }

  /// How many answers had a status other than `expected`, or none.
  func failures(besides expected: Set<Int> = [200]) -> Int {
    statuses.reduce(lost + unanswered) { $0 + (expected.contains($1.key) ? 0 : $1.value) }
  }
}

import Foundation
import SignetTesting
import Synchronization

/// Asks every node for an ended session until it refuses, and keeps how long the slowest took.
///
/// What counts is when a request began that was still let in: how long after the end was answered.
final class RevocationWatch: Sendable {
  private let ports: [Int]
  private let state = Mutex(State())

  private struct State {
    var watched = 0
    var longest = 0.0
  }

  /// A watch over the nodes on `ports`.
  init(ports: [Int]) {
    self.ports = ports
  }

  /// How many ended sessions were asked for.
  var watched: Int { state.withLock { $0.watched } }
  /// Seconds after the answer at which a request began that a node still let in; 0: none was.
  var longest: Double { state.withLock { $0.longest } }

  /// Returns when every node that can be reached refuses one of `sessions`, whose end has just been answered.
  func see(_ sessions: [SessionRecord]) async {
    guard let session = sessions.randomElement() else { return }
    let answered = ProcessInfo.processInfo.systemUptime
    await withTaskGroup(of: Double.self) { nodes in
      for port in ports {
        nodes.addTask { await Self.lastEntry(session, at: port, since: answered) }
      }
      for await seconds in nodes {
        state.withLock { $0.longest = max($0.longest, seconds) }
      }
    }
    state.withLock { $0.watched += 1 }
  }

  /// When the last request began that was let in; 0 when none was.
  @concurrent private static func lastEntry(
    _ session: SessionRecord, at port: Int, since answered: Double
  ) async -> Double {
    let node = Client(port: port, sockets: [])
    var last = 0.0
    while last < LongWait.limit {
      let start = ProcessInfo.processInfo.systemUptime - answered
      do {
        guard try await node.api.get("/api/v1/me", session.bearer).status == 200 else { return last }
        last = start
      } catch {
        // The node is down; it reads the whole log before it serves again.
        return last
      }
    }
    return last
  }
}

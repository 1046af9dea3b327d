import SignetTesting

/// What happens to a cluster under load.
enum ClusterFault: String, CaseIterable, Sendable {
  case nodeKilled = "a node is killed"
  case databaseKilled = "the database is killed"
  case databaseStopped = "the database is restarted"
  case databaseFrozen = "the database does nothing for a while"
  case connectionsCut = "all connections to the database are cut"
  case connectionsStalled = "nothing passes on the connections to the database for a while"
  case standbyTakesOver = "the primary is killed, and its synchronous standby takes over"

  /// Whether nodes cannot hear of each other while it lasts: a token that was revoked just before may live as
  /// long, on nodes that have not heard of it.
  var separatesNodes: Bool {
    switch self {
    case .databaseFrozen, .connectionsStalled: true
    default: false
    }
  }
}

extension Cluster {
  /// Brings it about, lets it be noticed, and repairs what can be repaired from outside.
  func suffer(_ fault: ClusterFault, using generator: inout SplitMix64) async throws {
    switch fault {
    case .nodeKilled:
      guard let node = nodes.randomElement(using: &generator) else { return }
      node.kill()
      try node.start()
    case .databaseKilled:
      primary.kill()
      try await everyNode(isReady: false)
      try primary.start()
    case .databaseStopped:
      primary.stop()
      try primary.start()
    case .databaseFrozen:
      primary.freeze()
      try await everyNode(isReady: false)
      primary.thaw()
    case .connectionsCut:
      relays.forEach { $0.cut() }
    case .connectionsStalled:
      relays.forEach { $0.stall() }
      try await everyNode(isReady: false)
      relays.forEach { $0.resume() }
    case .standbyTakesOver:
      try await failOver()
    }
    try await everyNode(isReady: true)
  }
}

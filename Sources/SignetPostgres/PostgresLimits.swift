/// How much of a server an authority takes, and how long it waits.
package struct PostgresLimits: Sendable {
  /// How many connections, each with a thread of its own. They are made when they are needed.
  package var connections: Int
  /// How many reads and writes may wait for one; beyond, they are `unavailable` at once.
  package var waiting: Int
  /// How long one may wait for a connection.
  package var longestWait: Duration
  /// How long one command may take until the connection is given up. The server gives up after 5 s; this is
  /// for a server that does not even say so.
  package var patience: Duration
  /// How long a node that follows the others trusts the server to tell it; then it looks by itself.
  package var followingInterval: Duration
  /// How long the server may take to answer it, until the database counts as lost.
  package var followingPatience: Duration

  package init(
    connections: Int = 8, waiting: Int = 1024, longestWait: Duration = .seconds(10),
    patience: Duration = .seconds(8), followingInterval: Duration = .seconds(1),
    followingPatience: Duration = .seconds(3)
  ) {
    self.connections = connections
    self.waiting = waiting
    self.longestWait = longestWait
    self.patience = patience
    self.followingInterval = followingInterval
    self.followingPatience = followingPatience
  }
}

/// Called before each wait for the server's answer. Short: a thread of the storage runs it.
package typealias RoundTripObserver = @Sendable () -> Void

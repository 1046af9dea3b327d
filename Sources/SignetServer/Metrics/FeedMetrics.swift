/// What is known of the revocation feed.
struct FeedMetrics: Sendable {
  /// What a frame is for.
  enum Frame: String, CaseIterable, Sendable {
    case batch, heartbeat
  }

  let frames: CounterGroup<Frame>
  let dropped: CounterCell
  let refused: CounterCell
  let snapshots: CounterCell

  init(in registry: MetricRegistry) {
    frames = CounterGroup(.feedFrames, in: registry)
    dropped = registry.counter(.feedDrops)
    refused = registry.counter(.feedRefusals)
    snapshots = registry.counter(.feedSnapshots)
  }
}

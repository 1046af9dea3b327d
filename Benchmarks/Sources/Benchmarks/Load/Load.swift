import NIOCore
import NIOPosix

/// Runs streams against one server, or several, on one thread: the generator shares the machine with what it
/// measures.
struct Load {
  /// Connections are made to them in turn.
  let ports: [Int]
  let streams: [Stream]

  /// Runs the streams side by side.
  ///
  /// Counting begins after `warmUp` seconds and ends after `seconds` more; `onBegin` and `onEnd` are called
  /// then.
  /// - Returns: A report for each stream, in their order.
  func run(
    warmUp: Double, seconds: Double, onBegin: () throws -> Void = {}, onEnd: () throws -> Void = {}
  ) async throws -> [StreamReport] {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    for stream in streams {
      for index in 0..<stream.connectionCount {
        try await connect(stream, to: ports[index % ports.count], on: loop)
      }
    }
    let streams = streams
    let ticking = try await loop.submit {
      for stream in streams { stream.start() }
      return loop.scheduleRepeatedTask(initialDelay: .zero, delay: .microseconds(500)) { _ in
        for stream in streams { stream.tick() }
      }
    }.get()
    try await Task.sleep(for: .seconds(warmUp))
    try await loop.submit { for stream in streams { stream.beginMeasuring() } }.get()
    try onBegin()
    try await Task.sleep(for: .seconds(seconds))
    try onEnd()
    try await loop.submit { for stream in streams { stream.endMeasuring() } }.get()
    try await waitForAnswers(on: loop)
    ticking.cancel()
    let reports = try await loop.submit { streams.map { $0.close() } }.get()
    try await group.shutdownGracefully()
    return reports
  }

  private func connect(_ stream: Stream, to port: Int, on loop: any EventLoop) async throws {
    _ = try await ClientBootstrap(group: loop)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(stream.connection())
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
  }

  /// Waits for what is under way, ten seconds at most.
  private func waitForAnswers(on loop: any EventLoop) async throws {
    let streams = streams
    for _ in 0..<1000 {
      if try await loop.submit({ streams.allSatisfy(\.hasFinished) }).get() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}

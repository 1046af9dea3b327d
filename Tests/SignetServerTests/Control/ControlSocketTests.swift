import Foundation
import JOSE
import NIOCore
import NIOPosix
import ServiceLifecycle
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct ControlSocketTests {
  /// Runs `body` against a control server on a socket of its own.
  private static func run<Answer: Sendable>(
    _ body: @Sendable (_ path: String, _ log: LogRecorder) async throws -> Answer
  ) async throws -> Answer {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("s.sock")
    let log = LogRecorder()
    let service = try await RunningAuthority.makeService(
      RunningAuthority.Options(), clock: TestClock(), logger: log.logger)
    let (ready, announcement) = AsyncStream.makeStream(of: Void.self)
    let server = ControlServer(
      path: path, administration: Administration(service: service), logger: log.logger,
      onListening: { announcement.yield() })
    let group = ServiceGroup(configuration: .init(services: [server], logger: log.logger))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { announcement.finish() }
        try await group.run()
      }
      var iterator = ready.makeAsyncIterator()
      if await iterator.next() == nil { try await tasks.waitForAll() }
      let answer = try await body(path, log)
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      #expect(!FileManager.default.fileExists(atPath: path), "the socket goes with its server")
      return answer
    }
  }

  /// Sends bytes as they are, and returns all that comes back.
  private static func exchange(_ bytes: [UInt8], at path: String) async throws -> [UInt8] {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(unixDomainSocketPath: path) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(bytes: bytes))
      var answer: [UInt8] = []
      for try await part in inbound { answer += Array(part.readableBytesView) }
      return answer
    }
  }

  private static func newAccount(_ name: String, password: String?) -> AdministrationRequest {
    .addAccount(
      NewAccountRequest(
        username: name, email: nil, displayName: "", roles: [], password: password.map(SecretText.init)))
  }

  @Test func `one line asks and one line answers`() async throws {
    try await Self.run { path, _ in
      let client = ControlClient(path: path)
      let added = try await client.answer(to: Self.newAccount("ada", password: "correct horse battery"))
      guard case .account(let account) = added else {
        Issue.record("\(added)")
        return
      }
      #expect(account.username == "ada" && account.hasPassword)
      let again = try await client.answer(to: Self.newAccount("ada", password: nil))
      guard case .refused(let refusal) = again else {
        Issue.record("\(again)")
        return
      }
      #expect(refusal.code == "username_taken")
    }
  }

  @Test func `many commands at once are all answered`() async throws {
    try await Self.run { path, _ in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for index in 0..<50 {
          tasks.addTask {
            let request = Self.newAccount("user\(index)", password: nil)
            guard case .account = try await ControlClient(path: path).answer(to: request) else {
              throw FixtureError()
            }
          }
        }
        try await tasks.waitForAll()
      }
      let all = try await ControlClient(path: path).answer(to: .accounts(after: nil, limit: 1000))
      guard case .accounts(let accounts, next: nil) = all else {
        Issue.record("\(all)")
        return
      }
      #expect(accounts.count == 50)
    }
  }

  @Test func `only the server's own user and root are answered`() {
    let owner = PeerCredentials(processID: 1, userID: 1000, groupID: 1000)
    let root = PeerCredentials(processID: 1, userID: 0, groupID: 0)
    let stranger = PeerCredentials(processID: 1, userID: 1001, groupID: 1000)
    #expect(owner.mayAdminister(serverOf: 1000))
    #expect(root.mayAdminister(serverOf: 1000))
    #expect(!stranger.mayAdminister(serverOf: 1000))
    #expect(!owner.mayAdminister(serverOf: 0))
  }

  @Test func `the socket has mode 0600`() async throws {
    try await Self.run { path, _ in
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }
  }

  @Test(.timeLimit(.minutes(10))) func `a client that says nothing does not hold up the shutdown`()
    async throws
  {
    let silent = try await Self.run { path, _ in
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(unixDomainSocketPath: path).get()
      _ = try await ControlClient(path: path).answer(to: .signingKeys)
      return channel
    }
    try await silent.closeFuture.get()
  }

  @Test func `clients that nobody came to serve before the end are let go`() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let log = LogRecorder()
    let service = try await RunningAuthority.makeService(
      RunningAuthority.Options(), clock: TestClock(), logger: log.logger)
    for round in 0..<20 {
      let path = folder.path("\(round).sock")
      let (ready, announcement) = AsyncStream.makeStream(of: Void.self)
      let server = ControlServer(
        path: path, administration: Administration(service: service), logger: log.logger,
        onListening: { announcement.yield() })
      let running = Task { try await server.run() }
      for await _ in ready { break }
      let clients = await withThrowingTaskGroup(of: (any Channel).self) { tasks in
        for index in 0..<32 {
          tasks.addTask {
            // The server ends while the others arrive.
            if index == 8 { running.cancel() }
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
              .connect(unixDomainSocketPath: path).get()
          }
        }
        var clients: [any Channel] = []
        while let client = await tasks.nextResult() {
          // Those that came when the server had gone found nobody.
          if case .success(let channel) = client { clients.append(channel) }
        }
        return clients
      }
      _ = await running.result
      for client in clients { try await client.closeFuture.get() }
    }
  }

  @Test func `a line that is no command is refused`() async throws {
    try await Self.run { path, _ in
      for text in ["rubbish", "{}", #"{"dropEverything":{}}"#, #"{"account":{"_0":7}}"#, ""] {
        let answer = try await Self.exchange(Array((text + "\n").utf8), at: path)
        #expect(String(decoding: answer, as: UTF8.self).contains(#""code":"unknown_command""#), "\(text)")
      }
    }
  }

  @Test func `a line beyond 64 KiB gets no answer`() async throws {
    let log = try await Self.run { path, log in
      let long = Array(repeating: UInt8(ascii: "x"), count: ControlSocket.maximumRequestBytes + 1)
      let answer = try await Self.exchange(long, at: path)
      #expect(answer.isEmpty)
      return log
    }
    #expect(log.lines.contains { $0.contains("control connection failed") })
  }

  @Test func `no line of the log holds a password that came over the socket`() async throws {
    try await Self.run { path, log in
      let secret = "a secret of many words"
      _ = try await ControlClient(path: path).answer(to: Self.newAccount("ada", password: secret))
      _ = try await Self.exchange(Array(#"{"nonsense":"\#(secret)"}"#.utf8) + [0x0A], at: path)
      #expect(!log.lines.contains { $0.contains(secret) })
      #expect(!"\(Self.newAccount("ada", password: secret))".contains(secret))
    }
  }

  @Test func `without a server, or with a socket that one left behind, the client says that none listens`()
    async throws
  {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("s.sock")
    await #expect(throws: ControlError.noServer) {
      try await ControlClient(path: path).answer(to: .signingKeys)
    }
    let left = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(unixDomainSocketPath: path).get()
    try await left.close()
    await #expect(throws: ControlError.noServer) {
      try await ControlClient(path: path).answer(to: .signingKeys)
    }
  }

  @Test func `a path that no socket can have is named`() async throws {
    let path = "/tmp/" + String(repeating: "x", count: ControlSocket.maximumPathBytes)
    await #expect(throws: ControlError.pathTooLong(path)) {
      try await ControlClient(path: path).answer(to: .signingKeys)
    }
  }
}

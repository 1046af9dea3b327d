import Foundation
import NIOCore
import SignetTesting

/// Three nodes behind HAProxy, on one PostgreSQL that they reach through relays. Used from one task.
final class Cluster {
  let nodes: [ClusterNode]
  private(set) var primary: PostgresServer
  /// The ways to the two places that a primary may be at: it is at the first one.
  private(set) var relays: [FaultyRelay]
  /// Where the balancer is.
  let issuer: String
  private let balancer: Balancer
  private let folder: URL

  /// Whether this machine has what it takes.
  static let hasParts = PostgresServer.binaries != nil && Balancer.program != nil

  /// Makes an authority, and starts it.
  init() async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "signet-cluster-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.path(percentEncoded: false)
    primary = try PostgresServer()
    try primary.sql("CREATE DATABASE signet TEMPLATE template0 ENCODING UTF8 LOCALE 'C'")
    let place = try SocketAddress(unixDomainSocketPath: primary.socket)
    relays = [try await FaultyRelay(to: place), try await FaultyRelay(to: place)]
    // Nobody is at the second place yet.
    try await relays[1].refuse()
    nodes = (1...3).map { ClusterNode("node\($0)", in: path) }
    let port = try FreePort.pick()
    issuer = "http://127.0.0.1:\(port)"
    try Self.makeAuthority(on: nodes, issuer: issuer, database: Self.url(relays))
    for node in nodes { try node.start() }
    balancer = try Balancer(nodes: nodes, port: port, in: path)
    try await everyNode(isReady: true)
    let front = APIClient(port: balancer.port, timeout: .seconds(60))
    try await waiting("the balancer") { await Self.isReady(front) == true }
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// A client of the whole cluster.
  var client: Client { Client(port: balancer.port, sockets: nodes.map(\.socket)) }

  /// Returns once each node says that it is ready, or that it is not.
  func everyNode(isReady: Bool) async throws {
    for node in nodes {
      let api = APIClient(port: node.port, timeout: .seconds(60))
      try await waiting("\(node.name), \(isReady ? "ready" : "not ready"),") {
        await Self.isReady(api) == isReady
      }
    }
  }

  /// What must not be in the database.
  func problems() throws -> [String] {
    try DatabaseExamination.problems(in: primary, database: "signet")
  }

  /// Kills the primary, and makes a standby that has all that was acknowledged the new one.
  func failOver() async throws {
    let standby = try PostgresServer(standbyOf: primary)
    primary.kill()
    try await relays[0].refuse()
    try await everyNode(isReady: false)
    try await relays[1].accept(to: try SocketAddress(unixDomainSocketPath: standby.socket))
    try standby.promote()
    primary = standby
    relays.reverse()
  }

  /// Nil when it does not answer.
  private static func isReady(_ api: APIClient) async -> Bool? {
    do {
      return try await api.get("/health/ready").status == 200
    } catch {
      return nil
    }
  }

  private static func url(_ relays: [FaultyRelay]) -> String {
    let hosts = relays.map { _ in "127.0.0.1" }.joined(separator: ",")
    let ports = relays.map { "\($0.port)" }.joined(separator: ",")
    return "host=\(hosts) port=\(ports) dbname=signet user=signet sslmode=disable"
  }

  /// The first node makes the authority; the others get its configuration and its keyring.
  private static func makeAuthority(on nodes: [ClusterNode], issuer: String, database: String) throws {
    guard let first = nodes.first else { throw FixtureError() }
    try SignetProcess.run([
      "init", "--directory", first.directory, "--issuer", issuer, "--database-url", database,
    ])
    let settings = """

      passwords: {throttle: {guesses: 1000, by-address: false}, hash: {threads: 1, queue: 1000}}
      tokens: {access-lifetime: 1h}
      log: {level: warning}
      """
    let file = try FileHandle(forWritingTo: URL(filePath: first.directory + "/signet.yaml"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(settings.utf8))
    try file.close()
    for node in nodes.dropFirst() {
      try FileManager.default.copyItem(atPath: first.directory, toPath: node.directory)
    }
  }
}

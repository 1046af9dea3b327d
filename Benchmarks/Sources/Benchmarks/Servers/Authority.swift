import AsyncHTTPClient
import Foundation
import FoundationNetworking
import NIOCore
import NIOHTTP1
import NIOPosix

/// A fresh authority with one account, served by the release binary of the package above.
final class Authority {
  /// Where it is, for those who find it by its name: the first node.
  let issuer: String
  /// The nodes; one, unless more were asked for.
  private(set) var servers: [ServerProcess] = []
  /// The one account's, whose name is alice.
  let password = "correct horse battery staple 9"
  /// Where the database lies, for what is to be measured on the same disk.
  let folder: URL
  private let tools: Tools

  /// An authority on SQLite; or, with a `database`, `nodes` of one on that.
  init(_ tools: Tools, hashingThreads: Int = 1, database: Database? = nil, nodes: Int = 1) async throws {
    self.tools = tools
    let port = try await Self.freePort()
    issuer = "http://127.0.0.1:\(port)"
    folder = FileManager.default.temporaryDirectory.appending(path: "signet-benchmark-\(UUID().uuidString)")
    let path = folder.appending(path: "1").path
    let place = database.map { ["--database-url", $0.url] } ?? []
    try tools.run(tools.signet, ["init", "--directory", path, "--issuer", issuer] + place)
    let file = folder.appending(path: "1/signet.yaml")
    let configuration = try String(contentsOf: file, encoding: .utf8) + Self.configuration(hashingThreads)
    try Data(configuration.utf8).write(to: file)
    try tools.run(
      tools.signet, ["accounts", "add", "--config", path, "--username", "alice", "--role", "clerk"],
      input: password + "\n")
    let places = (1...nodes).map { [folder] in folder.appending(path: "\($0)").path }
    // Before one of them runs: its socket is not for copying.
    for place in places.dropFirst() { try FileManager.default.copyItem(atPath: path, toPath: place) }
    servers = try places.enumerated().map { index, place in
      try Self.start(place, port: index == 0 ? port : 0, tools)
    }
  }

  /// Ends the first node and starts it again, where it was.
  func restart() throws {
    let port = server.port
    server.stop()
    servers[0] = try Self.start(folder.appending(path: "1").path, port: port, tools)
  }

  private static func start(_ place: String, port: Int, _ tools: Tools) throws -> ServerProcess {
    try ServerProcess(tools.signet, ["serve", "--config", place, "--port", "\(port)"])
  }

  private static func freePort() async throws -> Int {
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = channel.localAddress?.port ?? 0
    try await channel.close()
    return port
  }

  /// The first node.
  var server: ServerProcess { servers[0] }

  private static func configuration(_ hashingThreads: Int) -> String {
    """

    server:
      trusted-proxies: [127.0.0.1]
    tokens:
      access-lifetime: 1h
    sessions:
      per-account: 10000
    passwords:
      hash:
        threads: \(hashingThreads)
    resources:
      orders:
        audience: https://orders.example.com
        scopes: ["orders:read", "orders:write"]
    roles:
      clerk:
        scopes: ["orders:read", "orders:write"]
    revocation-feed:
      subscribers: 2000
    log:
      level: warning
    """
  }

  func stop() {
    for server in servers { server.stop() }
    try? FileManager.default.removeItem(at: folder)
  }

  /// Tokens of fresh sessions: `sessions` refresh tokens, and `count` access tokens that all differ.
  func tokens(sessions: Int, accessTokens count: Int) async throws -> Tokens {
    var tokens = Tokens()
    for _ in 0..<sessions {
      tokens.add(try await post("login", ["login": "alice", "password": password]))
    }
    while tokens.access.count < count {
      tokens.add(try await post("refresh", ["refresh_token": tokens.refresh.removeFirst()]))
    }
    return tokens
  }

  /// Ends the session of an access token.
  func logOut(_ accessToken: String) async throws {
    try await Self.logOut(accessToken, at: issuer)
  }

  static func logOut(_ accessToken: String, at issuer: String) async throws {
    var request = HTTPClientRequest(url: "\(issuer)/api/v1/logout")
    request.method = .POST
    request.headers.add(name: "authorization", value: "Bearer \(accessToken)")
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
    for try await _ in response.body {}
    guard response.status == .ok || response.status == .noContent else {
      throw BenchmarkError("a logout was answered \(response.status)")
    }
  }

  /// The published keys, a JWK set.
  func keySet() async throws -> String {
    String(decoding: try await answer(to: URLRequest(url: url("/.well-known/jwks.json"))), as: UTF8.self)
  }

  private func post(_ path: String, _ fields: [String: String]) async throws -> TokenAnswer {
    var request = URLRequest(url: try url("/api/v1/\(path)"))
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.httpBody = try JSONEncoder().encode(fields)
    return try JSONDecoder().decode(TokenAnswer.self, from: try await answer(to: request))
  }

  private func answer(to request: URLRequest) async throws -> Data {
    let (body, response) = try await URLSession.shared.data(for: request)
    guard (response as? HTTPURLResponse)?.statusCode == 200 else {
      throw BenchmarkError("the authority answered \(String(decoding: body, as: UTF8.self))")
    }
    return body
  }

  private func url(_ path: String) throws -> URL {
    guard let url = URL(string: "http://127.0.0.1:\(server.port)\(path)") else {
      throw BenchmarkError("\(path) is no path")
    }
    return url
  }
}

/// What clients of the authority hold.
struct Tokens: Sendable {
  fileprivate(set) var access: [String] = []
  /// Each of another session, and not spent.
  var refresh: [String] = []

  fileprivate mutating func add(_ answer: TokenAnswer) {
    access.append(answer.access_token)
    refresh.append(answer.refresh_token)
  }
}

/// The two members that count of an answer to a login or a refresh, as they are spelled there.
private struct TokenAnswer: Decodable {
  let access_token: String
  let refresh_token: String
}

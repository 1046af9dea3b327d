import NIOCore
import Synchronization

/// A request, ready to be written.
struct Request: Sendable {
  let bytes: ByteBuffer
  /// The refresh token that it spends, if it does.
  var refreshToken: String?

  /// A request with a JSON body, or with none.
  init(
    _ method: String, _ path: String, fields: [(String, String)] = [], body: String? = nil,
    refreshToken: String? = nil
  ) {
    var text = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
    for (name, value) in fields { text += "\(name): \(value)\r\n" }
    if let body { text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
    bytes = ByteBuffer(string: "\(text)\r\n\(body ?? "")")
    self.refreshToken = refreshToken
  }
}

/// What a stream sends.
protocol Traffic: Sendable {
  func next() -> Request
  /// Looks at an answer; most traffic needs none.
  func took(_ answer: Answer, to request: Request)
}

extension Traffic {
  func took(_ answer: Answer, to request: Request) {}
}

/// Requests that do not change, in turn: `GET` with a thousand tokens.
final class RepeatedTraffic: Traffic {
  private let requests: [Request]
  private let index = Atomic(0)

  init(_ requests: [Request]) {
    self.requests = requests
  }

  /// `GET path` with each of the access tokens.
  convenience init(path: String, accessTokens: [String]) {
    self.init(accessTokens.map { Request("GET", path, fields: [("Authorization", "Bearer \($0)")]) })
  }

  func next() -> Request {
    requests[index.wrappingAdd(1, ordering: .relaxed).oldValue % requests.count]
  }
}

/// Refreshes: each answer holds the token of a later one. There are more families than connections.
final class RefreshTraffic: Traffic {
  private let tokens: Mutex<[String]>

  init(refreshTokens: [String]) {
    tokens = Mutex(refreshTokens)
  }

  func next() -> Request {
    // Last in, first out would use few families; the oldest one costs a shift of a short list.
    let token = tokens.withLock { $0.isEmpty ? "" : $0.removeFirst() }
    return Request(
      "POST", "/api/v1/refresh", body: "{\"refresh_token\":\"\(token)\"}", refreshToken: token)
  }

  func took(_ answer: Answer, to request: Request) {
    guard let token = answer.text(of: "refresh_token") ?? request.refreshToken else { return }
    tokens.withLock { $0.append(token) }
  }

  /// What can still be spent.
  var refreshTokens: [String] { tokens.withLock { $0 } }
}

/// Logins from ever new addresses, as a listed proxy tells them.
final class LoginTraffic: Traffic {
  private let name: @Sendable (Int) -> String
  private let password: String
  private let index = Atomic(0)

  init(password: String, name: @escaping @Sendable (Int) -> String) {
    self.name = name
    self.password = password
  }

  func next() -> Request {
    let number = index.wrappingAdd(1, ordering: .relaxed).oldValue
    let address = "10.\(number >> 16 & 0xFF).\(number >> 8 & 0xFF).\(number & 0xFF)"
    return Request(
      "POST", "/api/v1/login", fields: [("X-Forwarded-For", address)],
      body: "{\"login\":\"\(name(number))\",\"password\":\"\(password)\"}")
  }
}

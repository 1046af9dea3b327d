import AsyncHTTPClient
import JOSE
import NIOCore
import NIOHTTP1
import SignetTesting

/// A plain HTTP client of the API: it keeps no cookies and follows nothing.
struct APIClient: Sendable {
  let port: Int
  var timeout: TimeAmount = .seconds(60)

  func get(_ path: String, _ headers: [String: String] = [:]) async throws -> APIAnswer {
    try await send(.GET, path, headers)
  }

  func post(_ path: String, _ body: JSON, _ headers: [String: String] = [:]) async throws -> APIAnswer {
    try await send(
      .POST, path, headers.merging(["Content-Type": "application/json"]) { own, _ in own },
      body: body.encoded())
  }

  func delete(_ path: String, _ headers: [String: String] = [:]) async throws -> APIAnswer {
    try await send(.DELETE, path, headers)
  }

  func send(
    _ method: HTTPMethod, _ path: String, _ headers: [String: String] = [:], body: [UInt8]? = nil
  ) async throws -> APIAnswer {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = method
    for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
    if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
    let response = try await HTTPClient.shared.execute(request, timeout: timeout)
    let received = try await response.body.collect(upTo: 1_048_576)
    return APIAnswer(
      status: Int(response.status.code), headers: response.headers, body: Array(received.readableBytesView))
  }
}

struct APIAnswer: Sendable {
  let status: Int
  let headers: HTTPHeaders
  let body: [UInt8]

  /// The member `name` of the body, if it is a string.
  subscript(name: String) -> String? {
    guard let json = try? json() else { return nil }
    return json[name]?.string
  }

  /// The problem detail's code; nil when the answer is none.
  var code: String? {
    headers.first(name: "content-type") == "application/problem+json" ? self["code"] : nil
  }

  func json() throws -> ParsedJSON {
    try ParsedJSON(parsing: body, limits: JSONLimits(maximumBytes: 1_048_576))
  }

  /// The cookies that the answer sets: name → the whole field.
  var cookies: [String: String] {
    headers["set-cookie"].reduce(into: [:]) { cookies, field in
      cookies[String(field.prefix { $0 != "=" })] = field
    }
  }

  /// The `Cookie` field that a browser would send after this answer.
  var cookieHeader: String {
    headers["set-cookie"].map { String($0.prefix { $0 != ";" }) }.joined(separator: "; ")
  }
}

/// What a JSON client keeps of a login or a refresh.
struct APITokens: Sendable {
  let access: String
  let refresh: String
  let session: String

  init(_ answer: APIAnswer) throws {
    guard answer.status == 200, let access = answer["access_token"], let refresh = answer["refresh_token"],
      let session = answer["session_id"]
    else {
      throw FixtureError()
    }
    self.access = access
    self.refresh = refresh
    self.session = session
  }

  var bearer: [String: String] { ["Authorization": "Bearer \(access)"] }
}

/// What a browser keeps of a login, and what the site's own script sends.
struct BrowserSession: Sendable {
  let cookies: String
  let token: String
  let session: String

  static let origin = "https://id.example.com"

  init(_ answer: APIAnswer) throws {
    guard answer.status == 200, let token = answer["csrf_token"], let session = answer["session_id"] else {
      throw FixtureError()
    }
    cookies = answer.cookieHeader
    self.token = token
    self.session = session
  }

  /// The fields of a request by the site's own script.
  var headers: [String: String] {
    ["Cookie": cookies, "Origin": Self.origin, "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": token]
  }
}

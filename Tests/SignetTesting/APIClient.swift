package import AsyncHTTPClient
package import JOSE
package import NIOCore
package import NIOHTTP1

/// A plain HTTP client of the API: it keeps no cookies and follows nothing.
package struct APIClient: Sendable {
  package let port: Int
  package var timeout: TimeAmount
  private let http: HTTPClient

  package init(port: Int, timeout: TimeAmount = .seconds(300), http: HTTPClient = .shared) {
    self.port = port
    self.timeout = timeout
    self.http = http
  }

  package func get(_ path: String, _ headers: [String: String] = [:]) async throws -> APIAnswer {
    try await send(.GET, path, headers)
  }

  package func post(_ path: String, _ body: JSON, _ headers: [String: String] = [:]) async throws -> APIAnswer
  {
    try await send(
      .POST, path, headers.merging(["Content-Type": "application/json"]) { own, _ in own },
      body: body.encoded())
  }

  package func delete(_ path: String, _ headers: [String: String] = [:]) async throws -> APIAnswer {
    try await send(.DELETE, path, headers)
  }

  package func send(
    _ method: HTTPMethod, _ path: String, _ headers: [String: String] = [:], body: [UInt8]? = nil
  ) async throws -> APIAnswer {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = method
    for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
    if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
    let response = try await http.execute(request, timeout: timeout)
    let received = try await response.body.collect(upTo: 1_048_576)
    return APIAnswer(
      status: Int(response.status.code), headers: response.headers, body: Array(received.readableBytesView))
  }
}

package struct APIAnswer: Sendable {
  package let status: Int
  package let headers: HTTPHeaders
  package let body: [UInt8]

  /// The member `name` of the body, if it is a string.
  package subscript(name: String) -> String? {
    guard let json = try? json() else { return nil }
    return json[name]?.string
  }

  /// The problem detail's code; nil when the answer is none.
  package var code: String? {
    headers.first(name: "content-type") == "application/problem+json" ? self["code"] : nil
  }

  package func json() throws -> ParsedJSON {
    try ParsedJSON(parsing: body, limits: JSONLimits(maximumBytes: 1_048_576))
  }

  /// The cookies that the answer sets: name → the whole field.
  package var cookies: [String: String] {
    headers["set-cookie"].reduce(into: [:]) { cookies, field in
      cookies[String(field.prefix { $0 != "=" })] = field
    }
  }

  /// The `Cookie` field that a browser would send after this answer.
  package var cookieHeader: String {
    headers["set-cookie"].map { String($0.prefix { $0 != ";" }) }.joined(separator: "; ")
  }
}

/// What a JSON client keeps of a login or a refresh.
package struct APITokens: Sendable {
  package let access: String
  package let refresh: String
  package let session: String

  package init(_ answer: APIAnswer) throws {
    guard answer.status == 200, let access = answer["access_token"], let refresh = answer["refresh_token"],
      let session = answer["session_id"]
    else {
      throw FixtureError()
    }
    self.access = access
    self.refresh = refresh
    self.session = session
  }

  package var bearer: [String: String] { ["Authorization": "Bearer \(access)"] }
}

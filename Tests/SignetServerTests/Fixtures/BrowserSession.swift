import SignetTesting

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

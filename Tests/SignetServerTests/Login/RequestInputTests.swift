import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

/// One row: what is sent, and what comes back.
struct BadInput: Sendable, CustomTestStringConvertible {
  let path: String
  let body: String
  let status: Int
  let code: String
  let field: String?

  init(_ path: String, _ body: String, _ status: Int, _ code: String, _ field: String? = nil) {
    self.path = path
    self.body = body
    self.status = status
    self.code = code
    self.field = field
  }

  var testDescription: String { "\(path) \(body.prefix(60))" }
}

@Suite struct RequestInputTests {
  private static let longPassword = String(repeating: "p", count: 1_025)

  private static let rows = [
    BadInput("/login", #"{"login":"ada","password":"p","admin":true}"#, 400, "unknown_field", "admin"),
    BadInput("/login", #"{"login":"ada","password":"p","Login":"eve"}"#, 400, "unknown_field", "Login"),
    BadInput("/login", #"{"login":"ada","password":"p","password":"q"}"#, 400, "duplicate_field", "password"),
    BadInput("/login", #"{"login":"ada","password":"p","passwor\u0064":"q"}"#, 400, "duplicate_field"),
    BadInput("/login", #"{"login":"ada"}"#, 400, "missing_field", "password"),
    BadInput("/login", #"{"password":"p"}"#, 400, "missing_field", "login"),
    BadInput("/login", #"{"login":7,"password":"p"}"#, 400, "wrong_type", "login"),
    BadInput("/login", #"{"login":null,"password":"p"}"#, 400, "wrong_type", "login"),
    BadInput("/login", #"{"login":["ada"],"password":"p"}"#, 400, "wrong_type", "login"),
    BadInput("/login", #"{"login":"ada","password":{"$ne":""}}"#, 400, "wrong_type", "password"),
    BadInput("/login", #"{"login":"ada","password":"p","scope":["a"]}"#, 400, "wrong_type", "scope"),
    BadInput("/login", #"{"login":"ada","password":"p","resource":[1]}"#, 400, "wrong_type", "resource"),
    BadInput("/login", #"{"login":"ada","password":"p","cookies":"yes"}"#, 400, "wrong_type", "cookies"),
    BadInput("/login", #"{"login":"ada","password":"p","retry_key":"x"}"#, 400, "unknown_field", "retry_key"),
    BadInput(
      "/refresh", #"{"refresh_token":"x","retry_key":"short"}"#, 422, "invalid_field", "retry_key"),
    BadInput("/login", #"{"login":"ada","password":"\#(longPassword)"}"#, 422, "invalid_field", "password"),
    BadInput("/login", #"{"login":"ada","password":"p""#, 400, "malformed_json"),
    BadInput("/login", #"{"login":"ada","password":"p"} "x""#, 400, "malformed_json"),
    BadInput("/login", "{'login':'ada'}", 400, "malformed_json"),
    BadInput("/login", "", 400, "malformed_json"),
    BadInput("/login", "[]", 400, "malformed_json"),
    BadInput("/login", "{\"login\":\"a\u{0}\"}", 400, "malformed_json"),
    BadInput("/login", String(repeating: "[", count: 5_000), 400, "malformed_json"),
    BadInput("/refresh", #"{"refresh_token":1}"#, 400, "wrong_type", "refresh_token"),
    BadInput("/refresh", #"{"refresh_token":"x","grant_type":"y"}"#, 400, "unknown_field", "grant_type"),
    BadInput("/refresh", "{}", 400, "missing_field", "refresh_token"),
    BadInput("/logout", #"{"everywhere":true,"others":true}"#, 422, "invalid_field", "others"),
    BadInput("/logout", #"{"everywhere":1}"#, 400, "wrong_type", "everywhere"),
    BadInput("/logout", #"{"all":true}"#, 400, "unknown_field", "all"),
    BadInput("/password", #"{"current_password":"x"}"#, 400, "missing_field", "new_password"),
    BadInput(
      "/password", #"{"current_password":"x","new_password":"y","account":"z"}"#, 400, "unknown_field",
      "account"),
  ]

  @Test func `A14 an endpoint takes its own fields and refuses all others by name`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let before = try await running.auditEvents().count
      for row in Self.rows {
        let answer = try await running.api.send(
          .POST, "/api/v1\(row.path)", tokens.bearer.merging(["Content-Type": "application/json"]) { $1 },
          body: Array(row.body.utf8))
        #expect(answer.status == row.status, "\(row.testDescription)")
        #expect(answer.code == row.code, "\(row.testDescription)")
        #expect(answer["field"] == row.field, "\(row.testDescription)")
      }
      #expect(try await running.auditEvents().count == before, "nothing was written")
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 200)
    }
  }

  @Test func `a body of 16 KiB is read, and one byte more is refused`() async throws {
    try await RunningAuthority.run { running in
      let frame = #"{"refresh_token":""}"#
      let most = #"{"refresh_token":"\#(String(repeating: "x", count: 16_384 - frame.utf8.count))"}"#
      func post(_ text: String) async throws -> APIAnswer {
        try await running.api.send(
          .POST, "/api/v1/refresh", ["Content-Type": "application/json"], body: Array(text.utf8))
      }
      #expect(most.utf8.count == 16_384)
      #expect(try await post(most).code == "invalid_refresh_token")
      let refused = try await post(most + " ")
      #expect(refused.status == 413)
      #expect(refused.code == "body_too_large")
    }
  }

  @Test func `only JSON is read`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let body = Array(#"{"login":"ada","password":"\#(RunningAuthority.password)"}"#.utf8)
      func post(_ type: String?) async throws -> APIAnswer {
        try await running.api.send(
          .POST, "/api/v1/login", type.map { ["Content-Type": $0] } ?? [:], body: body)
      }
      for type in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        #expect(try await post(type).status == 200, "\(type)")
      }
      for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "text/json", nil] {
        let answer = try await post(type)
        #expect(answer.status == 415, "\(type ?? "none")")
        #expect(answer.code == "unsupported_media_type")
      }
    }
  }
}

import HTTPTypes
import Hummingbird
import HummingbirdTesting
import HummingbirdTokenVerification
import InMemoryLogging
import JOSE
import Logging
import Metrics
import MetricsTestKit
import SignetTesting
import Testing
import TokenVerification

@Suite struct TokenMiddlewareTests {
  private let application: ProtectedApplication

  init() throws {
    application = try ProtectedApplication()
  }

  @Test func `a good token passes, and the route knows whose it is`() async throws {
    let token = try application.issuer.token()
    try await application.test { client in
      for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
        let answer = try await client.send("/me", authorization: "\(scheme) \(token)")
        #expect(answer.status == .ok)
        #expect(String(buffer: answer.body) == "ada")
      }
    }
  }

  @Test func `a request without credentials gets the challenge without an error`() async throws {
    try await application.test { client in
      for authorization in [nil, "Basic YTpi", "Bearers abc", "DPoP abc"] {
        let answer = try await client.send("/me", authorization: authorization)
        #expect(answer.status == .unauthorized)
        #expect(answer.headers[.wwwAuthenticate] == #"Bearer realm="access""#)
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(String(buffer: answer.body) == #"{"type":"about:blank","title":"Unauthorized","status":401}"#)
      }
    }
  }

  @Test func `a bad token is refused, and the client learns only that`() async throws {
    let stranger = try TestIssuer()
    let bad = [
      try application.issuer.token(["exp": .integer(TestClock.start.seconds)]),
      try application.issuer.token(["aud": "https://reports.example.com"]),
      try application.issuer.token(type: "JWT"), try stranger.token(), "abc", "a.b.c", "", "a b", "a=b",
      "\"a\"", "é",
    ]
    try await application.test { client in
      for token in bad {
        let answer = try await client.send("/me", authorization: "Bearer \(token)")
        #expect(answer.status == .unauthorized)
        #expect(answer.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
        #expect(
          String(buffer: answer.body)
            == #"{"type":"about:blank","title":"Unauthorized","status":401,"code":"invalid_token"}"#)
      }
    }
  }

  @Test func `two credentials are a malformed request, even if both are good`() async throws {
    var application = application
    application.sources = .authorizationField(orCookie: "__Host-access")
    let token = try application.issuer.token()
    try await application.test { client in
      let both = try await client.send(
        "/me", authorization: "Bearer \(token)", cookie: "__Host-access=\(token)")
      let twice = try await client.send("/me", cookie: "__Host-access=\(token); __Host-access=\(token)")
      var fields = HTTPFields()
      fields.append(HTTPField(name: .authorization, value: "Bearer \(token)"))
      fields.append(HTTPField(name: .authorization, value: "Bearer \(token)"))
      let repeated = try await client.execute(uri: "/me", method: .get, headers: fields)
      for answer in [both, twice, repeated] {
        #expect(answer.status == .badRequest)
        #expect(answer.headers[.wwwAuthenticate] == #"Bearer error="invalid_request""#)
        #expect(answer.headers[.cacheControl] == "no-store")
      }
    }
  }

  @Test func `a cookie counts only when its name was given, and then exactly that name`() async throws {
    let token = try application.issuer.token()
    try await application.test { client in
      let answer = try await client.send("/me", cookie: "__Host-access=\(token)")
      #expect(answer.status == .unauthorized)
    }
    var accepting = application
    accepting.sources = .authorizationField(orCookie: "__Host-access")
    try await accepting.test { client in
      let cookies = [
        "__Host-access=\(token)", "theme=dark; __Host-access=\(token)", "a=b;__Host-access=\(token); c=d",
      ]
      for cookie in cookies {
        #expect(try await client.send("/me", cookie: cookie).status == .ok)
      }
      for cookie in [
        "__host-access=\(token)", "x__Host-access=\(token)", "__Host-access2=\(token)", "__Host-access",
      ] {
        #expect(try await client.send("/me", cookie: cookie).status == .unauthorized)
      }
      #expect(try await client.send("/me", authorization: "Bearer \(token)").status == .ok)
      let answer = try await client.send("/me", cookie: "__Host-access=")
      #expect(answer.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
    }
  }

  @Test func `a token in the query is not looked for`() async throws {
    let token = try application.issuer.token()
    try await application.test { client in
      let answer = try await client.send("/me?access_token=\(token)")
      #expect(answer.status == .unauthorized)
    }
  }

  @Test func `where a token is optional, none passes and a bad one does not`() async throws {
    var application = application
    application.presence = .optional
    let token = try application.issuer.token()
    try await application.test { client in
      #expect(String(buffer: try await client.send("/me").body) == "nobody")
      #expect(String(buffer: try await client.send("/me", authorization: "Bearer \(token)").body) == "ada")
      #expect(try await client.send("/me", authorization: "Bearer x").status == .unauthorized)
      let unknown = try await client.send("/mine")
      #expect(unknown.status == .unauthorized)
      #expect(unknown.headers[.wwwAuthenticate] == #"Bearer realm="access""#)
      #expect(try await client.send("/orders").status == .unauthorized, "a scope needs a principal")
    }
  }

  @Test func `a token dies the moment its session is revoked`() async throws {
    let application = application
    let token = try application.issuer.token()
    try await application.test { client in
      #expect(try await client.send("/me", authorization: "Bearer \(token)").status == .ok)
      let subject = RevocationSubject(.session, id: "s1", issuer: application.issuer.issuer)
      let entry = RevocationEntry(
        sequence: 8, subject: subject, ignoresPosition: false, expiresAt: TestClock.start + .seconds(600))
      application.revocations.apply([entry], at: TestClock.start)
      let answer = try await client.send("/me", authorization: "Bearer \(token)")
      #expect(answer.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
    }
  }

  @Test func `without any key set the answer is 503, for a good token is not to be thrown away`() async throws
  {
    var application = application
    application.keys = FixedKeys(.empty)
    let token = try application.issuer.token()
    try await application.test { client in
      let answer = try await client.send("/me", authorization: "Bearer \(token)")
      #expect(answer.status == .serviceUnavailable)
      #expect(answer.headers[.wwwAuthenticate] == nil)
      #expect(answer.headers[.retryAfter] == "1")
      #expect(try await client.send("/me", authorization: "Bearer x").status == .unauthorized)
    }
  }

  @Test func `the log has the reason and the request's id, and never the token`() async throws {
    let token = try application.issuer.token(["exp": .integer(TestClock.start.seconds - 42)])
    try await application.test { client in
      _ = try await client.send("/me", authorization: "Bearer \(token)")
    }
    let entry = try #require(application.log.entries.first { $0.message == "request refused" })
    #expect(entry.metadata["reason"] == "expired")
    #expect(entry.metadata["detail"] == "exp has passed 42 s ago")
    #expect(entry.metadata["hb.request.id"] != nil)
    let signature = try #require(token.split(separator: ".").last)
    for entry in application.log.entries {
      #expect(!"\(entry.message) \(entry.metadata)".contains(signature))
    }
  }

  @Test func `refusals are counted by reason`() async throws {
    let metrics = TestMetrics()
    let token = try application.issuer.token()
    try await withMetricsFactory(metrics) {
      try await application.test { client in
        _ = try await client.send("/me")
        _ = try await client.send("/me")
        _ = try await client.send("/me", authorization: "Bearer \(token)")
        _ = try await client.send("/orders", method: .post, authorization: "Bearer \(token)")
      }
    }
    func count(_ reason: String) -> Int64 {
      metrics.counterTotal(label: "token_verification_refusals", dimensions: [("reason", reason)])
    }
    #expect(count("missing_credentials") == 2)
    #expect(count("insufficient_scope") == 1)
    #expect(count("expired") == 0)
  }
}

import Hummingbird
import HummingbirdTesting
import HummingbirdTokenVerification
import JOSE
import SignetTesting
import Testing
import TokenVerification

@Suite struct ScopeMiddlewareTests {
  @Test func `a token without the scope gets 403, and is told which one it takes`() async throws {
    let application = try ProtectedApplication()
    let reader = try application.issuer.token(["scope": "orders:read"])
    let writer = try application.issuer.token(["scope": "orders:write"])
    let both = try application.issuer.token(["scope": "orders:create orders:write"])
    try await application.test { client in
      #expect(try await client.send("/orders", authorization: "Bearer \(reader)").status == .ok)
      let refused = try await client.send("/orders", authorization: "Bearer \(writer)")
      #expect(refused.status == .forbidden)
      #expect(
        refused.headers[.wwwAuthenticate] == #"Bearer error="insufficient_scope", scope="orders:read""#)
      #expect(
        String(buffer: refused.body)
          == #"{"type":"about:blank","title":"Forbidden","status":403,"code":"insufficient_scope"}"#)
      #expect(try await client.send("/orders", method: .post, authorization: "Bearer \(both)").status == .ok)
      let half = try await client.send("/orders", method: .post, authorization: "Bearer \(writer)")
      #expect(
        half.headers[.wwwAuthenticate]
          == #"Bearer error="insufficient_scope", scope="orders:write orders:create""#)
    }
  }

  @Test func `a route whose token middleware was forgotten is closed`() async throws {
    let application = try ProtectedApplication()
    let token = try application.issuer.token()
    try await application.test { client in
      let answer = try await client.send("/unprotected", authorization: "Bearer \(token)")
      #expect(answer.status == .unauthorized)
      #expect(answer.headers[.cacheControl] == "no-store")
    }
  }
}

import Foundation
import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct MetricsPageTests {
  @Test func `docs metrics md has every metric of the table, as it is exposed, and no other`() async throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = String(decoding: try Data(contentsOf: root.appending(path: "docs/metrics.md")), as: UTF8.self)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
    let expected = Metric.all.map { metric in
      let labels = metric.labels.isEmpty ? "" : metric.labels.map { "`\($0)`" }.joined(separator: ", ") + " "
      return "| `\(metric.name)` | \(metric.type) | \(labels)| \(metric.help) |"
    }
    #expect(Set(rows).subtracting(expected) == [], "not in the table, or written otherwise there")
    #expect(Set(expected).subtracting(rows) == [], "not in docs/metrics.md")
    #expect(rows.count == expected.count)

    try await MeasuredAuthority.run { running, metrics in
      try await Self.load(running)
      let page = try await metrics.scrape()
      #expect(Set(page.types.keys) == Set(Metric.all.map(\.name)))
      for metric in Metric.all {
        #expect(page.types[metric.name] == metric.type)
        for series in page.series where series.name == metric.name {
          #expect(Set(series.labels.keys) == Set(metric.labels), "\(metric.name)")
        }
      }
      // Only where the keys are somebody else's.
      #expect(Set(Metric.all.map(\.name)).subtracting(page.named) == ["token_verification_key_fetches_total"])
    }
  }

  @Test func `A20 no secret, and nothing that a client chose, is on the metrics page`() async throws {
    try await MeasuredAuthority.run { running, metrics in
      let tokens = try await Self.load(running)
      let page = try await metrics.get("/metrics")
      let text = String(decoding: page.body, as: UTF8.self)
      #expect(!text.lowercased().contains("canary"))
      #expect(!text.contains(tokens.session))
      for part in [tokens.access, tokens.refresh].flatMap({ $0.split(separator: ".") }).dropFirst() {
        #expect(!text.contains(part))
      }
      // Whatever a label says is one of the words that this program knows.
      let words = Self.vocabulary
      for series in try ExpositionPage(text).series {
        for (name, value) in series.labels where name != "le" {
          #expect(words.contains(value), "\(series.name): \(name)=\(value)")
        }
      }
    }
  }

  /// Some of everything, with a canary wherever a client can put a text.
  @discardableResult private static func load(_ running: RunningAuthority) async throws -> APITokens {
    let (api, password) = (running.api, "canary-password-5f3a")
    try await running.addAccount("canary-name", password: password, email: "canary@example.com")
    let tokens = try await running.logIn("canary-name", password: password)
    let hostile = [
      "User-Agent": "canary\"} 1", "X-Request-Id": "canary", "X-Forwarded-For": "canary", "Host": "canary",
      "traceparent": "canary", "Cookie": "canary=canary", "Accept": "canary",
      "Origin": "https://canary.example",
    ]
    for path in [
      "/canary", "/api/v1/sessions/canary", "/api/v1/me?canary=canary", "/canary%22%7d%201%0acanary",
    ] {
      _ = try await api.get(path, hostile)
      _ = try await api.send(HTTPMethod(rawValue: "CANARY"), path, hostile)
      _ = try await api.delete(path, tokens.bearer)
    }
    _ = try await api.get("/api/v1/me", tokens.bearer)
    for body: JSON in [
      ["login": "canary-name", "password": "canary-wrong"], ["login": "canary-2", "password": "canary"],
      ["login": "canary-name", "password": .string(password), "scope": "canary"], ["canary": "canary"],
      ["login": "canary-name", "password": .string(password), "resource": "canary"],
    ] {
      _ = try await api.post("/api/v1/login", body, hostile)
    }
    for text in [tokens.refresh, tokens.refresh + "x", "canary"] {
      _ = try await api.post("/api/v1/refresh", ["refresh_token": .string(text), "scope": "canary"], hostile)
    }
    let header = Base64URL.encode(Array(#"{"alg":"ES256","typ":"at+jwt","kid":"canary"}"#.utf8))
    let payload = Base64URL.encode(Array(#"{"iss":"canary"}"#.utf8))
    for token in ["\(header).\(payload).AAAA", "canary", tokens.access + "x"] {
      _ = try await api.get("/api/v1/me", ["Authorization": "Bearer \(token)"])
    }
    _ = try await api.send(.POST, "/api/v1/logout", tokens.bearer)
    return tokens
  }

  /// The words of the route table, of the enumerations, and of the verifier's reasons.
  private static var vocabulary: Set<String> {
    let routes = [
      "none", "/api/v1/login", "/api/v1/refresh", "/api/v1/logout", "/api/v1/me", "/api/v1/password",
      "/api/v1/sessions", "/api/v1/sessions/{id}", "/.well-known/jwks.json",
      "/.well-known/oauth-authorization-server", "/health/live", "/health/ready", "/revocations",
      "/revocations/stream", "/revocations/snapshot", "/revocations/jwks.json",
    ]
    let methods = ["GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH", "other"]
    let codes = ["200", "204", "304", "400", "401", "403", "404", "405", "422", "429", "503", "4xx", "5xx"]
    let reasons = [
      "missing_credentials", "several_credentials", "malformed_credentials", "unknown_key", "revoked",
      "malformed_token", "malformed_base64url", "malformed_header", "invalid_signature", "hit", "miss",
      "forged", "1.2.3", "batch", "heartbeat",
    ]
    return Set(routes + methods + codes + reasons)
      .union(LoginDenial.Reason.allCases.map(\.rawValue)).union(RefreshDenial.allCases.map(\.rawValue))
      .union(AuditEvent.Kind.allCases.map(\.rawValue)).union(RevocationCause.allCases.map(\.rawValue))
      .union(SigningKeyRecord.State.allCases.map(\.rawValue))
  }
}

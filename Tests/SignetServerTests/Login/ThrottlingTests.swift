import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct ThrottlingTests {
  private func login(
    _ running: RunningAuthority, _ name: String, _ password: String = "a wrong password, again"
  ) async throws -> APIAnswer {
    try await running.api.post("/api/v1/login", ["login": .string(name), "password": .string(password)])
  }

  @Test func `A10 too many guesses get 429 with Retry-After, known account or not`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount("ada")
      for name in ["ada", "nobody", "no such name!"] {
        for _ in 0..<10 { #expect(try await login(running, name).status == 401, "\(name)") }
        let hashed = running.service.hasher.verificationCount
        let refused = try await login(running, name, RunningAuthority.password)
        #expect(refused.status == 429, "\(name)")
        #expect(refused.code == "over_request_rate_limit", "\(name)")
        #expect(refused.headers.first(name: "retry-after") == "5", "\(name)")
        #expect(running.service.hasher.verificationCount == hashed)
      }
      running.clock.advance(by: .seconds(5))
      #expect(try await login(running, "ada", RunningAuthority.password).status == 200)
      #expect(try await login(running, "ada", RunningAuthority.password).status == 200)
      let lines = try await running.auditEvents().filter { $0.kind == .guessesExhausted }
      #expect(lines.count == 3)
    }
  }

  @Test func `A10 a login and a password change spend the same guesses`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount("ada")
      let tokens = try await running.logIn()
      func change(_ current: String) async throws -> APIAnswer {
        try await running.api.post(
          "/api/v1/password",
          ["current_password": .string(current), "new_password": "nine lives of a staple"],
          tokens.bearer)
      }
      for _ in 0..<5 { #expect(try await change("a wrong password").status == 403) }
      for _ in 0..<5 { #expect(try await login(running, "ada").status == 401) }
      let refused = try await change(RunningAuthority.password)
      #expect(refused.status == 429)
      #expect(refused.headers.first(name: "retry-after") == "5")
      #expect(try await login(running, "ada", RunningAuthority.password).status == 429)
      running.clock.advance(by: .seconds(5))
      #expect(try await change(RunningAuthority.password).status == 200)
    }
  }

  @Test func `A10 a new password that is refused costs a guess`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount("ada")
      let tokens = try await running.logIn()
      func change(to new: String) async throws -> APIAnswer {
        try await running.api.post(
          "/api/v1/password",
          ["current_password": .string(RunningAuthority.password), "new_password": .string(new)],
          tokens.bearer)
      }
      for _ in 0..<10 { #expect(try await change(to: "short").status == 422) }
      #expect(try await change(to: "short").status == 429)
      running.clock.advance(by: .seconds(5))
      #expect(try await change(to: "nine lives of a staple").status == 200)
      let refused = try await running.auditEvents().filter { $0.kind == .passwordChangeRefused }
      #expect(refused.count == 10)
    }
  }
}

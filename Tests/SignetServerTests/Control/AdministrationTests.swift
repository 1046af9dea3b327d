import JOSE
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct AdministrationTests {
  private let administrator = Administrator(userID: 1000)

  private static func code(_ answer: AdministrationAnswer) -> String? {
    guard case .refused(let refusal) = answer else { return nil }
    return refusal.code
  }

  @Test func `disabling an account ends its sessions at once, and is in the audit log with who ordered it`()
    async throws
  {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 200)
      let administration = Administration(service: running.service)
      let answer = await administration.answer(.disableAccount("ada"), by: administrator)
      guard case .sessionsEnded(let account, count: 1) = answer else {
        Issue.record("\(answer)")
        return
      }
      #expect(!account.isEnabled)
      #expect(try await running.api.get("/api/v1/me", tokens.bearer).status == 401)
      let event = try #require(try await running.auditEvents().first { $0.kind == .accountDisabled })
      #expect(event.origin.userAgent == "signet command, uid 1000")
    }
  }

  @Test func `a database that was moved away under a server is not taken up again by a new epoch`()
    async throws
  {
    try await RunningAuthority.run { running in
      let storage = running.service.storage
      try await storage.write { try $0.handOver(to: "host=there") }
      let administration = Administration(service: running.service)
      let answer = await administration.answer(.beginEpoch, by: administrator)
      guard case .refused(let refusal) = answer else {
        Issue.record("\(answer)")
        return
      }
      #expect(refusal.code == "not_served" && refusal.problem.contains("host=there"))
      #expect(try await storage.read { try $0.successor() } == "host=there")
    }
  }

  @Test func `the authority's verdict on a token knows of its revocation`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let tokens = try await running.logIn()
      let administration = Administration(service: running.service)
      let token = SecretText(tokens.access)
      let issuer = TestAuthority.issuer
      let good = await administration.answer(.verdict(token: token, audience: issuer), by: administrator)
      guard case .verdict(reason: nil, detail: nil) = good else {
        Issue.record("\(good)")
        return
      }
      let foreign = await administration.answer(
        .verdict(token: token, audience: "https://elsewhere.example.com"), by: administrator)
      guard case .verdict(reason: "audience_mismatch", _) = foreign else {
        Issue.record("\(foreign)")
        return
      }
      _ = await administration.answer(.revokeSession(tokens.session), by: administrator)
      let revoked = await administration.answer(.verdict(token: token, audience: issuer), by: administrator)
      guard case .verdict(reason: "revoked", _) = revoked else {
        Issue.record("\(revoked)")
        return
      }
    }
  }

  @Test func `a key rotation by an administrator signs the next login`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let administration = Administration(service: running.service)
      #expect(
        Self.code(await administration.answer(.rotateKeys(isForced: false), by: administrator))
          == "published_too_recently")
      let before = try CompactJWS(Array(try await running.logIn().access.utf8)).header.keyID
      let rotated = await administration.answer(.rotateKeys(isForced: true), by: administrator)
      guard case .keys(let keys) = rotated else {
        Issue.record("\(rotated)")
        return
      }
      #expect(keys.map(\.state) == ["retired", "active", "next"])
      let after = try CompactJWS(Array(try await running.logIn().access.utf8)).header.keyID
      #expect(before == keys[0].keyID && after == keys[1].keyID)
    }
  }

  @Test func `what cannot be done is refused with a code`() async throws {
    try await RunningAuthority.run { running in
      try await running.addAccount()
      let administration = Administration(service: running.service)
      let long = String(repeating: "x", count: Password.maximumBytes + 1)
      let cases: [(AdministrationRequest, String)] = [
        (.account("nobody"), "no_such_account"),
        (.account(String(repeating: "a", count: 10_000)), "no_such_account"),
        (.accounts(after: nil, limit: 0), "bad_limit"),
        (.accounts(after: nil, limit: 1001), "bad_limit"),
        (.accounts(after: "x", limit: 1), "bad_cursor"),
        (.setPassword(account: "ada", password: SecretText("short")), "password_too_short"),
        (.setPassword(account: "ada", password: SecretText(long)), "password_too_long"),
        (.setRoles(account: "ada", roles: ["chief"]), "unknown_role"),
        (.setRoles(account: "nobody", roles: []), "no_such_account"),
        (.endSessions(account: "nobody"), "no_such_account"),
        (.sessions(account: "nobody"), "no_such_account"),
        (.revokeSession("x"), "no_such_session"),
        (.revokeSession("AAAAAAAAAAAAAAAAAAAAAA"), "no_such_session"),
      ]
      for (request, expected) in cases {
        let answer = await administration.answer(request, by: administrator)
        #expect(Self.code(answer) == expected, "\(request) → \(answer)")
      }
    }
  }

  @Test func `a list of accounts comes in pages`() async throws {
    try await RunningAuthority.run { running in
      for name in ["ada", "bob", "eve"] { try await running.addAccount(name, password: nil) }
      let administration = Administration(service: running.service)
      var names: Set<String> = []
      var cursor: String?
      var pages = 0
      repeat {
        let answer = await administration.answer(.accounts(after: cursor, limit: 2), by: administrator)
        guard case .accounts(let page, let next) = answer else {
          Issue.record("\(answer)")
          return
        }
        names.formUnion(page.compactMap(\.username))
        cursor = next
        pages += 1
      } while cursor != nil
      #expect(names == ["ada", "bob", "eve"] && pages == 2)
    }
  }
}

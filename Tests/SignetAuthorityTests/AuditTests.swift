import JOSE
import SignetAuthority
import SignetTesting
import Testing

@Suite struct AuditTests {
  @Test func `A20 no secret reaches the audit log or a stored record`() async throws {
    let world = try await World()
    let retryKey = "canary-retry-key-0123"
    let account = try await world.test.addAccount()
    let first = try await world.test.logIn(account)
    let second = try #require(try await world.test.refresh(first.refreshToken, retryKey: retryKey).tokens)
    _ = try await world.test.refresh(first.refreshToken, retryKey: retryKey)
    world.clock.advance(by: .seconds(60))
    _ = try await world.test.refresh(first.refreshToken)
    _ = try await world.test.refresh(second.refreshToken)
    let (events, sessions, grants) = try await world.read { tx in
      (
        try tx.auditEvents(of: nil, before: nil, limit: 99), try tx.session(first.session.id),
        try tx.grants(of: first.session.id)
      )
    }
    #expect(events.count > 6)
    var text = "\(events) \(String(describing: sessions)) \(grants) \(try await world.auditLines())"
    dump(events, to: &text)
    let keyring = world.authority.keyring.text().split(whereSeparator: { $0 == "." || $0 == "\n" })
    let secrets = [first.refreshToken, second.refreshToken, retryKey] + keyring.dropFirst().map(String.init)
    for secret in secrets {
      #expect(!text.contains(secret))
    }
  }

  @Test func `an origin is cut to size and loses its control characters`() {
    let long = String(repeating: "é", count: 200)
    let origin = RequestOrigin(requestID: long, address: "::1\n\0", userAgent: "a\u{1B}[31mb" + long)
    #expect(origin.requestID.utf8.count == 64)
    #expect(origin.address == "::1")
    #expect(origin.userAgent?.hasPrefix("a[31mbé") == true)
    #expect(origin.userAgent?.utf8.count == 256)
    let plain = RequestOrigin(requestID: "r", address: nil, userAgent: nil)
    #expect(plain.address == nil)
    #expect(plain.userAgent == nil)
  }

  @Test func `a raw value is stored, and stays`() {
    // A value here is in people's databases: it can be added, never changed.
    #expect(
      AuditEvent.Kind.allCases.map(\.rawValue) == [
        "login.succeeded", "login.failed", "login.throttled", "session.ended", "grant.ended",
        "refresh.retried", "refresh.refused", "refresh.reused", "refresh.from_future",
        "account.added", "account.disabled",
        "account.enabled", "password.changed", "password.refused", "account.roles_changed", "key.added",
        "key.activated", "key.retired", "key.removed", "key.revoked", "secret.exported",
        "keyring.renewed", "database.restored",
      ])
    #expect(
      RevocationCause.allCases.map(\.rawValue) == [
        "logout", "logout_everywhere", "logout_others", "replaced", "crowded_out", "password_changed",
        "account_disabled", "refresh_token_reused", "refresh_token_from_future", "administrator",
        "roles_changed", "restored",
      ])
    #expect(SigningKeyRecord.State.allCases.map(\.rawValue) == ["next", "active", "retired"])
  }
}

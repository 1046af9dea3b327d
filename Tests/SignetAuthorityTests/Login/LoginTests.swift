import JOSE
import SignetAuthority
import SignetTesting
import Testing

/// The login machine: which effect follows which event, and nothing else.
@Suite struct LoginTests {
  private let password: Password
  private let decoy: PasswordHash
  private let account: Account

  init() throws {
    password = try #require(Password("correct horse battery staple"))
    decoy = try TestAuthority.passwordHash("ZGVjb3lkZWNveWRl")
    account = Account(
      id: AccountID(from: .seeded(Seed(1))), username: Username("ada"), email: nil, displayName: "Ada",
      roles: [], passwordHash: try TestAuthority.passwordHash(), credentialVersion: 7,
      createdAt: TestClock.start)
  }

  @Test func `the right password of an enabled account completes`() throws {
    let effect = run(account, matches: true)
    guard case .complete(let login) = effect else {
      Issue.record("\(effect)")
      return
    }
    #expect(login.account == account.id)
    #expect(login.credentialVersion == 7)
    #expect(login.authenticatedAt == TestClock.start)
  }

  @Test func `a wrong password is denied`() {
    #expect(reason(run(account, matches: false)) == .wrongPassword)
  }

  @Test func `A9 whoever the name means, a hash is verified before the answer`() throws {
    var disabled = account
    disabled.isEnabled = false
    var passwordless = account
    passwordless.passwordHash = nil
    let cases: [(Account?, PasswordHash)] = [
      (account, try #require(account.passwordHash)), (disabled, try #require(account.passwordHash)),
      (passwordless, decoy), (nil, decoy),
    ]
    for (found, expected) in cases {
      var login = Login(decoy: decoy)
      let first = login.step(.credentials(name: LoginName("ada"), password: password), at: TestClock.start)
      guard case .findAccount(let name) = first else {
        Issue.record("\(first)")
        return
      }
      #expect(name == LoginName("ada"))
      let second = login.step(.accountFound(found), at: TestClock.start)
      guard case .verifyPassword(let typed, let hash) = second else {
        Issue.record("\(second)")
        return
      }
      #expect(typed.bytes == password.bytes)
      #expect(hash == expected)
    }
  }

  @Test func `A9 a name that no account can have takes the same path`() {
    var login = Login(decoy: decoy)
    let first = login.step(.credentials(name: nil, password: password), at: TestClock.start)
    guard case .findAccount(nil) = first else {
      Issue.record("\(first)")
      return
    }
    guard case .verifyPassword(_, decoy) = login.step(.accountFound(nil), at: TestClock.start) else {
      Issue.record("no hash was verified")
      return
    }
    #expect(reason(login.step(.passwordChecked(matches: true), at: TestClock.start)) == .unknownAccount)
  }

  @Test func `a match never lets in an account that is missing, disabled or without a password`() {
    var disabled = account
    disabled.isEnabled = false
    var passwordless = account
    passwordless.passwordHash = nil
    #expect(reason(run(nil, matches: true)) == .unknownAccount)
    #expect(reason(run(disabled, matches: true)) == .accountDisabled)
    #expect(reason(run(passwordless, matches: true)) == .noPassword)
    // Only somebody with the right password learns (through the audit log) that an account is disabled.
    #expect(reason(run(disabled, matches: false)) == .wrongPassword)
  }

  @Test func `an event out of order ends the login for good`() {
    let events: [Login.Event] = [
      .credentials(name: nil, password: password), .accountFound(account), .passwordChecked(matches: true),
    ]
    // Every sequence of three events but the right one is denied at its first wrong step.
    for first in events.indices {
      for second in events.indices {
        for third in events.indices where (first, second, third) != (0, 1, 2) {
          var login = Login(decoy: decoy)
          let effects = [first, second, third].map { login.step(events[$0], at: TestClock.start) }
          #expect(effects.contains { reason($0) == .outOfOrder })
          #expect(!effects.contains { if case .complete = $0 { true } else { false } })
        }
      }
    }
  }

  @Test func `a finished login cannot be finished again`() {
    var login = Login(decoy: decoy)
    _ = login.step(.credentials(name: nil, password: password), at: TestClock.start)
    _ = login.step(.accountFound(account), at: TestClock.start)
    _ = login.step(.passwordChecked(matches: false), at: TestClock.start)
    #expect(reason(login.step(.passwordChecked(matches: true), at: TestClock.start)) == .outOfOrder)
  }

  private func run(_ account: Account?, matches: Bool) -> Login.Effect {
    var login = Login(decoy: decoy)
    _ = login.step(.credentials(name: LoginName("ada"), password: password), at: TestClock.start)
    _ = login.step(.accountFound(account), at: TestClock.start)
    return login.step(.passwordChecked(matches: matches), at: TestClock.start)
  }

  private func reason(_ effect: Login.Effect) -> LoginDenial.Reason? {
    if case .deny(let denial) = effect { denial.reason } else { nil }
  }
}

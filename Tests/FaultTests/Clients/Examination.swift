import JOSE
import SignetTesting

/// Compares what a client was told with what the authority says now.
struct Examination: Sendable {
  let client: Client

  /// - Returns: The records brought up to date, and where they and the authority disagree.
  func examine(_ groups: [[AccountRecord]]) async throws -> ([[AccountRecord]], [String]) {
    try await withThrowingTaskGroup(of: (Int, [AccountRecord], [String]).self) { tasks in
      for (index, group) in groups.enumerated() {
        tasks.addTask {
          var accounts = group
          var problems: [String] = []
          for place in accounts.indices {
            let found = try await examine(&accounts[place])
            problems += found.map { "\(accounts[place].name): \($0)" }
          }
          return (index, accounts, problems)
        }
      }
      var results = groups
      var problems: [String] = []
      for try await (index, group, found) in tasks {
        results[index] = group
        problems += found
      }
      return (results, problems)
    }
  }

  @concurrent private func examine(_ account: inout AccountRecord) async throws -> [String] {
    var problems = try await resolve(&account)
    if let former = account.formerPassword, try await client.logIn(account.name, former).status != 401 {
      problems.append("the password before the change still logs in")
    }
    let login = try await client.logIn(account.name, account.password)
    guard login.status == 200 else {
      return problems + ["its password is refused with \(login.status)"]
    }
    let probe = try APITokens(login)
    account.take(.login, probe)
    problems += try await list(account, probe)
    for session in account.ended { problems += try await seeEnded(session) }
    for session in account.live where session.id != probe.session {
      problems += try await seeLive(session, of: &account)
    }
    account.settle()
    return problems
  }

  /// Finds out whether the operation without an answer was done. One look decides; the rest of the
  /// examination then sees whether it was done wholly.
  private func resolve(_ account: inout AccountRecord) async throws -> [String] {
    guard let operation = account.unanswered else { return [] }
    switch operation {
    case .login: return []
    case .refresh(let session, let retryKey):
      guard let record = account.live.first(where: { $0.id == session }) else { return [] }
      // As any client does: the same token again, with the same retry key.
      let answer = try await client.refresh(record.refresh, retryKey: retryKey)
      guard answer.status == 200 else {
        return ["a refresh without an answer cannot be repeated: \(answer.code ?? "")"]
      }
      account.take(operation, try APITokens(answer))
    case .logout, .revocation:
      guard let one = account.live.first(where: { operation.ends($0.id) }) else { return [] }
      if try await client.api.get("/api/v1/me", one.bearer).status == 401 { account.take(operation, nil) }
    case .passwordChange(let new, _):
      let answer = try await client.logIn(account.name, new)
      guard answer.status == 200 else { break }
      account.take(operation, nil)
      account.take(.login, try APITokens(answer))
    }
    return []
  }

  /// The authority must list the sessions of the record, and beyond them one of a login without an answer.
  private func list(_ account: AccountRecord, _ probe: APITokens) async throws -> [String] {
    let answer = try await client.api.get("/api/v1/sessions", probe.bearer)
    let listed = try answer.json()["sessions"]?.elements?.compactMap { $0["id"]?.string } ?? []
    let known = Set(account.live.map(\.id))
    var problems = known.subtracting(listed).map { "its session \($0) is gone" }
    let strays = Set(listed).subtracting(known)
    var allowed = 0
    if case .login = account.unanswered { allowed = 1 }
    if strays.count > allowed { problems.append("\(strays.count) sessions that nobody was told of") }
    for stray in strays { _ = try await client.api.delete("/api/v1/sessions/\(stray)", probe.bearer) }
    return problems
  }

  /// An ended session's tokens are refused, both, however much life its access token has left.
  private func seeEnded(_ session: SessionRecord) async throws -> [String] {
    var problems: [String] = []
    let access = try await client.api.get("/api/v1/me", session.bearer)
    if access.status != 401 { problems.append("an ended session's access token gets \(access.status)") }
    let refresh = try await client.refresh(session.refresh, retryKey: nil)
    if refresh.status != 401 || refresh.code != "session_ended" {
      problems.append("an ended session's refresh token gets \(refresh.status) \(refresh.code ?? "")")
    }
    return problems
  }

  /// A live session's access token is good, its newest refresh token is current, and the one before leads to
  /// the same successor: the family has no fork.
  private func seeLive(_ session: SessionRecord, of account: inout AccountRecord) async throws -> [String] {
    var problems: [String] = []
    let access = try await client.api.get("/api/v1/me", session.bearer)
    if access.status != 200 { problems.append("a live session's access token gets \(access.status)") }
    if let spent = session.spent {
      let again = try await client.refresh(spent.refresh, retryKey: spent.retryKey)
      if again["refresh_token"] != session.refresh {
        problems.append("a refresh that is repeated leads elsewhere: \(again.status) \(again.code ?? "")")
      }
    }
    let retryKey = "examination-\(session.id)"
    let next = try await client.refresh(session.refresh, retryKey: retryKey)
    guard next.status == 200 else {
      account.take(.revocation(.byAdministrator(session.id)), nil)
      return problems + ["the newest refresh token gets \(next.status) \(next.code ?? "")"]
    }
    account.take(.refresh(session: session.id, retryKey: retryKey), try APITokens(next))
    return problems
  }
}

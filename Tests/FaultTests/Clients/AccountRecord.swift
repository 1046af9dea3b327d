import SignetTesting

/// What a client knows of one account, because the authority has told it: the record that must agree with the
/// database whatever happens to the authority's process.
struct AccountRecord: Sendable {
  let name: String
  private(set) var password: String
  /// What the password was before a change, until its refusal has been seen.
  private(set) var formerPassword: String?
  private(set) var live: [SessionRecord] = []
  private(set) var ended: [SessionRecord] = []
  /// Sent, and no answer came: it was done wholly, or not at all. Until that is known the account rests.
  var unanswered: Operation?
  private var nextPassword = 1

  init(name: String, password: String) {
    self.name = name
    self.password = password
  }

  /// The authority has done `operation`, and answered a login or a refresh with `tokens`.
  mutating func take(_ operation: Operation, _ tokens: APITokens?) {
    switch operation {
    case .login:
      if let tokens { live.append(SessionRecord(tokens)) }
    case .refresh(let session, let retryKey):
      guard let tokens, let index = live.firstIndex(where: { $0.id == session }) else { return }
      live[index].advance(to: tokens, retryKey: retryKey)
    case .passwordChange(let new, _):
      formerPassword = password
      password = new
    case .logout, .revocation: break
    }
    ended += live.filter { operation.ends($0.id) }
    live.removeAll { operation.ends($0.id) }
  }

  /// What was to be seen has been seen; a few ended sessions are looked at once more the next time.
  mutating func settle() {
    formerPassword = nil
    ended = Array(ended.suffix(3))
    unanswered = nil
  }

  /// Something else to do, of a kind that the account's state allows.
  mutating func nextOperation(using generator: inout SplitMix64) -> Operation {
    guard let first = live.randomElement(using: &generator)?.id else { return .login }
    let retryKey = "retry-\(generator.next())"
    guard live.count < 6 else { return .logout(.others, by: first) }
    let others = live.map(\.id).filter { $0 != first }
    switch Int.random(in: 0..<100, using: &generator) {
    case ..<14: return .login
    case ..<36: return .refresh(session: first, retryKey: retryKey)
    case ..<57:
      let isWide = Int.random(in: 0..<4, using: &generator) == 0
      return .logout(isWide ? .everywhere : .thisSession, by: first)
    case ..<78:
      switch (Int.random(in: 0..<5, using: &generator), others.first) {
      case (0, _): return .revocation(.ofAll)
      case (1...2, let other?): return .revocation(.ofOne(other, by: first))
      default: return .revocation(.byAdministrator(first))
      }
    default:
      nextPassword += 1
      let isOwn = Int.random(in: 0..<3, using: &generator) > 0
      return .passwordChange(to: "password number \(nextPassword) of \(name)'s", by: isOwn ? first : nil)
    }
  }
}

/// What a client knows of one session.
struct SessionRecord: Sendable {
  let id: String
  private(set) var access: String
  private(set) var refresh: String
  /// The refresh token before the newest, and the retry key that it was spent with.
  private(set) var spent: (refresh: String, retryKey: String)?

  init(_ tokens: APITokens) {
    id = tokens.session
    access = tokens.access
    refresh = tokens.refresh
  }

  mutating func advance(to tokens: APITokens, retryKey: String) {
    spent = (refresh, retryKey)
    access = tokens.access
    refresh = tokens.refresh
  }

  var bearer: [String: String] { ["Authorization": "Bearer \(access)"] }
}

internal import HTTPTypes
internal import JOSE
internal import SignetAuthority

/// What `POST /login` takes.
///
/// | field | |
/// |---|---|
/// | `login` | a username or an e-mail address |
/// | `password` | at most 1,024 bytes |
/// | `scope` | scopes, separated by spaces; all that the account has when absent |
/// | `resource` | an audience, or several; all that are declared when absent (RFC 8707) |
/// | `cookies` | true: the answer sets cookies and its body holds no token |
struct LoginInput: RequestInput {
  static let fieldNames: Set<String> = ["login", "password", "scope", "resource", "cookies"]

  /// Nil when the text can name no account: that is answered like an unknown name.
  let name: LoginName?
  let password: Password
  let narrowing: GrantNarrowing
  let wantsCookies: Bool

  init(_ fields: RequestFields) throws(Problem) {
    name = LoginName(try fields.requiredString("login"))
    password = try fields.password("password")
    narrowing = try fields.narrowing()
    wantsCookies = try fields.bool("cookies") ?? false
  }
}

/// What `POST /refresh` takes. Without `refresh_token` the refresh cookie is meant.
struct RefreshInput: RequestInput {
  static let fieldNames: Set<String> = ["refresh_token", "scope", "resource", "retry_key"]

  /// The text as it came: whether it is a refresh token is the authority's to say.
  let refreshToken: String?
  let narrowing: GrantNarrowing
  let retryKey: RetryKey?

  init(_ fields: RequestFields) throws(Problem) {
    refreshToken = try fields.string("refresh_token")
    narrowing = try fields.narrowing()
    retryKey = try fields.retryKey()
  }
}

/// What `POST /logout` takes: nothing, `{"everywhere": true}` or `{"others": true}`.
struct LogoutInput: RequestInput {
  static let fieldNames: Set<String> = ["everywhere", "others"]

  let reach: LogoutReach

  init(_ fields: RequestFields) throws(Problem) {
    switch (try fields.bool("everywhere") ?? false, try fields.bool("others") ?? false) {
    case (false, false): reach = .thisSession
    case (true, false): reach = .everywhere
    case (false, true): reach = .others
    case (true, true):
      throw Problem(
        .unprocessableContent, .invalidField, "“everywhere” and “others” exclude each other.", field: "others"
      )
    }
  }
}

/// What `POST /password` takes.
struct PasswordInput: RequestInput {
  static let fieldNames: Set<String> = ["current_password", "new_password"]

  let current: Password
  let new: Password

  init(_ fields: RequestFields) throws(Problem) {
    current = try fields.password("current_password")
    new = try fields.password("new_password")
  }
}

extension RequestFields {
  /// A password that must be there.
  /// - Throws: ``Problem`` 422 above 1,024 bytes: hashing costs time for each.
  fileprivate func password(_ name: String) throws(Problem) -> Password {
    guard let password = Password(try requiredString(name)) else {
      throw Problem(
        .unprocessableContent, .invalidField, "A password may have at most \(Password.maximumBytes) bytes.",
        field: name)
    }
    return password
  }

  fileprivate func retryKey() throws(Problem) -> RetryKey? {
    guard let text = try string("retry_key") else { return nil }
    guard let key = RetryKey(text) else {
      throw Problem(
        .unprocessableContent, .invalidField, "A retry key is 16 to 128 printable ASCII characters.",
        field: "retry_key")
    }
    return key
  }

  /// `scope` as RFC 6749 §3.3 spells it, and `resource` (RFC 8707 §2). An empty scope asks for none.
  fileprivate func narrowing() throws(Problem) -> GrantNarrowing {
    let scope = try string("scope")
    return GrantNarrowing(
      scopes: scope.map { $0.split(separator: " ").map(String.init) }, resources: try strings("resource"))
  }
}

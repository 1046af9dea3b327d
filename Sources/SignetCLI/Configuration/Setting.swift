/// One setting that an operator can make: its name, how its value is written, what it is for.
///
/// The table below is the only list: reading, checking, error messages and the file that `init` writes all
/// come from it.
struct Setting: Sendable {
  /// How a value is written, in the file, in the environment and as a flag alike.
  enum Form: Equatable, Sendable {
    case text
    /// A file or a directory; one that is not absolute lies beside the configuration file.
    case path
    case integer(ClosedRange<Int>)
    /// A whole number and a unit: `90s`, `5m`, `12h`, `30d`.
    case duration
    case choice([String])
    /// A YAML list; in the environment and as a flag, parts separated by commas.
    case list
  }

  /// The place in the file, dots between levels. A star stands for a name that the operator chooses.
  let name: String
  let form: Form
  /// The value if nobody sets one, as it would be written; nil when there is none.
  let initial: String?
  let summary: String
  /// The flag of `signet serve` that overrides it, if it has one.
  var flag: String?
}

extension Setting {
  /// Every setting there is. None of them is a secret, and none has a secret as its default.
  static let all: [Setting] = [
    Setting(
      name: "issuer", form: .text, initial: nil,
      summary: "the URL under which clients reach this authority; every token carries it as `iss`"),
    Setting(
      name: "data-directory", form: .path, initial: nil,
      summary: "where the database, the keyring and the control socket lie; by default beside this file"),
    Setting(
      name: "database.url", form: .text, initial: "",
      summary: "the PostgreSQL database, without a password in it; empty: SQLite in the data directory"),
    Setting(
      name: "database.password-file", form: .path, initial: "",
      summary: "a file that holds its password in one line, readable by its owner alone"),
    Setting(
      name: "database.connections", form: .integer(1...100), initial: "8",
      summary: "how many connections a server opens for its requests; one more follows the other nodes"),
    Setting(
      name: "database.pooler", form: .choice(["none", "transaction"]), initial: "none",
      summary: "what answers at database.url: `transaction` for PgBouncer with `pool_mode = transaction`"),
    Setting(
      name: "database.direct-url", form: .text, initial: "",
      summary: "the way past the pooler, which tells a node of the others; empty: it looks twice a second"),
    Setting(
      name: "server.address", form: .text, initial: "127.0.0.1", summary: "the address to listen on",
      flag: "--address"),
    Setting(
      name: "server.port", form: .integer(0...65_535), initial: "8080",
      summary: "the port to listen on; 0 takes any free one", flag: "--port"),
    Setting(
      name: "server.tls.certificate", form: .path, initial: "",
      summary: "the certificate chain in PEM, the server's own first; read again when it changes"),
    Setting(
      name: "server.tls.key", form: .path, initial: "",
      summary: "its private key in PEM, readable by its owner alone; a path, as the certificate's"),
    Setting(
      name: "server.trusted-proxies", form: .list, initial: "",
      summary: "addresses or networks of proxies that end TLS: they may use plain HTTP and name the client"),
    Setting(
      name: "server.browser-origins", form: .list, initial: "",
      summary: "the origins whose pages may call the API, exactly as browsers send them"),
    Setting(
      name: "server.drain", form: .duration, initial: "0s",
      summary: "how long a stop says 503 at /health/ready before it takes no more requests, up to 60s"),
    Setting(
      name: "revocation-feed.access", form: .choice(["public", "secret", "off"]), initial: "public",
      summary: "who may follow the revocation log: everybody, who shows a secret, or nobody"),
    Setting(
      name: "revocation-feed.secret-file", form: .path, initial: "",
      summary: "a file with that secret in one line, 256 random bits, readable by its owner alone"),
    Setting(
      name: "revocation-feed.subscribers", form: .integer(1...3_000), initial: "1000",
      summary: "how many streams and waiting polls there are at once; beyond it they are refused with 503"),
    Setting(
      name: "tokens.access-lifetime", form: .duration, initial: "5m",
      summary: "how long an access token is valid, 30 s to 1 h"),
    Setting(
      name: "sessions.idle-limit", form: .duration, initial: "30d",
      summary: "a session that is not refreshed for this long has ended, 1m to absolute-limit"),
    Setting(
      name: "sessions.absolute-limit", form: .duration, initial: "180d",
      summary: "a session ends this long after its login, whatever happens, 1m to 731d"),
    Setting(
      name: "sessions.per-account", form: .integer(1...10_000), initial: "100",
      summary: "how many sessions an account has at most; a login beyond ends the oldest"),
    Setting(
      name: "sessions.refresh-grace", form: .duration, initial: "10s",
      summary: "how long a spent refresh token still gets the same successor, up to 60 s"),
    Setting(
      name: "passwords.minimum-length", form: .integer(8...1024), initial: "15",
      summary: "the least number of characters of a new password; never below 8"),
    Setting(
      name: "passwords.hash.threads", form: .integer(1...64), initial: "1",
      summary: "how many passwords are hashed at once; each takes 19 MiB"),
    Setting(
      name: "passwords.hash.queue", form: .integer(1...10_000), initial: "64",
      summary: "how many logins may wait for that; beyond it they are refused with 503"),
    Setting(
      name: "passwords.throttle.guesses", form: .integer(3...1000), initial: "10",
      summary: "how many passwords may be guessed at one account from one address without waiting"),
    Setting(
      name: "passwords.throttle.longest-delay", form: .duration, initial: "5m",
      summary: "how long the next guess waits at most, 10 s to 1 h; after as long one is given back"),
    Setting(
      name: "passwords.throttle.by-address", form: .choice(["true", "false"]), initial: "true",
      summary: "false behind a proxy on another machine, whose address would stand for everybody"),
    Setting(
      name: "resources.*.audience", form: .text, initial: nil,
      summary: "what an API's tokens carry as `aud`, usually its URL"),
    Setting(
      name: "resources.*.scopes", form: .list, initial: "", summary: "the scopes that the API knows"),
    Setting(
      name: "resources.*.algorithm", form: .choice(["default", "HS256"]), initial: "default",
      summary: "HS256: its tokens are signed with a secret of its own; default: as all others"),
    Setting(
      name: "roles.*.scopes", form: .list, initial: "", summary: "the scopes that a role gives"),
    Setting(
      name: "default-scopes", form: .list, initial: "", summary: "the scopes that every account has"),
    Setting(
      name: "signing.algorithm",
      form: .choice(["ES256", "ES384", "ES512", "EdDSA", "Ed25519", "RS256", "PS256"]), initial: "ES256",
      summary: "what new keys sign with"),
    Setting(
      name: "signing.publish-ahead", form: .duration, initial: "24h",
      summary: "how long a key is published before it signs, 24h to 366d"),
    Setting(
      name: "signing.rotation-interval", form: .duration, initial: "90d",
      summary: "how long a key signs before the next one does, publish-ahead to 731d"),
    Setting(
      name: "metrics.port", form: .integer(0...65_535), initial: "0",
      summary: "the port that serves /metrics to Prometheus, beside the clients' own; 0 serves none"),
    Setting(
      name: "metrics.address", form: .text, initial: "127.0.0.1",
      summary: "the address that /metrics is served on, in plain HTTP and without a password"),
    Setting(
      name: "metrics.remote", form: .choice(["true", "false"]), initial: "false",
      summary: "true: metrics.address may be one that other machines reach"),
    Setting(
      name: "audit.retention", form: .duration, initial: "400d",
      summary: "how long audit events are kept, 30d to 3660d"),
    Setting(
      name: "log.format", form: .choice(["text", "json"]), initial: "text",
      summary: "how log lines are written to standard error", flag: "--log-format"),
    Setting(
      name: "log.level", form: .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
      initial: "info", summary: "the least severe lines that are written", flag: "--log-level"),
  ]

  /// The setting that `name` is, stars filled; nil for a name that no setting has.
  static func named(_ name: String) -> Setting? {
    all.first { $0.matches(name) }
  }

  /// Whether `name` is this setting's name, any permitted name in the place of a star.
  func matches(_ name: String) -> Bool {
    let pattern = self.name.split(separator: ".", omittingEmptySubsequences: false)
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return pattern.count == parts.count
      && zip(pattern, parts).allSatisfy { $0 == $1 || ($0 == "*" && Self.isChosenName($1)) }
  }

  /// Whether an operator may give something this name: 1 to 64 lower-case letters, digits or hyphens.
  static func isChosenName(_ name: some StringProtocol) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "-")
      }
  }
}

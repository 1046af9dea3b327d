internal import CLibPQ
internal import SignetAuthority

/// Which database, and how to get in: what a connection string of libpq says, over this program's defaults.
///
/// It may hold a password: it prints none, and ``redacted(_:)`` takes it out of what the library says.
package struct PostgresTarget: Sendable, CustomStringConvertible {
  /// Keyword and value, each keyword once.
  var parameters: [String: String]
  /// Whether a pooler stands between that gives each transaction another of the server's connections, as
  /// PgBouncer does with `pool_mode = transaction`.
  private(set) var isPooled: Bool

  /// Reads a connection string: `host=/run/postgresql dbname=signet`, or a `postgresql://` URI.
  ///
  /// What it leaves open is decided on the safe side: a server on another machine must show a certificate for
  /// its name (`sslmode=verify-full`), and a network that has gone silent is noticed.
  ///
  /// `isPooled`: a pooler answers there that hands the server's connections on after each transaction.
  /// - Throws: `StorageError.unavailable` when it cannot be read, without a word of it: a part of it may be a
  ///   password; and for `options`, where there is a pooler.
  package init(_ text: String, isPooled: Bool = false) throws {
    let given = text.utf8.contains(0) ? nil : Self.parse(text)
    guard let given else {
      throw StorageError.unavailable(
        "the database's connection string cannot be read; it is a list such as "
          + "`host=db.example.com dbname=signet user=signet`, or a postgresql:// URI")
    }
    guard !isPooled || given["options"] == nil else {
      throw StorageError.unavailable(
        "the database's connection string has `options`, which a pooler does not pass on; leave it out, and "
          + "set them with `ALTER ROLE … SET …`")
    }
    self.isPooled = isPooled
    parameters = Self.defaults.merging(given) { $1 }.merging(Self.fixed) { $1 }
  }

  /// The same, where a pooler answers.
  package var behindPooler: PostgresTarget {
    var target = self
    target.isPooled = true
    return target
  }

  /// Whether it sets options of the server, which no pooler passes on.
  package var hasOptions: Bool { parameters["options"] != nil }

  /// Host, port, database and user.
  package var description: String {
    ["host", "port", "dbname", "user"]
      .compactMap { key in parameters[key].map { "\(key)=\($0)" } }.joined(separator: " ")
  }

  /// `message` on one line, without the secrets of the connection string.
  func redacted(_ message: String) -> String {
    var text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    for key in Self.secrets {
      if let secret = parameters[key], !secret.isEmpty { text = text.replacing(secret, with: "…") }
    }
    return text
  }

  /// What a connection string may say otherwise. Times are seconds, but `tcp_user_timeout`: milliseconds.
  private static let defaults = [
    "sslmode": "verify-full", "connect_timeout": "5", "target_session_attrs": "read-write",
    "tcp_user_timeout": "10000", "keepalives": "1", "keepalives_idle": "10", "keepalives_interval": "5",
    "keepalives_count": "3",
  ]

  /// What it may not. By its name a connection is known to whoever must find all of them.
  private static let fixed = ["client_encoding": "UTF8", "application_name": "signet"]

  /// Whose values nobody may see.
  static let secrets = [
    "password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret",
  ]

  /// The keywords that `text` sets; nil when it cannot be read.
  private static func parse(_ text: String) -> [String: String]? {
    // SAFETY: the text is a NUL-terminated copy that lives through the call. Without a place for a message
    // the library makes none.
    guard let options = unsafe PQconninfoParse(text, nil) else { return nil }
    // SAFETY: freed once, when everything has been copied out of it.
    defer { unsafe PQconninfoFree(options) }
    var found: [String: String] = [:]
    var next = unsafe options
    // SAFETY: the array ends with an option without a keyword; texts are NUL-terminated and copied at once.
    while let keyword = unsafe next.pointee.keyword {
      if let value = unsafe next.pointee.val {
        unsafe found[String(cString: keyword)] = unsafe String(cString: value)
      }
      unsafe next += 1
    }
    return found
  }
}

// What of a way in to a database is secret, and where it may stand.

extension PostgresTarget {
  /// Whether the connection string holds a secret, which belongs into a file of its own.
  package var holdsSecret: Bool {
    Self.secrets.contains { parameters[$0] != nil }
  }

  /// Whether a part of it looks like another connection string, or the rest of one: then it was meant
  /// otherwise, and what is shown of it (``description``) may be a password.
  package var isMixedUp: Bool {
    let database = parameters["dbname"] ?? ""
    let hosts = (parameters["host"] ?? "").split(separator: ",")
    return database.contains("://") || database.contains("=") || (parameters["user"] ?? "").contains(":")
      || hosts.contains { host in !host.hasPrefix("/") && host.dropFirst().contains("@") }
  }

  /// The same way in, with this password.
  package func with(password: String) -> PostgresTarget {
    var target = self
    target.parameters["password"] = password
    return target
  }

  /// Whether the server is on this machine: on a Unix socket, or on loopback. With no host at all it is the
  /// library's default, a socket.
  package var isLocal: Bool {
    let hosts = (parameters["hostaddr"] ?? parameters["host"] ?? "").split(separator: ",")
    return hosts.allSatisfy { host in
      host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost" || host == "::1"
        || host.hasPrefix("127.")
    }
  }
}

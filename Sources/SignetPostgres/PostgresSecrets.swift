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
    func list(_ keyword: String) -> [Substring] {
      (parameters[keyword] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    }
    let (names, addresses) = (list("host"), list("hostaddr"))
    return (0..<max(names.count, addresses.count)).allSatisfy { index in
      // Where there is an address, the name is only what the certificate is for.
      let address = index < addresses.count ? addresses[index] : ""
      return Self.isLocal(address.isEmpty && index < names.count ? names[index] : address)
    }
  }

  /// Whether a server must show a certificate that somebody known has signed, so that nobody between can play
  /// it.
  package var asksForCertificate: Bool {
    ["verify-full", "verify-ca"].contains(parameters["sslmode"])
  }

  /// A name that only begins like an address is somebody's.
  private static func isLocal(_ host: Substring) -> Bool {
    if host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") { return true }
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

internal import SignetAuthority
internal import SignetPostgres

/// Whether a PostgreSQL server keeps what an authority relies on, and has room for another node.
struct PostgresCheck: Sendable {
  enum Server: Sendable {
    /// It was not even asked: the password's file is not good.
    case locked(CommandError)
    case failed(StorageError)
    case read(Condition)
  }

  struct Condition: Sendable {
    var facts: PostgresInspection.Facts
    var contents: PostgresInspection.Contents
    /// How far the server's clock is ahead of this machine's, in milliseconds, and what of that may be the
    /// way there and back.
    var clockLead: Int64 = 0
    var clockDoubt: Int64 = 0
  }

  /// Host, port, database and user.
  var place: String
  var isLocal: Bool
  /// Whether a server elsewhere must show a certificate that somebody known has signed.
  var asksForCertificate: Bool
  var server: Server
  /// How many connections one node opens.
  var connectionsOfANode: Int

  /// Everything.
  var findings: [Finding] { findings { start($0) + risks($0) } }

  /// What `signet serve --check` says: without what a node starts with all the same.
  var findingsOfStart: [Finding] { findings(start) }

  private func findings(_ look: (Condition) -> [Finding]) -> [Finding] {
    switch server {
    case .locked(let error): return [.problem(Self.subject, error: error)]
    case .failed(let error):
      return [
        .problem(
          Self.subject, "\(place): \(FailureText.text(of: error))",
          advice: "start it, or correct database.url and database.password-file; try: psql '\(place)'")
      ]
    case .read(let condition):
      let findings = look(condition)
      return findings.isEmpty ? [.ok(Self.subject, summary(condition))] : findings
    }
  }

  private func start(_ condition: Condition) -> [Finding] {
    release(condition.facts) + promises(condition.facts) + way(condition.facts)
      + contents(condition.contents) + clock(condition) + room(condition.facts)
  }

  private func risks(_ condition: Condition) -> [Finding] {
    disk(condition.facts) + certificate + access(condition.facts)
  }

  private func summary(_ condition: Condition) -> String {
    let facts = condition.facts
    var parts = [
      "PostgreSQL \(facts.release / 10_000).\(facts.release % 10_000)",
      facts.isEncrypted ? "TLS" : "on this machine", "synchronous_commit \(facts.synchronousCommit)",
    ]
    if case .authority(let schema, _) = condition.contents { parts.append("schema \(schema)") }
    parts.append("\(facts.connectionsOpen) of \(facts.connectionsAllowed) connections open")
    return "\(place): \(parts.joined(separator: ", "))"
  }

  private func release(_ facts: PostgresInspection.Facts) -> [Finding] {
    guard facts.release < 150_000 else { return [] }
    return [
      .problem(
        Self.subject, "it is PostgreSQL \(facts.release / 10_000)", advice: "upgrade it to 15 or newer")
    ]
  }

  private func promises(_ facts: PostgresInspection.Facts) -> [Finding] {
    var findings: [Finding] = []
    if facts.encoding != "UTF8" || !facts.ordersByBytes {
      findings.append(
        .problem(
          Self.subject,
          "the database keeps texts as \(facts.encoding), "
            + (facts.ordersByBytes ? "in the order of their bytes" : "in the order of some language"),
          advice: "make it anew: createdb --template=template0 --encoding=UTF8 --locale=C NAME"))
    }
    switch facts.synchronousCommit {
    case "off":
      findings.append(
        .problem(
          Self.subject, "synchronous_commit is off: what was answered with success may be lost",
          advice: "set it to on: in postgresql.conf, or for the database and its user"))
    case "local":
      findings.append(
        .warning(
          Self.subject, "synchronous_commit is local: no standby is waited for",
          advice: "set it to on; else treat each failover as a restore: `signet epoch begin`"))
    default: break
    }
    return findings
  }

  private func way(_ facts: PostgresInspection.Facts) -> [Finding] {
    guard !isLocal, !facts.isEncrypted else { return [] }
    return [
      .problem(
        Self.subject, "hashes of passwords and sealed keys cross the network in plain text",
        advice: "set ssl = on in postgresql.conf, and leave sslmode out of the URL")
    ]
  }

  private var certificate: [Finding] {
    guard !isLocal, !asksForCertificate else { return [] }
    return [
      .problem(
        Self.subject, "whoever is between can play the server: the URL's sslmode asks for no certificate",
        advice: "leave sslmode out of the URL, which is verify-full; sslrootcert=FILE says whose certificates"
      )
    ]
  }

  private func disk(_ facts: PostgresInspection.Facts) -> [Finding] {
    guard !facts.flushes else { return [] }
    return [
      .problem(
        Self.subject, "fsync is off: a power cut may destroy the database, and with it what was answered",
        advice: "set it to on in postgresql.conf, and reload it")
    ]
  }

  private func access(_ facts: PostgresInspection.Facts) -> [Finding] {
    var findings: [Finding] = []
    if facts.isWritableByAll {
      findings.append(
        .warning(
          Self.subject, "every role of the server may put tables and functions beside the authority's",
          advice: "REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    }
    if facts.isOpenToAll {
      findings.append(
        .warning(
          Self.subject, "every role of the server may connect to the database",
          advice: "REVOKE CONNECT, TEMPORARY ON DATABASE its-name FROM PUBLIC"))
    }
    return findings
  }

  private func contents(_ contents: PostgresInspection.Contents) -> [Finding] {
    switch contents {
    case .authority(_, let objection): objection.map { [.problem(Self.subject, error: $0)] } ?? []
    case .empty:
      [
        .problem(
          Self.subject, "it is empty",
          advice: "make an authority in it with `signet init --database-url`, or bring one with `signet copy`"
        )
      ]
    case .anotherProgram:
      [
        .problem(
          Self.subject, "it holds another program's tables", advice: "make a database for signet alone")
      ]
    }
  }

  /// Expiries are written by one node and judged by another: what the nodes differ by, sessions do.
  private func clock(_ condition: Condition) -> [Finding] {
    guard abs(condition.clockLead) > Self.clockTolerance + condition.clockDoubt else { return [] }
    let direction = condition.clockLead > 0 ? "ahead of" : "behind"
    return [
      .warning(
        Self.subject, "its clock is \(abs(condition.clockLead) / 1000) s \(direction) this machine's",
        advice: "start chrony or systemd-timesyncd on both; one of the two is wrong")
    ]
  }

  private func room(_ facts: PostgresInspection.Facts) -> [Finding] {
    let left = facts.connectionsAllowed - facts.connectionsOpen
    guard left < connectionsOfANode else { return [] }
    return [
      .warning(
        Self.subject,
        "\(facts.connectionsOpen) of \(facts.connectionsAllowed) connections are open, and a node takes "
          + "\(connectionsOfANode)",
        advice: "raise max_connections or the user's limit, or lower database.connections")
    ]
  }

  private static let subject = "database"
  private static let clockTolerance: Int64 = 2_000
}

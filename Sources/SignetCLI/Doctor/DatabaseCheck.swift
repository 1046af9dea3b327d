internal import SignetAuthority

/// Whether the database is sound, this program's, durable, and has room.
struct DatabaseCheck: Sendable {
  enum Database: Sendable {
    case missing
    case unreadable
    case failed(StorageError)
    case read(Condition)
  }

  struct Condition: Sendable {
    /// What SQLite finds damaged.
    var damage: String?
    var schema: Int64
    /// Whether a server or a command has it open.
    var isInUse: Bool
  }

  var path: String
  var database: Database
  /// What this program writes.
  var newestSchema: Int64
  /// Nil when the file system does not say.
  var freeBytes: Int64?
  /// Why the SQLite of this machine does not write durably.
  var durabilityProblem: String?

  var findings: [Finding] {
    var findings: [Finding] = []
    switch database {
    case .missing:
      findings.append(
        .problem(
          Self.subject, "there is no database at \(path)",
          advice: "make one with `signet init`, or restore a backup"))
    case .unreadable:
      findings.append(
        .problem(
          Self.subject, "\(path) cannot be read by this user", advice: "run as the server's user, or as root")
      )
    case .failed(let error):
      findings.append(.problem(Self.subject, "\(path): \(FailureText.text(of: error))", advice: Self.restore))
    case .read(let condition): findings += judge(condition)
    }
    if let durabilityProblem {
      findings.append(
        .problem(
          Self.subject, "what is written may be lost with the power: \(durabilityProblem)",
          advice: "use the SQLite of a current distribution, with write-ahead logging"))
    }
    findings += room
    guard findings.isEmpty, case .read(let condition) = database else { return findings }
    let free = freeBytes.map { ", \(Self.size($0)) free" } ?? ""
    let schema = condition.schema == newestSchema ? "" : ", becomes \(newestSchema) when the server starts"
    return [.ok(Self.subject, "\(path): sound, durable, schema \(condition.schema)\(schema)\(free)")]
  }

  private func judge(_ condition: Condition) -> [Finding] {
    if let damage = condition.damage {
      return [.problem(Self.subject, "SQLite finds \(path) damaged (\(damage))", advice: Self.restore)]
    }
    if condition.schema > newestSchema {
      return [
        .problem(
          Self.subject,
          "it has schema \(condition.schema), and this program knows schemas up to \(newestSchema)",
          advice: "run the newer signet that wrote it, or restore a backup from before the upgrade")
      ]
    }
    if condition.schema < newestSchema, condition.isInUse {
      return [
        .warning(
          Self.subject, "it has schema \(condition.schema): the server that runs is older than this program",
          advice: "restart the server; it brings the schema to \(newestSchema)")
      ]
    }
    return []
  }

  private var room: [Finding] {
    guard let freeBytes, freeBytes < Self.littleRoom else { return [] }
    let text = "\(Self.size(freeBytes)) are left where \(path) lies"
    let advice = "make room: when the disk is full, every login and refresh is refused"
    return [
      freeBytes < Self.noRoom
        ? .problem(Self.subject, text, advice: advice) : .warning(Self.subject, text, advice: advice)
    ]
  }

  private static func size(_ bytes: Int64) -> String {
    bytes >= 1 << 30 ? "\(bytes >> 30) GiB" : "\(bytes >> 20) MiB"
  }

  private static let subject = "database"
  private static let littleRoom: Int64 = 1 << 30
  private static let noRoom: Int64 = 100 << 20
  private static let restore = "stop the server, keep a copy of the file, and restore the newest backup"
}

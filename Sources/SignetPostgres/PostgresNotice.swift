/// What one process tells all others when it commits. It says where to look and not what is there: a notice
/// may come late, twice, or be made by somebody else who may use the database.
enum PostgresNotice: String {
  /// The revocation log has grown, or lives another life.
  case revocations
  /// Signing keys have changed; the log may have, too.
  case signingKeys

  /// The command of the transaction that is to be heard of.
  var command: String { "NOTIFY \(Self.channel), '\(rawValue)'" }

  static let listening = "LISTEN \(channel)"
  private static let channel = "signet"
}

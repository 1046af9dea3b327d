internal import SignetAuthority
internal import SignetStorage
internal import TokenVerification

/// What a follower asks of its connection.
extension PostgresConnection {
  /// A page of the revocation log beyond a number.
  func revocations(after sequence: Int64) throws -> [RevocationEntry] {
    try SQLTransaction(self).revocations(after: sequence, limit: 1000)
  }

  /// How far the revocation log has come; nil while the database holds no authority.
  func revocationHead() throws -> RevocationPosition? {
    let transaction = SQLTransaction(self)
    return try transaction.settings() == nil ? nil : transaction.revocationPosition()
  }

  /// Whether the log has something else at the place of what was told: it has lost that, and gone on.
  func hasAnother(_ told: RevocationTelling.Newest) throws -> Bool {
    guard let entry = told.entry else { return false }
    let stored = try SQLTransaction(self).revocations(after: told.sequence - 1, limit: 1).first
    return stored.map { $0.sequence == told.sequence && $0.subject != entry.subject } ?? false
  }

  /// Lets the log's numbers go on beyond `sequence`, if they are not there yet.
  func raiseRevocationHead(to sequence: Int64) throws {
    try write { connection in
      (try SQLTransaction(connection).raiseRevocationHead(to: sequence), notice: .revocations)
    }
  }

  func signingKeys() throws -> [SigningKeyRecord] {
    try SQLTransaction(self).signingKeys()
  }

  /// From now on the server tells of others' commits.
  func listen() throws {
    try tell(PostgresNotice.listening)
  }

  /// The notices that have come, or that come within `duration` unless `waker` is woken.
  func notices(within duration: Duration, orUntil waker: Waker) throws -> [PostgresNotice] {
    try session.notices(within: duration, orUntil: waker).compactMap(PostgresNotice.init(rawValue:))
  }
}

package import JOSE
package import TokenVerification

// Each noun's reads and writes. Every `insert` and `update` throws `StorageError.conflict` when a unique
// value is taken or the record's revision is not the stored one; `update` stores `revision + 1`.

package protocol AccountReads {
  func account(_ id: AccountID) throws -> Account?
  func account(named name: LoginName) throws -> Account?
  /// At most `limit` accounts with identifiers above `after`, in the order of identifiers.
  func accounts(after: AccountID?, limit: Int) throws -> [Account]
}

package protocol AccountWrites: AccountReads {
  /// The account as it stands, held until this transaction ends: meanwhile nobody else changes it, begins a
  /// session of it, or ends all of them.
  ///
  /// What begins a session, or decides over all that an account has, reads it by this, before it looks at a
  /// session. Any other read may be overtaken: then the update that follows from it is a conflict.
  func lockedAccount(_ id: AccountID) throws -> Account?
  func insert(_ account: Account) throws
  func update(_ account: Account) throws
}

package protocol SessionReads {
  func session(_ id: SessionID) throws -> Session?
  /// The account's sessions that have not been ended, newest login first (those beyond a limit included).
  func unendedSessions(of account: AccountID) throws -> [Session]
}

package protocol SessionWrites: SessionReads {
  func insert(_ session: Session) throws
  func update(_ session: Session) throws
  /// Removes sessions, with their grants, that ended or passed their absolute expiry before `cutoff`.
  /// - Returns: How many sessions, at most `limit`.
  func deleteSessions(finishedBefore cutoff: Timestamp, limit: Int) throws -> Int
}

package protocol GrantReads {
  func grant(_ id: GrantID) throws -> Grant?
  func grants(of session: SessionID) throws -> [Grant]
}

package protocol GrantWrites: GrantReads {
  func insert(_ grant: Grant) throws
  func update(_ grant: Grant) throws
}

package protocol SigningKeyReads {
  /// All keys, oldest first.
  func signingKeys() throws -> [SigningKeyRecord]
}

package protocol SigningKeyWrites: SigningKeyReads {
  func insert(_ key: SigningKeyRecord) throws
  func update(_ key: SigningKeyRecord) throws
  func deleteSigningKey(_ keyID: String) throws
}

package protocol RevocationReads {
  /// The epoch and the sequence number of the last entry (0 before the first). A minting transaction calls
  /// this before it reads an account or a session: see `rv`.
  func revocationPosition() throws -> RevocationPosition
  /// Entries with a sequence above `after`, ascending.
  func revocations(after sequence: Int64, limit: Int) throws -> [RevocationEntry]
}

package protocol RevocationWrites: RevocationReads {
  /// Appends entries at the end of the transaction, when their sequence numbers are drawn in the order of
  /// commits.
  func append(_ revocations: [RevocationDraft]) throws
  /// Begins another life of the log: its entries stay, and their numbers count on. One that was handed over
  /// lives here again. The observer is not told; whoever follows the log loads it anew.
  func beginEpoch(_ epoch: String) throws
  /// Removes entries that expired before `cutoff`. - Returns: How many.
  func deleteRevocations(expiredBefore cutoff: Timestamp) throws -> Int
}

package protocol AuditReads {
  /// At most `limit` events with a sequence below `before`, newest first; of one account if it is given.
  func auditEvents(of account: AccountID?, before sequence: Int64?, limit: Int) throws -> [AuditEvent]
}

package protocol AuditWrites: AuditReads {
  func append(_ event: AuditEvent) throws
  /// Removes those of the `limit` oldest events that happened before `cutoff`. - Returns: How many.
  func deleteAuditEvents(before cutoff: Timestamp, limit: Int) throws -> Int
}

package protocol ThrottleReads {
  func throttle(_ key: ThrottleKey) throws -> Throttle?
}

package protocol ThrottleWrites: ThrottleReads {
  func insert(_ throttle: Throttle) throws
  func update(_ throttle: Throttle) throws
  /// Removes buckets that are full again since before `cutoff`, the longest first. - Returns: How many, at
  /// most `limit`.
  func deleteThrottles(expiredBefore cutoff: Timestamp, limit: Int) throws -> Int
}

package protocol SettingsReads {
  /// Nil before `init`.
  func settings() throws -> AuthoritySettings?
  /// The database that the authority was moved to: nobody is served from this one any more. Nil in the one
  /// that counts.
  func successor() throws -> String?
}

package protocol SettingsWrites: SettingsReads {
  /// Stores the settings of a new authority and starts its revocation log.
  /// - Throws: `StorageError.conflict` when there are settings already.
  func insert(_ settings: AuthoritySettings) throws
  /// - Throws: `StorageError.conflict` when `old` is not the stored proof.
  /// Notes that the authority is in another database now. Until a new epoch begins nothing is minted here,
  /// and nothing is appended to the revocation log.
  func handOver(to successor: String) throws
  func replaceKeyringProof(_ old: [UInt8], with new: [UInt8]) throws
}

/// What an authority decides when it is made.
package struct AuthoritySettings: Hashable, Sendable {
  package let issuer: String
  /// Names the revocation log's life: 11 characters of base64url. A restore starts a new one.
  package let revocationEpoch: String
  /// A known text sealed by the keyring: whoever cannot open it holds the wrong keyring. Sealed again when
  /// the keyring has a new first line.
  package let keyringProof: [UInt8]
  package let createdAt: Timestamp

  package init(issuer: String, revocationEpoch: String, keyringProof: [UInt8], createdAt: Timestamp) {
    self.issuer = issuer
    self.revocationEpoch = revocationEpoch
    self.keyringProof = keyringProof
    self.createdAt = createdAt
  }
}

/// A revocation entry before it has a sequence number.
package struct RevocationDraft: Hashable, Sendable {
  package let subject: RevocationSubject
  /// True for a `kid` and a `jti`: the entry kills every such token, whenever it was minted.
  package let ignoresPosition: Bool
  /// How long the entry matters: until the last token that it can touch has expired.
  package let expiresAt: Timestamp

  package init(subject: RevocationSubject, ignoresPosition: Bool, expiresAt: Timestamp) {
    self.subject = subject
    self.ignoresPosition = ignoresPosition
    self.expiresAt = expiresAt
  }
}

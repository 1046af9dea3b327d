package import TokenVerification

/// The storage of an authority: transactions over the records below.
///
/// Both closures are synchronous and may run again after a serialization failure, so they do nothing
/// but talk to the transaction. What `write` returned is durable.
package protocol AuthorityStorage: Sendable {
  /// Runs `body` on one consistent snapshot.
  /// - Throws: ``StorageError``, or what `body` throws.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityReads) throws -> Answer
  ) async throws -> Answer

  /// Runs `body` and commits, unless it throws. The revocations that it appended have been handed to the
  /// storage's observer, in the order of commits, before this returns.
  /// - Throws: ``StorageError``, or what `body` throws (then nothing was written).
  func write<Answer: Sendable>(
    _ body: @escaping @Sendable (any AuthorityWrites) throws -> Answer
  ) async throws -> Answer
}

/// Called with the revocation entries of each commit, in commit order, before its `write` returns.
/// Short, and without a call to the storage: other writers wait for it.
package typealias RevocationObserver = @Sendable ([RevocationEntry]) -> Void

/// What a transaction can read.
package typealias AuthorityReads = AccountReads & AuditReads & GrantReads & RevocationReads & SessionReads
  & SettingsReads & SigningKeyReads & ThrottleReads

/// What a transaction can read and write.
package typealias AuthorityWrites = AccountWrites & AuditWrites & GrantWrites & RevocationWrites
  & SessionWrites & SettingsWrites & SigningKeyWrites & ThrottleWrites

/// Why a transaction failed for reasons that are not the caller's.
package enum StorageError: Error, Hashable, Sendable {
  /// A conditional write met a newer revision, or a unique name was taken meanwhile. The storage runs the
  /// closure again; a caller sees this only when that did not help.
  case conflict
  /// The engine cannot serve now: disk full, I/O error, locked. Nothing was written.
  case unavailable(String)
  /// The engine was lost while it committed, or has committed without the safety that was asked of it: all of
  /// it was written, or nothing, or it may yet be lost. It is not tried again, because it could then happen
  /// twice.
  case outcomeUnknown(String)
  /// What is stored makes no sense: a damaged file, or one that another program wrote.
  case corrupt(String)
}

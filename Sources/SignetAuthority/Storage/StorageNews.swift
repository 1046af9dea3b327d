/// What a storage that several processes share says of what happens outside this one.
package enum StorageNews: Hashable, Sendable {
  /// Another process may have changed the signing keys: read them again.
  case signingKeysChanged
  /// The revocation log lives another life: read all of it again.
  case revocationEpochBegan
  /// The log of this epoch has lost entries that this process has heard of. The database is an older state
  /// of itself: a backup, or a standby that had not received everything. `heard` is the last number told.
  case revocationLogWentBack(heard: Int64)
  /// The database cannot be reached, for this reason. Said once, until it is back.
  case lost(reason: String)
  /// It can be reached again, and what was missed has been told.
  case returned
}

/// Called with each piece of news, one at a time. It may take its time, but must not wait for the storage.
package typealias StorageNewsObserver = @Sendable (StorageNews) -> Void

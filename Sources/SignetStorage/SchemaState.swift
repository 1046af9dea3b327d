package import SignetAuthority

/// What a database's schema is to this program.
package enum SchemaState: Hashable, Sendable {
  /// The database has no tables of an authority.
  case missing
  /// An older program's, as this number says: it has to be migrated.
  case older(Int64)
  case current
  /// A newer program's, which has only added to what this program uses.
  case newerButCompatible(Int64)
  /// A newer program's.
  case newer(Int64)

  init(version: Int64, compatibleFrom: Int64, newest: Int64) {
    self =
      if version == newest { .current } else if version < newest { .older(version) } else {
        compatibleFrom <= newest ? .newerButCompatible(version) : .newer(version)
      }
  }

  /// 0 where there is none.
  package var version: Int64 {
    switch self {
    case .missing: 0
    case .current: Schema.newest
    case .older(let version), .newerButCompatible(let version), .newer(let version): version
    }
  }

  /// Why nobody may be served from this database; nil when somebody may.
  package var objection: StorageError? {
    switch self {
    case .current, .newerButCompatible: nil
    case .missing:
      .unavailable(
        "the database has no tables of an authority; make one with `signet init`, or bring one there with "
          + "`signet copy`")
    case .older(let version):
      .unavailable(
        "the database has schema \(version), and this program needs schema \(Schema.newest): run "
          + "`signet migrate`; nodes that run already go on meanwhile")
    case .newer(let version): Schema.tooNew(version)
    }
  }
}

/// What a migration did.
package struct SchemaChange: Hashable, Sendable {
  /// The version that was found; 0 where there was none.
  package let from: Int64
  package let to: Int64

  package init(from: Int64, to: Int64) {
    (self.from, self.to) = (from, to)
  }
}

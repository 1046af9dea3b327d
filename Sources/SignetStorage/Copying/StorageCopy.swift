package import SignetAuthority

/// Moves an authority from one database to another, whichever engines they have.
///
/// The order is what makes it safe. All rows are written and read back before anything counts; then the
/// source notes where the authority has gone, durably; then the target is put in place at once. Whenever it
/// is interrupted there is at most one database that an authority is served from, and the copy can be begun
/// again: before the note the source is as it was; after it the source serves nobody, and may be copied to
/// the same target only.
package enum StorageCopy {
  /// Copies all tables.
  ///
  /// `check` looks at the source first, and refuses it by throwing; `progress` is told after each page of
  /// rows.
  /// - Throws: ``CopyRefusal``, `StorageError`, or what `check` throws.
  @discardableResult
  package static func run(
    from source: some CopySource, to target: some CopyTarget, check: (any AuthorityReads) throws -> Void,
    progress: (CopyProgress) -> Void = { _ in }
  ) throws -> CopyReport {
    do {
      let report = try source.held { held in
        let authority = SQLTransaction(held)
        try check(authority)
        let successor = try authority.successor()
        if let successor, successor != target.name { throw OpeningError.moved(to: successor) }
        let report = try fill(target, from: held, wasHandedOver: successor != nil, progress)
        try authority.handOver(to: target.name)
        return report
      }
      try target.complete()
      return report
    } catch {
      try target.abandon()
      throw error
    }
  }

  private static func fill(
    _ target: some CopyTarget, from held: any SQLConnection, wasHandedOver: Bool,
    _ progress: (CopyProgress) -> Void
  ) throws -> CopyReport {
    let total = try CopiedTable.all.reduce(Int64(0)) { try $0 + count($1, on: held) }
    do {
      return try target.fill { filling in
        // The schema comes with a counter that stands at 0.
        _ = try filling.execute("DELETE FROM audit_log", [])
        var work = CopyProgress(total: total)
        let copied = try CopiedTable.all.map { table in
          work.table = table.name
          return try digest(of: table, on: held) { page in
            try filling.load(page, into: table)
            work.copied += Int64(page.count)
            progress(work)
          }
        }
        for (table, digest) in zip(CopiedTable.all, copied) {
          work.table = table.name
          let stored = try Self.digest(of: table, on: filling) { page in
            work.checked += Int64(page.count)
            progress(work)
          }
          guard stored == digest else { throw CopyRefusal.differs(table: table.name) }
        }
        return CopyReport(tables: zip(CopiedTable.all, copied).map { ($0.name, $1) })
      }
    } catch CopyRefusal.notEmpty(let name) where wasHandedOver {
      throw CopyRefusal.copiedBefore(name)
    }
  }

  /// Reads a table in the order of its keys, a page at a time.
  private static func digest(
    of table: CopiedTable, on connection: some SQLConnection, _ take: ([SQLRow]) throws -> Void
  ) throws -> TableDigest {
    var digester = TableDigester()
    var last = table.start
    while true {
      let page = try connection.query(table.page, [last, .integer(pageSize)], decode: { $0 })
      guard let end = page.last?.values.first else { return digester.digest }
      last = end
      digester.update(page)
      try take(page)
    }
  }

  private static func count(_ table: CopiedTable, on connection: some SQLConnection) throws -> Int64 {
    try connection.query(table.count, [], decode: { try $0.integer(0) }).first ?? 0
  }

  /// Rows that are in memory at once: under a megabyte.
  private static let pageSize: Int64 = 2_000
}

/// How far a copy has come.
package struct CopyProgress: Hashable, Sendable {
  /// The rows of all tables.
  package let total: Int64
  package fileprivate(set) var table = ""
  package fileprivate(set) var copied: Int64 = 0
  /// Those that were read back from the target.
  package fileprivate(set) var checked: Int64 = 0

  fileprivate init(total: Int64) {
    self.total = total
  }

  /// From 0 to 1.
  package var part: Double { Double(copied + checked) / Double(max(1, 2 * total)) }
}

/// What was copied.
package struct CopyReport: Sendable {
  /// Each table, and what source and target both have in it.
  package let tables: [(name: String, digest: TableDigest)]
}

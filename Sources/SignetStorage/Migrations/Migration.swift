/// One step of the schema, forward only. A step that has been released is never edited.
///
/// Steps only add, and are safe while programs of the schema before still run; what nobody uses any more goes
/// a release later, in a step that says so by ``compatibleFrom``. CONVENTIONS.md has the rule.
struct Migration: Sendable {
  /// Counts up by one, from 1; also the number in the file's name.
  let version: Int64
  /// The schema of the oldest program that works on this one, too.
  let compatibleFrom: Int64
  let statements: [SQLStatement]

  /// A step; without `compatibleFrom` no older program works on what it makes.
  init(version: Int64, compatibleFrom: Int64? = nil, statements: [SQLStatement]) {
    self.version = version
    self.compatibleFrom = compatibleFrom ?? version
    self.statements = statements
  }

  /// All steps, in order.
  static let all: [Migration] = [.migration0001, .migration0002, .migration0003, .migration0004]
}

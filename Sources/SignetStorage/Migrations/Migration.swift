/// One step of the schema, forward only. A step that has been released is never edited.
struct Migration: Sendable {
  /// Counts up by one, from 1; also the number in the file's name.
  let version: Int64
  let statements: [SQLStatement]

  /// All steps, in order.
  static let all: [Migration] = [.migration0001, .migration0002, .migration0003]
}

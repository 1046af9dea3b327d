package import JOSE
package import SignetAuthority

/// One row of an answer. Columns count from 0, in the order of the statement's `SELECT`.
///
/// Each reader wants one type. Anything else is `StorageError.corrupt`: it was not written by this program.
package struct SQLRow: Hashable, Sendable {
  package let values: [SQLValue]

  package init(_ values: [SQLValue]) {
    self.values = values
  }

  package func integer(_ column: Int) throws -> Int64 {
    guard case .integer(let integer) = try value(column) else {
      throw wrongType(column, wanted: "an integer")
    }
    return integer
  }

  package func text(_ column: Int) throws -> String {
    guard case .text(let text) = try value(column) else { throw wrongType(column, wanted: "a text") }
    return text
  }

  package func blob(_ column: Int) throws -> [UInt8] {
    guard case .blob(let blob) = try value(column) else { throw wrongType(column, wanted: "bytes") }
    return blob
  }

  /// What `read` makes of the column; nil when the column is null.
  package func optional<Value>(
    _ column: Int, _ read: (SQLRow) -> (Int) throws -> Value
  ) throws -> Value? {
    if case .null = try value(column) { return nil }
    return try read(self)(column)
  }

  private func value(_ column: Int) throws -> SQLValue {
    guard values.indices.contains(column) else {
      throw StorageError.corrupt("a row has \(values.count) columns, and column \(column) was asked for")
    }
    return values[column]
  }

  private func wrongType(_ column: Int, wanted: String) -> StorageError {
    .corrupt("column \(column) of a row should be \(wanted)")
  }
}

// MARK: - The domain's types

extension SQLRow {
  package func bool(_ column: Int) throws -> Bool {
    switch try integer(column) {
    case 0: false
    case 1: true
    case let other: throw StorageError.corrupt("a stored truth value is \(other)")
    }
  }

  package func timestamp(_ column: Int) throws -> Timestamp {
    Timestamp(milliseconds: try integer(column))
  }

  package func identifier<Noun>(_ column: Int) throws -> Identifier<Noun> {
    try parsed(Identifier(bytes: blob(column)), "identifier")
  }

  package func strings(_ column: Int) throws -> [String] {
    try parsed(StringList(encoded: text(column)), "list").strings
  }

  /// An enum by its raw value.
  package func member<Value: RawRepresentable<String>>(_ column: Int) throws -> Value {
    try parsed(Value(rawValue: text(column)), "\(Value.self)")
  }

  /// `value`, unless what is stored could not be read as one.
  package func parsed<Value>(_ value: Value?, _ noun: String) throws -> Value {
    guard let value else { throw StorageError.corrupt("a stored \(noun) cannot be read") }
    return value
  }
}

extension SQLValue {
  package static func bool(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
  package static func timestamp(_ value: Timestamp) -> SQLValue { .integer(value.milliseconds) }
  package static func identifier<Noun>(_ value: Identifier<Noun>) -> SQLValue { .blob(value.bytes) }
  package static func strings(_ value: [String]) -> SQLValue { .text(StringList(value).encoded) }

  /// What `make` makes of a value; null for nil.
  package static func optional<Value>(_ value: Value?, _ make: (Value) -> SQLValue) -> SQLValue {
    value.map(make) ?? .null
  }
}

import Foundation

/// What `$name` stands for so far.
struct Bindings: Sendable {
  private(set) var values: [String: String] = [:]

  subscript(name: String) -> String? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// The text with every name that is bound replaced.
  func filled(_ text: String) -> String {
    text.replacing(Self.name) { match in values[String(match.output.1)] ?? String(match.output.0) }
  }

  static var name: Regex<(Substring, Substring)> { /\$(_|[a-z][a-z0-9_]*)/ }
}

/// Lines that some output must be.
struct Expectation {
  let lines: [String]

  /// Whether `actual` is as expected; binds the names that it meets for the first time.
  func matches(_ actual: [String], _ bindings: inout Bindings) throws -> Bool {
    try matches(lines[...], actual[...], &bindings)
  }

  private func matches(
    _ expected: ArraySlice<String>, _ actual: ArraySlice<String>, _ bindings: inout Bindings
  ) throws -> Bool {
    guard let first = expected.first else { return actual.isEmpty }
    if first == "…" {
      for start in actual.startIndex...actual.endIndex {
        var attempt = bindings
        if try matches(expected.dropFirst(), actual[start...], &attempt) {
          bindings = attempt
          return true
        }
      }
      return false
    }
    guard let line = actual.first, let bound = try Self.bindings(first, line, bindings) else { return false }
    var attempt = bound
    guard try matches(expected.dropFirst(), actual.dropFirst(), &attempt) else { return false }
    bindings = attempt
    return true
  }

  /// The bindings after `line` has matched `pattern`; nil when it does not.
  static func bindings(_ pattern: String, _ line: String, _ bindings: Bindings) throws -> Bindings? {
    var names: [String] = []
    var expression = ""
    var rest = pattern[...]
    while let match = rest.firstMatch(of: Bindings.name) {
      let name = String(match.output.1)
      expression += escaped(rest[..<match.range.lowerBound])
      if let value = bindings[name] {
        expression += escaped(value[...])
      } else {
        names.append(name)
        expression += "([^\\s\",]+)"
      }
      rest = rest[match.range.upperBound...]
    }
    expression += escaped(rest)
    guard let match = try Regex(expression).wholeMatch(in: line) else { return nil }
    var bound = bindings
    for (index, name) in names.enumerated() {
      if name != "_" { bound[name] = match.output[index + 1].substring.map(String.init) }
    }
    return bound
  }

  private static func escaped(_ text: Substring) -> String {
    text.split(separator: "…", omittingEmptySubsequences: false)
      .map { NSRegularExpression.escapedPattern(for: String($0)) }
      .joined(separator: ".*")
  }
}

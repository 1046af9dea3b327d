import SignetTesting

/// A page in Prometheus' text format, read as strictly as a scraper would.
struct ExpositionPage {
  struct Series {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  private(set) var types: [String: String] = [:]
  private(set) var helps: [String: String] = [:]
  private(set) var series: [Series] = []

  /// - Throws: `FixtureError` at a line that is none, at a series before its `TYPE`, and at one that comes
  ///   twice.
  init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw FixtureError() }
    let type = /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/
    var seen: Set<String> = []
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)/) {
        guard helps.updateValue(String(match.2), forKey: String(match.1)) == nil else { throw FixtureError() }
      } else if let match = line.wholeMatch(of: type) {
        guard types.updateValue(String(match.2), forKey: String(match.1)) == nil else { throw FixtureError() }
      } else {
        let read = try Self.series(line)
        guard types[Self.family(of: read.name, in: types)] != nil else { throw FixtureError() }
        guard let space = line.lastIndex(of: " "), seen.insert(String(line[..<space])).inserted else {
          throw FixtureError()
        }
        series.append(read)
      }
    }
  }

  /// The value of the one series with these labels; nil when there is none.
  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    series.first { $0.name == name && $0.labels == labels }?.value
  }

  /// The names of the metrics that have a series.
  var named: Set<String> { Set(series.map { Self.family(of: $0.name, in: types) }) }

  private static func series(_ line: Substring) throws -> Series {
    let form = /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?s:.*))\})? (\S+)/
    let label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\(?:\\|n|"))*)"(,|$)/
      .matchingSemantics(.unicodeScalar)
    guard let match = line.wholeMatch(of: form) else { throw FixtureError() }
    var labels: [String: String] = [:]
    var rest = match.2 ?? ""
    while !rest.isEmpty {
      guard let label = rest.prefixMatch(of: label),
        labels.updateValue(String(label.2), forKey: String(label.1)) == nil
      else { throw FixtureError() }
      rest = rest[label.range.upperBound...]
    }
    let infinities = ["+Inf": Double.infinity, "-Inf": -.infinity]
    guard let value = infinities[String(match.3)] ?? Double(match.3) else { throw FixtureError() }
    return Series(name: String(match.1), labels: labels, value: value)
  }

  /// The metric that a line belongs to: those of a histogram have three endings.
  private static func family(of name: String, in types: [String: String]) -> String {
    for ending in ["_bucket", "_sum", "_count"] where name.hasSuffix(ending) {
      let family = String(name.dropLast(ending.count))
      if types[family] == "histogram" { return family }
    }
    return name
  }
}

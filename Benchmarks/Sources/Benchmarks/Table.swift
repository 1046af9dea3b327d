import Foundation

/// A table in Markdown, its first column text and the others numbers.
struct Table {
  let columns: [String]
  private(set) var rows: [[String]] = []

  init(_ columns: String...) {
    self.columns = columns
  }

  mutating func add(_ cells: String...) {
    rows.append(cells)
  }

  var markdown: String {
    let rule = ["---"] + columns.dropFirst().map { _ in "--:" }
    return ([columns, rule] + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
  }
}

extension Double {
  /// The number with so many digits after the point.
  func text(_ digits: Int = 0) -> String { String(format: "%.\(digits)f", self) }
}

extension [Double] {
  /// The middle one; 0 of none.
  var median: Double {
    let sorted = sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

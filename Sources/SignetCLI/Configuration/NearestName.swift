/// The known name that somebody most likely meant.
enum NearestName {
  /// The one of `names` that is the fewest edits away from `text`; nil only when there are none.
  static func of(_ text: String, among names: [String]) -> String? {
    names.min { distance(text, $0) < distance(text, $1) }
  }

  /// How many characters must be inserted, removed or replaced to make one text of the other (Levenshtein).
  static func distance(_ left: String, _ right: String) -> Int {
    let target = Array(right)
    var row = Array(0...target.count)
    for (index, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in target.indices {
        let above = row[column + 1]
        let replaced = diagonal + (target[column] == character ? 0 : 1)
        row[column + 1] = min(replaced, above + 1, row[column] + 1)
        diagonal = above
      }
    }
    return row[target.count]
  }
}

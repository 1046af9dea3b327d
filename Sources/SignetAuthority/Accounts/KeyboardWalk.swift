/// Which characters lie beside each other on a keyboard, and so are typed together without a thought.
enum KeyboardWalk {
  /// Whether two characters are neighbours on a keyboard of the layout QWERTY, AZERTY or QWERTZ.
  static func areNeighbours(_ one: Unicode.Scalar, _ other: Unicode.Scalar) -> Bool {
    layouts.contains { layout in
      guard let first = layout[one], let second = layout[other] else { return false }
      let distance = abs(first.column - second.column)
      switch abs(first.row - second.row) {
      case 0: return distance == keyWidth
      case 1: return distance < keyWidth
      default: return false
      }
    }
  }

  /// A key's place; columns in quarters of a key, since the rows are set off against each other.
  private struct Place {
    let row: Int
    let column: Int
  }

  private static let keyWidth = 4

  private static let layouts: [[Unicode.Scalar: Place]] = [
    ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"],
    ["1234567890-=", "azertyuiop", "qsdfghjklm", "wxcvbn,;:"],
    ["1234567890", "qwertzuiop", "asdfghjkl", "yxcvbnm,.-"],
  ].map { rows in
    let offsets = [0, 2, 3, 5]
    var places: [Unicode.Scalar: Place] = [:]
    for (row, keys) in rows.enumerated() {
      for (index, key) in keys.unicodeScalars.enumerated() {
        places[key] = Place(row: row, column: offsets[row] + index * keyWidth)
      }
    }
    return places
  }
}

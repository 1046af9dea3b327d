internal import Foundation

/// What a guesser would take a password apart into: words that many choose, runs, repetitions.
///
/// Each piece has a weight: a word of the list, or a letter that belongs to nothing, weighs 6; a sign or a
/// year 2; a digit 1; a run such as `1234`, `aaaa` or `qwer` 1, however long; the same word again, or a name
/// of the account, nothing. The weight of a password is that of the cheapest way to take it apart. At least
/// ``leastWeight`` is asked for: two words, or one that has more than a few digits added.
struct PasswordPieces {
  static let leastWeight = 12

  private let spellings: [[Unicode.Scalar]]

  /// The pieces of a password, in whatever case and compatible form (Unicode NFKC) it is typed.
  init(_ password: Password) {
    let text = Self.folded(String(decoding: password.bytes, as: UTF8.self))
    let joined = text.filter { !Self.separators.contains($0) }
    spellings = (joined.count == text.count ? [text] : [text, joined]).map(Self.withoutRepetition)
  }

  /// The weight of the cheapest way to take the password apart; what goes beyond ``leastWeight`` is not
  /// looked at.
  func weight(common: CommonPasswords, known: [String] = []) -> Int {
    let known = Set(known.map(Self.folded))
    return spellings.map { Self.weight(of: $0, common: common, known: known) }.min() ?? 0
  }

  private static func folded(_ text: String) -> [Unicode.Scalar] {
    Array(text.precomposedStringWithCompatibilityMapping.lowercased().unicodeScalars)
  }

  /// What a text says once. A short unit said again and again says nothing.
  private static func withoutRepetition(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard text.count > 1 else { return text }
    for period in 1...max(1, text.count / 2) {
      guard (period..<text.count).allSatisfy({ text[$0] == text[$0 - period] }) else { continue }
      return period < PasswordPolicy.floor ? [] : Array(text[..<period])
    }
    return text
  }

  private static let separators: Set<Unicode.Scalar> = [" ", "-", "_", ".", ",", "+"]
}

// MARK: - Weighing

extension PasswordPieces {
  private static func weight(
    of text: [Unicode.Scalar], common: CommonPasswords, known: Set<[Unicode.Scalar]>
  ) -> Int {
    /// The least weight of the text up to each place.
    var weights = [0] + Array(repeating: Int.max, count: text.count)
    let runs = runLengths(in: text)
    var reached = (end: 0, weight: Int.max)
    for start in text.indices {
      let before = weights[start]
      guard before < leastWeight else {
        weights[start + 1] = min(weights[start + 1], before)
        continue
      }
      func reach(_ end: Int, adding weight: Int) { weights[end] = min(weights[end], before + weight) }
      reach(start + 1, adding: weight(of: text[start]))
      let runEnd = start + runs[start]
      // A place within a run that was reached as cheaply has nothing to add: else long runs would cost their
      // square.
      if runs[start] >= shortestRun, runEnd > reached.end || before < reached.weight {
        for end in (start + shortestRun)...runEnd { reach(end, adding: 1) }
        reached = (runEnd, before)
      }
      if isYear(text, at: start) { reach(start + 4, adding: 2) }
      for name in known where !name.isEmpty && text[start...].starts(with: name) {
        reach(start + name.count, adding: 0)
      }
      for length in wordLengths where start + length <= text.count {
        let word = text[start..<(start + length)]
        guard holds(word, common) else { continue }
        var end = start + length
        reach(end, adding: pieceWeight)
        while end + length <= text.count, text[end..<(end + length)] == word {
          end += length
          reach(end, adding: pieceWeight)
        }
      }
    }
    return weights[text.count]
  }

  private static func weight(of scalar: Unicode.Scalar) -> Int {
    if scalar.properties.isAlphabetic { return pieceWeight }
    return scalar.properties.numericType == .decimal ? 1 : 2
  }

  /// Whether a word is on the list, as it stands or with digits read as the letters they look like.
  private static func holds(_ word: ArraySlice<Unicode.Scalar>, _ common: CommonPasswords) -> Bool {
    guard word.allSatisfy(\.isASCII) else { return false }
    let bytes = word.map { UInt8(truncatingIfNeeded: $0.value) }
    if common.contains(bytes) { return true }
    let letters = bytes.map { lookalikes[$0] ?? $0 }
    return letters != bytes && common.contains(letters)
  }

  /// For each place, how many characters from there on are the same, count up or down, or lie beside each
  /// other.
  private static func runLengths(in text: [Unicode.Scalar]) -> [Int] {
    let steps: [(Unicode.Scalar, Unicode.Scalar) -> Bool] = [
      { $0 == $1 }, { $1.value == $0.value + 1 }, { $0.value == $1.value + 1 }, KeyboardWalk.areNeighbours,
    ]
    var longest = Array(repeating: 1, count: text.count)
    for continues in steps {
      var length = 1
      for place in text.indices.dropLast().reversed() {
        length = continues(text[place], text[place + 1]) ? length + 1 : 1
        longest[place] = max(longest[place], length)
      }
    }
    return longest
  }

  private static func isYear(_ text: [Unicode.Scalar], at start: Int) -> Bool {
    guard start + 4 <= text.count else { return false }
    let digits = String(String.UnicodeScalarView(text[start..<(start + 4)]))
    return (digits.hasPrefix("19") || digits.hasPrefix("20")) && digits.utf8.allSatisfy { 0x30...0x39 ~= $0 }
  }

  private static let pieceWeight = 6
  private static let shortestRun = 3
  private static let wordLengths = 3...24
  private static let lookalikes: [UInt8: UInt8] = [
    UInt8(ascii: "0"): UInt8(ascii: "o"), UInt8(ascii: "1"): UInt8(ascii: "i"),
    UInt8(ascii: "3"): UInt8(ascii: "e"), UInt8(ascii: "4"): UInt8(ascii: "a"),
    UInt8(ascii: "5"): UInt8(ascii: "s"), UInt8(ascii: "7"): UInt8(ascii: "t"),
    UInt8(ascii: "$"): UInt8(ascii: "s"), UInt8(ascii: "@"): UInt8(ascii: "a"),
    UInt8(ascii: "!"): UInt8(ascii: "i"),
  ]
}

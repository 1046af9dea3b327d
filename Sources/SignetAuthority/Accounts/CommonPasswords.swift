/// A list of words that people choose for passwords, and look-up in it. It refuses nothing that is not on it.
package struct CommonPasswords: Sendable, CustomStringConvertible, CustomReflectable {
  /// The words in order, each with a line feed behind it.
  private let text: [UInt8]
  /// Where each word begins.
  private let starts: [Int]

  /// A list without a word.
  package static let none = CommonPasswords(text: [], starts: [])

  /// A list from its text: words of printable ASCII in lower case, one a line, in strictly ascending order of
  /// their bytes; nil for anything else.
  package init?(sorted text: [UInt8]) {
    var starts: [Int] = []
    var start = 0
    for (index, byte) in text.enumerated() where byte == Self.lineFeed {
      let word = text[start..<index]
      guard !word.isEmpty, word.allSatisfy(Self.allows) else { return nil }
      if let last = starts.last, !text[last..<(start - 1)].lexicographicallyPrecedes(word) { return nil }
      starts.append(start)
      start = index + 1
    }
    guard start == text.count else { return nil }
    self.init(text: text, starts: starts)
  }

  private init(text: [UInt8], starts: [Int]) {
    self.text = text
    self.starts = starts
  }

  package var count: Int { starts.count }

  package var description: String { "CommonPasswords(\(count))" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  /// Whether `word` is on the list, exactly as it is spelled.
  package func contains(_ word: some Collection<UInt8>) -> Bool {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      let found = self.word(middle)
      if found.elementsEqual(word) { return true }
      if found.lexicographicallyPrecedes(word) { low = middle + 1 } else { high = middle }
    }
    return false
  }

  private func word(_ index: Int) -> ArraySlice<UInt8> {
    let end = index + 1 < starts.count ? starts[index + 1] : text.count
    return text[starts[index]..<(end - 1)]
  }

  private static func allows(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private static let lineFeed = UInt8(ascii: "\n")
}

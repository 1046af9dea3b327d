import Testing

@testable import SignetCLI

@Suite struct TableTests {
  private func line(_ cell: String) -> String {
    var table = Table()
    table.add([cell])
    return table.lines[0]
  }

  @Test(arguments: [
    "\u{1B}", "\n", "\r", "\u{7F}", "\u{9B}", "\u{2028}", "\u{2029}", "\u{202E}", "\u{2066}", "\u{200F}",
    "\u{FEFF}",
  ])
  func `a cell steers nothing, and stays on its line`(mark: String) {
    #expect(line("a" + mark + "b") == "a\u{FFFD}b")
  }

  @Test(arguments: ["Ada Łovelace", "日本語", "👩‍👩‍👧", "می‌خواهم"])
  func `any other text is shown as it is`(text: String) {
    #expect(line(text) == text)
  }

  @Test func `columns are as wide as their widest cell`() {
    var table = Table()
    table.add(["a", "b", "c"])
    table.add(["long", "x"])
    #expect(table.lines == ["a     b  c", "long  x"])
  }
}

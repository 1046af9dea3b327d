import SignetAuthority
import Testing

@Suite struct CommonPasswordTests {
  private static let list = "abc123\ndragon\nletmein\n"

  @Test func `a word of the list is found, and its neighbours are not`() throws {
    let common = try #require(CommonPasswords(sorted: Array(Self.list.utf8)))
    #expect(common.count == 3)
    for word in ["abc123", "dragon", "letmein"] { #expect(common.contains(word.utf8)) }
    for word in ["", "abc12", "abc1234", "Dragon", "dragon\n", "dragoo", "letmeim", "letmeinn", "zzz"] {
      #expect(!common.contains(word.utf8))
    }
    #expect(!CommonPasswords.none.contains("dragon".utf8))
  }

  @Test(arguments: ["b\na\n", "a\na\n", "a\n\nb\n", "a\nb", "\n", "A\n", "a b\n", "é\n", "a\r\n"])
  func `a list that is not sorted, or not of such words, is no list`(text: String) {
    #expect(CommonPasswords(sorted: Array(text.utf8)) == nil)
  }
}

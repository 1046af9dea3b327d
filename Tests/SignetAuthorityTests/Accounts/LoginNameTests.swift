import SignetAuthority
import SignetTesting
import Testing

@Suite struct LoginNameTests {
  @Test(arguments: [
    ("ada", "ada"), ("Ada", "ada"), ("a.b_c-9", "a.b_c-9"), ("É", "é"), ("e\u{301}", "é"), ("ÅSA", "åsa"),
    ("ада", "ада"), ("用户", "用户"),
  ])
  func `a username is stored in lower case and composed`(typed: String, stored: String) throws {
    let username = try #require(Username(typed))
    #expect(username.description.utf8.elementsEqual(stored.utf8))
  }

  @Test(arguments: [
    "", " ", "a b", "a@b", "a'b", "a\"b", "a;b", "a/b", "a\0b", "a\nb", "a\u{202E}b", "😀", "a=b",
  ])
  func `what is no username is refused`(typed: String) {
    #expect(Username(typed) == nil)
  }

  @Test func `a username has at most 64 code points`() {
    #expect(Username(String(repeating: "a", count: 64)) != nil)
    #expect(Username(String(repeating: "a", count: 65)) == nil)
    #expect(Username(String(repeating: "用", count: 64)) != nil)
    #expect(Username(String(repeating: "a", count: 100_000)) == nil)
  }

  @Test(arguments: [("Ada@Example.COM", "ada@example.com"), ("a+b@c.example", "a+b@c.example")])
  func `an e-mail address is stored in lower case`(typed: String, stored: String) {
    #expect(EmailAddress(typed)?.description == stored)
  }

  @Test(arguments: [
    "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "a\0@b", "a@b\u{7F}", "a\u{200B}@b", "a\u{202E}@b",
    "a\u{A0}@b",
    "a\u{85}@b", "plain",
  ])
  func `what has not the shape of an address is refused`(typed: String) {
    #expect(EmailAddress(typed) == nil)
  }

  @Test func `an address has at most 254 bytes, before and after lower case`() {
    let domain = "@b.example"
    #expect(EmailAddress(String(repeating: "a", count: 244) + domain) != nil)
    #expect(EmailAddress(String(repeating: "a", count: 245) + domain) == nil)
    // Each İ takes two bytes, and three in lower case.
    #expect(EmailAddress(String(repeating: "İ", count: 81) + domain) != nil)
    #expect(EmailAddress(String(repeating: "İ", count: 100) + domain) == nil)
  }

  @Test func `a login name with an at sign is an address, else a username`() throws {
    #expect(LoginName("ada@b.example") == .email(try #require(EmailAddress("ada@b.example"))))
    #expect(LoginName("ada") == .username(try #require(Username("ada"))))
    #expect(LoginName("ada@") == nil)
    #expect(LoginName("a da") == nil)
  }

  @Test func `whatever was accepted is accepted again, as the same bytes`() {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    let alphabet = Array("aZéİßǅΣÅ用.-_9".unicodeScalars) + ["\u{301}", "\u{307}", "\u{345}", "\u{212B}"]
    var accepted = 0
    for _ in 0..<3000 {
      let scalars = (0..<Int.random(in: 1...70, using: &random)).map { _ in
        alphabet[Int.random(in: alphabet.indices, using: &random)]
      }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars)
      let text = String(view)
      if let username = Username(text) {
        accepted += 1
        let again = Username(username.description)?.description
        #expect(again?.utf8.elementsEqual(username.description.utf8) == true, "\(seed): \(text)")
      }
      if let email = EmailAddress(text + "@b.example") {
        let again = EmailAddress(email.description)?.description
        #expect(again?.utf8.elementsEqual(email.description.utf8) == true, "\(seed): \(text)")
      }
    }
    #expect(accepted > 1000)
  }
}

import SignetAuthority
import Testing

@testable import SignetServer

@Suite struct KnownPasswordTests {
  @Test func `the list is compiled in, whole`() throws {
    let list = try CommonPasswords.compiledIn()
    #expect(list.count == 93_613)
    for word in ["123456", "password", "trustno1", "letmein", "1qaz2wsx", "alexander", "zxcvbnm"] {
      #expect(list.contains(word.utf8), "\(word)")
    }
    for word in ["passwore", "trustnp1", "alexandeer", "correcthorsebatterystaple"] {
      #expect(!list.contains(word.utf8), "\(word)")
    }
  }

  @Test func `a list that is damaged, or has lost words, is an error and not an empty list`() throws {
    let words = (0..<CommonPasswords.leastCount).map { "\(100_000 + $0)\n" }
    #expect(try CommonPasswords(list: Array(words.joined().utf8)).count == CommonPasswords.leastCount)
    let damaged = [
      [], words.dropLast(), [words[1], words[0]] + words.dropFirst(2), ["A\n"] + words.dropFirst(),
      words + ["without an end"],
    ]
    for list in damaged {
      let error = #expect(throws: PasswordListError.self) {
        try CommonPasswords(list: Array(list.joined().utf8))
      }
      #expect(error?.description.contains("install it again") == true)
    }
  }

  @Test(arguments: [
    ("iloveyouiloveyou", PasswordPolicy.Refusal.common), ("Manchester-United1", nil),
    ("administrator123", .common),
    ("Alexander.1987.12", .common), ("1qaz2wsx3edc4rfv", .predictable), ("passwordpassword", .common),
    ("correct horse battery staple", nil), ("an entirely different password", nil),
    ("nine lives of a staple", nil),
    ("welcome-to-2024!!", nil), ("0123456789012345", .predictable), ("Mississippi 12345", .common),
    ("pL9vQ2xT7wZ4kR8n", nil), ("aGVsbG8gd29ybGQhISEhISEh", nil), ("gehässige Eulen 7", nil),
  ])
  func `what people choose at fifteen characters is refused, and what is their own is not`(
    text: String, refusal: PasswordPolicy.Refusal?
  ) throws {
    let policy = try #require(PasswordPolicy(common: CommonPasswords.compiledIn()))
    #expect(policy.refusal(of: try #require(Password(text)), names: []) == refusal)
  }
}

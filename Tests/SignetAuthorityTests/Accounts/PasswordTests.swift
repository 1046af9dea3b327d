import SignetAuthority
import SignetTesting
import Testing

@Suite struct PasswordTests {
  @Test func `a password is hashed in composed form, however it was typed`() throws {
    let (composed, decomposed) = (try #require(Password("é")), try #require(Password("e\u{301}")))
    #expect(composed.bytes == decomposed.bytes)
    #expect(composed.bytes == Array("\u{E9}".utf8))
    #expect(decomposed.codePointCount == 1)
  }

  @Test func `case and spaces are kept`() throws {
    #expect(try #require(Password(" Aa ")).bytes == Array(" Aa ".utf8))
  }

  @Test func `A11 a password of more than 1024 bytes is not looked at`() {
    #expect(Password(String(repeating: "a", count: 1024)) != nil)
    #expect(Password(String(repeating: "a", count: 1025)) == nil)
    #expect(Password(String(repeating: "é", count: 512)) != nil)
    #expect(Password(String(repeating: "é", count: 513)) == nil)
    #expect(Password(String(repeating: "a", count: 10_000_000)) == nil)
    // Composition can take more bytes than what was typed: U+0958 becomes two characters.
    #expect(Password(String(repeating: "\u{958}", count: 341)) == nil)
  }

  @Test func `a password and a hash never print themselves`() throws {
    let password = try #require(Password("correct horse battery staple"))
    let hash = try TestAuthority.passwordHash("c2VjcmV0c2VjcmV0")
    var text = "\(password) \(String(reflecting: password)) \(hash) \(String(reflecting: hash))"
    dump(password, to: &text)
    dump(hash, to: &text)
    #expect(!text.contains("horse"))
    #expect(!text.contains("c2VjcmV0"))
    #expect(text.contains("m=19456,t=2,p=1"))
  }

  @Test(arguments: [
    "", "$argon2i$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA", "$argon2id$v=16$m=1,t=1,p=1$c2FsdA$aGFzaA",
    "$argon2id$v=19$m=1,t=1,p=1$c2FsdA", "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA$more", "plaintext",
    "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$" + String(repeating: "a", count: 512),
  ])
  func `what is no hash of Argon2id is refused`(encoded: String) {
    #expect(PasswordHash(encoded: encoded) == nil)
  }

  @Test func `fifteen code points are asked for by default, and eight at the least`() throws {
    let policy = try #require(PasswordPolicy())
    func refusal(_ text: String) throws -> PasswordPolicy.Refusal? {
      policy.refusal(of: try #require(Password(text)), names: [])
    }
    #expect(try refusal("kxvqzjwpmbtgny") == .tooShort(minimum: 15))
    #expect(try refusal("kxvqzjwpmbtgnyr") == nil)
    // Code points after composition count, not bytes and not what was typed.
    #expect(try refusal("kxvqzjwpmbtgne\u{301}") == .tooShort(minimum: 15))
    #expect(try refusal("kxvqzjwpmbtgnye\u{301}") == nil)
    #expect(try refusal("") == .tooShort(minimum: 15))
    #expect(PasswordPolicy(minimumLength: 7) == nil)
    let lowest = try #require(PasswordPolicy(minimumLength: 8))
    #expect(lowest.refusal(of: try #require(Password("kxvqzjwp")), names: []) == nil)
    #expect(lowest.refusal(of: try #require(Password("kxvqzjw")), names: []) == .tooShort(minimum: 8))
  }

  @Test func `no composition is asked for`() throws {
    let policy = try #require(PasswordPolicy())
    for text in ["the lower case only", "пароль крота слепого", "4839201756381947", "THE UPPER CASE ONLY"] {
      #expect(policy.refusal(of: try #require(Password(text)), names: []) == nil)
    }
  }
}

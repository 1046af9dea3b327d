import SignetAuthority
import Testing

/// What the block-list refuses, with a list of a few words and eight characters asked for.
@Suite struct PasswordPolicyTests {
  private static let words = "abc123\ndragon\nlondon\nmonkey\nmypony42\npassword\npoiu\nsunshine\n"

  private static func refusal(
    _ text: String, names: [String] = [], service: String = ""
  ) throws -> PasswordPolicy.Refusal? {
    let common = try #require(CommonPasswords(sorted: Array(words.utf8)))
    let policy = try #require(PasswordPolicy(minimumLength: 8, common: common))
    return policy.refusal(of: try #require(Password(text)), names: names, service: service)
  }

  @Test(arguments: [
    // The word itself, in any case and any compatible form.
    "password", "PassWord", "ｐａｓｓｗｏｒｄ", "mypony42",
    // With digits for letters, and with little around it.
    "p4ssw0rd", "P@$$word", "password1", "Password2024!", "password12345678", "1password1", "!monkey!",
    "dragon19840",
    // Said again, with and without something between.
    "passwordpassword", "sunshine sunshine", "monkey-monkey-1", "monkeymonkeymonkey99", "p a s s w o r d",
    "password password password",
  ])
  func `a word that many choose is refused, with little added too`(text: String) throws {
    #expect(try Self.refusal(text) == .common)
  }

  @Test(arguments: [
    "aaaaaaaa", "AaAaAaAa", "        ", "12345678", "87654321", "abcdefgh", "zyxwvuts", "qwertyuiop",
    "qwertzuiop",
    "azertyuiop", "1qaz2wsx", "asdfghjkl;'", "abcabcabcabc", "xk3xk3xk3xk3", "19841984", "2024-2025",
    "aaa111bbb222",
    "1234567890987654321", "12.03.1984", "555-12345678", "monkey monkey", "éééééééééé",
  ])
  func `what repeats, counts or follows the keyboard is refused`(text: String) throws {
    #expect(try Self.refusal(text) == .predictable)
  }

  @Test(arguments: [
    "dragonlondon", "monkey sunshine", "passwort-tragen", "password1qx7", "passwordab", "пароль крот",
    "kq7vz2mw",
    "4!7$9&2#", "monkeys!9?", "correct horse battery staple", "xk3vxk3vxk3w", "drag on on", "483926571638",
  ])
  func `two words, or one with more than a little added, are accepted`(text: String) throws {
    #expect(try Self.refusal(text) == nil)
  }

  @Test func `a name of the account or of the service is refused, with little added too`() throws {
    let names = ["ada.lovelace", "ada@analytical-engines.example"]
    for text in [
      "ada.lovelace", "ADA.Lovelace", "adalovelace", "lovelace1", "Lovelace2024!",
      "ada@analytical-engines.example",
      "analytical99", "lovelacelovelace", "id.signet.example", "signet!!", "signet.example1",
    ] {
      #expect(try Self.refusal(text, names: names, service: "id.signet.example") == .containsName, "\(text)")
    }
    // Three letters occur in everything; and a name beside something of its own is no harm.
    for text in ["adaptable", "lovelace and hate", "signet-ring-of-gold", "adaxkqvz"] {
      #expect(try Self.refusal(text, names: names, service: "id.signet.example") == nil, "\(text)")
    }
    #expect(try Self.refusal("lovelace1") == nil)
  }

  @Test func `the longest password is weighed, not skipped`() throws {
    let one = String(repeating: "a", count: 1024)
    #expect(try Self.refusal(one) == .predictable)
    #expect(try Self.refusal(String(one.dropLast(2)) + "kx") == nil)
  }

  @Test func `the service's name is the issuer's host`() throws {
    let policy = try AuthorityPolicy(
      issuer: "https://login.lighthouse.example:8443/realm", passwords: try #require(PasswordPolicy()))
    func refusal(_ text: String) throws -> PasswordPolicy.Refusal? {
      policy.refusal(of: try #require(Password(text)), names: [])
    }
    #expect(try refusal("lighthouse-123456") == .containsName)
    #expect(try refusal("login.lighthouse.example") == .containsName)
    #expect(try refusal("the realm of the sea") == nil)
  }
}

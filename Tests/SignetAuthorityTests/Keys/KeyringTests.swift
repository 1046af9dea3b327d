import JOSE
import SignetAuthority
import SignetTesting
import Testing

@Suite struct KeyringTests {
  private let keyring = Keyring(from: .seeded(Seed(1)))
  private let other = Keyring(from: .seeded(Seed(2)))

  @Test func `what is sealed opens under the same secret and context`() throws {
    for plaintext in [[], [7], [UInt8](repeating: 9, count: 5000)] as [[UInt8]] {
      let sealed = try keyring.seal(plaintext, context: "signing key a")
      #expect(sealed.count == 4 + 12 + plaintext.count + 16)
      #expect(keyring.open(sealed, context: "signing key a") == plaintext)
    }
  }

  @Test func `two sealings of one text differ`() throws {
    #expect(try keyring.seal([1, 2, 3], context: "c") != keyring.seal([1, 2, 3], context: "c"))
  }

  @Test func `another context, another secret, or one changed bit opens nothing`() throws {
    let sealed = try keyring.seal([1, 2, 3], context: "signing key a")
    #expect(keyring.open(sealed, context: "signing key b") == nil)
    #expect(keyring.open(sealed, context: "") == nil)
    #expect(other.open(sealed, context: "signing key a") == nil)
    for index in sealed.indices {
      for bit in 0..<8 {
        var flipped = sealed
        flipped[index] ^= 1 << bit
        #expect(keyring.open(flipped, context: "signing key a") == nil)
      }
    }
    for count in 0..<sealed.count {
      #expect(keyring.open(Array(sealed.prefix(count)), context: "signing key a") == nil)
    }
    #expect(keyring.open(sealed + [0], context: "signing key a") == nil)
  }

  @Test func `a new secret in front seals, and the old one still opens`() throws {
    let old = try keyring.seal([1], context: "c")
    let rotated = try Keyring(text: other.text() + keyring.text())
    #expect(rotated.open(old, context: "c") == [1])
    let new = try rotated.seal([2], context: "c")
    #expect(other.open(new, context: "c") == [2])
    #expect(keyring.open(new, context: "c") == nil)
  }

  @Test func `the text form reads back`() throws {
    let again = try Keyring(text: keyring.text())
    #expect(again.text() == keyring.text())
    let sealed = try keyring.seal([1], context: "c")
    #expect(again.open(sealed, context: "c") == [1])
    #expect(try Keyring(text: "\n\n" + keyring.text() + "\r\n").text() == keyring.text())
  }

  @Test func `a text that is no keyring is refused by its line, without its secret`() throws {
    let line = keyring.text().filter { !$0.isNewline }
    let parts = line.split(separator: ".").map(String.init)
    let malformed = [
      "kr2.\(parts[1]).\(parts[2])", "kr1.\(parts[1])", "\(line).x", " \(line)", "\(line) ",
      "kr1.\(parts[1])A.\(parts[2])", "kr1.\(parts[1]).\(parts[2].dropLast(3))",
      "kr1.\(parts[1]).\(parts[2])=",
      "kr1..\(parts[2])", "# comment",
    ]
    for text in malformed {
      #expect(throws: KeyringError.malformedLine(1), "\(text)") { try Keyring(text: text) }
      #expect(throws: KeyringError.malformedLine(2)) { try Keyring(text: line + "\n" + text) }
    }
    #expect(throws: KeyringError.repeatedKeyID(line: 2)) { try Keyring(text: "\(line)\n\(line)") }
    #expect(throws: KeyringError.wrongCount(0)) { try Keyring(text: "") }
    #expect(!KeyringError.malformedLine(1).description.contains(parts[2]))
  }

  @Test func `a keyring holds sixteen secrets at the most`() throws {
    let lines = (0..<17).map { Keyring(from: .seeded(Seed($0))).text() }
    #expect(try Keyring(text: lines.prefix(16).joined()).text() == lines.prefix(16).joined())
    #expect(throws: KeyringError.wrongCount(17)) { try Keyring(text: lines.joined()) }
  }

  @Test func `a code is for one purpose, one message and one secret`() {
    let code = keyring.authenticationCode(over: [1, 2], for: .crossSiteRequestToken)
    #expect(code.count == 32)
    #expect(keyring.isValid(code, over: [1, 2], for: .crossSiteRequestToken))
    #expect(!keyring.isValid(code, over: [1, 3], for: .crossSiteRequestToken))
    #expect(!keyring.isValid(code, over: [1, 2], for: .refreshToken))
    #expect(!other.isValid(code, over: [1, 2], for: .crossSiteRequestToken))
    #expect(!keyring.isValid([], over: [1, 2], for: .crossSiteRequestToken))
    #expect(!keyring.isValid(Array(code.dropLast()), over: [1, 2], for: .crossSiteRequestToken))
    #expect(!keyring.isValid(code, over: [1, 2], for: .crossSiteRequestToken, keyID: [0, 0, 0, 0]))
  }

  @Test func `a keyring never prints itself`() {
    var text = "\(keyring) \(String(reflecting: keyring))"
    dump(keyring, to: &text)
    for part in keyring.text().split(whereSeparator: { $0 == "." || $0 == "\n" }) where part != "kr1" {
      #expect(!text.contains(part))
    }
  }

  @Test func `a line is named by its place in the file, empty ones counted`() {
    #expect(throws: KeyringError.malformedLine(3)) { try Keyring(text: "\n\r\nno keyring") }
    let line = keyring.text()
    #expect(throws: KeyringError.repeatedKeyID(line: 3)) { try Keyring(text: line + "\n" + line) }
  }
}

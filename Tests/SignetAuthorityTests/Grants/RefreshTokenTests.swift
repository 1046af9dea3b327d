import JOSE
import SignetAuthority
import SignetTesting
import Testing

@Suite struct RefreshTokenTests {
  private func issued() async throws -> (World, String) {
    let world = try await World()
    return (world, try await world.test.logIn(try await world.test.addAccount()).refreshToken)
  }

  @Test func `a token reads back as the grant and generation that it was issued for`() async throws {
    let world = try await World()
    let tokens = try await world.test.logIn(try await world.test.addAccount())
    let token = try #require(RefreshToken(tokens.refreshToken, keyring: world.authority.keyring))
    #expect(token.grant == tokens.grant.id)
    #expect(token.generation == 1)
    #expect(token.text(keyring: world.authority.keyring) == tokens.refreshToken)
    #expect(tokens.refreshToken.utf8.count == 82)
  }

  @Test func `A4 one bit flipped anywhere makes it no token`() async throws {
    let (world, text) = try await issued()
    let bytes = try Base64URL.decode(text)
    #expect(bytes.count == 61)
    for index in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[index] ^= 1 << bit
        let forged = RefreshToken(Base64URL.encode(flipped), keyring: world.authority.keyring)
        #expect(forged == nil, "bit \(bit) of byte \(index)")
      }
    }
  }

  @Test func `one character changed, added or left out makes it no token`() async throws {
    let (world, text) = try await issued()
    let keyring = world.authority.keyring
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= .\n"
    for index in text.indices {
      for character in alphabet where character != text[index] {
        let changed = text.replacingCharacters(at: index, with: String(character))
        #expect(RefreshToken(changed, keyring: keyring) == nil)
      }
      #expect(RefreshToken(text.replacingCharacters(at: index, with: ""), keyring: keyring) == nil)
    }
    for other in ["", text + "A", "A" + text, text + "=", " " + text, text + "\n", text + text] {
      #expect(RefreshToken(other, keyring: keyring) == nil)
    }
    #expect(RefreshToken(text, keyring: keyring) != nil)
  }

  @Test func `another authority's token is none here`() async throws {
    let (world, text) = try await issued()
    let other = Keyring(from: .seeded(Seed(77)))
    #expect(RefreshToken(text, keyring: other) == nil)
    // The same key id with another secret.
    let ownLine = world.authority.keyring.text().split(separator: ".")
    let otherLine = other.text().split(separator: ".")
    let mixed = try Keyring(text: "kr1.\(ownLine[1]).\(otherLine[2])")
    #expect(RefreshToken(text, keyring: mixed) == nil)
  }

  @Test func `a code made for another purpose is no token's`() async throws {
    let (world, text) = try await issued()
    let keyring = world.authority.keyring
    let message = Array(try Base64URL.decode(text).prefix(29))
    let code = keyring.authenticationCode(over: message, for: .crossSiteRequestToken)
    #expect(RefreshToken(Base64URL.encode(message + code), keyring: keyring) == nil)
    let right = keyring.authenticationCode(over: message, for: .refreshToken)
    #expect(RefreshToken(Base64URL.encode(message + right), keyring: keyring) != nil)
  }

  @Test func `a generation below one or beyond 63 bits is no token's`() async throws {
    let (world, text) = try await issued()
    let keyring = world.authority.keyring
    let start = Array(try Base64URL.decode(text).prefix(21))
    for (number, isToken) in [
      (UInt64(0), false), (1, true), (1 << 63 - 1, true), (1 << 63, false), (.max, false),
    ] {
      let message = start + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
      let signed = message + keyring.authenticationCode(over: message, for: .refreshToken)
      #expect((RefreshToken(Base64URL.encode(signed), keyring: keyring) != nil) == isToken, "\(number)")
    }
  }

  @Test func `a token outlives a rotation of the keyring, and its successor has one text at a time`()
    async throws
  {
    let world = try await World()
    let account = try await world.test.addAccount()
    let first = try await world.test.logIn(account)
    let second = try #require(try await world.test.refresh(first.refreshToken).tokens)
    let rotated = try Keyring(
      text: Keyring(from: .seeded(Seed(9))).text() + world.authority.keyring.text())
    // Both texts of the second generation stand for one and the same token.
    let old = try #require(RefreshToken(second.refreshToken, keyring: rotated))
    let text = old.text(keyring: rotated)
    #expect(text != second.refreshToken)
    #expect(RefreshToken(text, keyring: rotated) == old)
    #expect(RefreshToken(text, keyring: world.authority.keyring) == nil)
  }

  @Test func `neither a token nor a retry key prints itself`() async throws {
    let (world, text) = try await issued()
    let token = try #require(RefreshToken(text, keyring: world.authority.keyring))
    let retryKey = try #require(RetryKey("0123456789abcdef"))
    var dumped = "\(token) \(String(reflecting: token)) \(retryKey) \(String(reflecting: retryKey))"
    dump(token, to: &dumped)
    dump(retryKey, to: &dumped)
    #expect(!dumped.contains(text))
    #expect(!dumped.contains("0123456789abcdef"))
  }

  @Test func `a retry key is 16 to 128 printable characters`() {
    let good = String(repeating: "k", count: 16)
    #expect(RetryKey(good) != nil)
    #expect(RetryKey(String(repeating: "k", count: 128)) != nil)
    for bad in [
      "", String(repeating: "k", count: 15), String(repeating: "k", count: 129), good + " ", good + "\n",
      good + "é", good + "\u{7F}",
    ] {
      #expect(RetryKey(bad) == nil, "\(bad)")
    }
    #expect(RetryKey(good)?.hash == RetryKey(good)?.hash)
    #expect(RetryKey(good)?.hash != RetryKey(good + "k")?.hash)
  }
}

extension String {
  fileprivate func replacingCharacters(at index: Index, with text: String) -> String {
    String(self[..<index]) + text + String(self[self.index(after: index)...])
  }
}

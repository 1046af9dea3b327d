/// Names a bucket: 16 bytes of a keyed hash. What was typed as a login name may be a password, so it is not
/// stored, and cannot be guessed at by whoever reads the database.
package struct ThrottleKey: Hashable, Sendable {
  /// Exactly 16 bytes.
  package let bytes: [UInt8]

  package init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  init(_ kind: String, _ parts: [String], keyring: Keyring) {
    // Each part behind its length, so that no two lists of parts run together to the same bytes.
    let text = ([kind] + parts).map { "\($0.utf8.count):\($0)" }.joined()
    let code = keyring.authenticationCode(over: Array(text.utf8), for: .throttle)
    bytes = Array(code.prefix(16))
  }
}

/// One guess at a password: whose, and where from. Whether the account exists does not matter.
package struct PasswordGuess: Sendable {
  /// A name that no account can have is one subject for all: the guesser knows it for what it is.
  let name: LoginName?
  let origin: RequestOrigin

  package init(name: LoginName?, origin: RequestOrigin) {
    self.name = name
    self.origin = origin
  }

  /// A guess at the present password of an account that is logged in.
  package init(account: Account, origin: RequestOrigin) {
    let name = account.username.map(LoginName.username) ?? account.email.map(LoginName.email)
    self.init(name: name, origin: origin)
  }
}

/// The part of an address that stands for one guesser: an IPv4 address, or an IPv6 network of 64 bits, since
/// whoever has one address of it has them all.
package enum AddressNetwork {
  /// The network of `address`; nil when the address says nothing: none, no IP address, or loopback, where a
  /// proxy speaks for everybody.
  package static func of(_ address: String?) -> String? {
    guard let address = address?.prefix(while: { $0 != "%" }) else { return nil }
    if let octets = octets(address) { return octets[0] == 127 ? nil : dotted(octets) }
    guard let groups = groups(address) else { return nil }
    if groups.prefix(5).allSatisfy({ $0 == 0 }) {
      if groups[5] == 0xFFFF {
        let octets = groups[6...].flatMap { [$0 >> 8, $0 & 0xFF] }
        return octets[0] == 127 ? nil : dotted(octets)
      }
      if groups.dropLast().allSatisfy({ $0 == 0 }), groups[7] <= 1 { return nil }
    }
    return groups.prefix(4).map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
  }

  private static func dotted(_ octets: [UInt16]) -> String {
    octets.map(String.init).joined(separator: ".")
  }

  private static func octets(_ text: Substring) -> [UInt16]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    let octets = parts.compactMap { $0.map(UInt16.init) }
    return parts.count == 4 && octets.count == 4 ? octets : nil
  }

  private static func groups(_ text: Substring) -> [UInt16]? {
    let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
    guard text.contains(":"), let first = halves.first, let head = run(first) else { return nil }
    guard halves.count == 2 else { return head.count == 8 ? head : nil }
    guard let tail = run(halves[1]), head.count + tail.count < 8 else { return nil }
    return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
  }

  /// Groups between colons; the last may be an IPv4 address.
  private static func run(_ text: Substring) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    for part in text.split(separator: ":", omittingEmptySubsequences: false) {
      if let octets = octets(part) {
        groups += [octets[0] << 8 | octets[1], octets[2] << 8 | octets[3]]
      } else if let group = UInt16(part, radix: 16) {
        groups.append(group)
      } else {
        return nil
      }
    }
    return groups
  }
}

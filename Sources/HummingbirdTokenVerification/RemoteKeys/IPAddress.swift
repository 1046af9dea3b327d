/// An address of IPv4 or IPv6, and what kind of place it leads to.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  /// 4 or 16 bytes, in network order.
  package let bytes: [UInt8]
  /// The text that it was read from.
  package let description: String

  package static let loopbackV4 = IPAddress(bytes: [127, 0, 0, 1], description: "127.0.0.1")
  package static let loopbackV6 = IPAddress(bytes: Array(repeating: 0, count: 15) + [1], description: "::1")

  private init(bytes: [UInt8], description: String) {
    self.bytes = bytes
    self.description = description
  }

  /// An address from its text: four decimal numbers without leading zeros, or RFC 4291 §2.2 without a zone;
  /// nil for anything else, such as the shorthands `127.1` and `2130706433` that some resolvers take.
  package init?(_ text: String) {
    guard let bytes = Self.v4(text[...]) ?? Self.v6(text) else { return nil }
    self.init(bytes: bytes, description: text)
  }

  /// Whether this machine is meant: 127/8, as a socket of IPv6 shows it too, or `::1`. What a gateway would
  /// carry to a 127/8 of its own (RFC 6052, RFC 3056) is some other machine.
  package var isLoopback: Bool {
    let isMapped = bytes.count == 16 && Self.matches(bytes, Self.mapping, bits: 96)
    if bytes.count == 4 || isMapped { return bytes[bytes.count - 4] == 127 }
    return bytes == Self.loopbackV6.bytes
  }

  /// Whether the address belongs to the public internet: not to this machine, a private network, a link, a
  /// group, or a range that is reserved (the special-purpose registries of RFC 6890).
  package var isPublic: Bool {
    guard let v4 = embeddedV4 else { return Self.isPublicV6(bytes) }
    return !Self.specialV4.contains { network in Self.matches(v4, network.prefix, bits: network.bits) }
  }

  /// The IPv4 address that this is, or that an IPv6 address carries a packet to: mapped and compatible
  /// (RFC 4291 §2.5.5), translated (RFC 6052, `64:ff9b::/96`), and 6to4 (RFC 3056).
  private var embeddedV4: [UInt8]? {
    if bytes.count == 4 { return bytes }
    let isMapped = Self.matches(bytes, Self.mapping, bits: 96)
    let isTranslated = Self.matches(bytes, [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0], bits: 96)
    let isCompatible = bytes.prefix(12).allSatisfy { $0 == 0 } && bytes[12] != 0
    if isMapped || isTranslated || isCompatible { return Array(bytes.suffix(4)) }
    return Self.matches(bytes, [0x20, 0x02], bits: 16) ? Array(bytes[2..<6]) : nil
  }

  private static let mapping: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

  private static let specialV4: [(prefix: [UInt8], bits: Int)] = [
    ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24),
    ([192, 0, 2], 24), ([192, 88, 99], 24), ([192, 168], 16), ([198, 18], 15), ([198, 51, 100], 24),
    ([203, 0, 113], 24), ([224], 4), ([240], 4),
  ]

  /// Global unicast is 2000::/3; of that, 2001::/23 and two ranges for documentation are set apart.
  private static func isPublicV6(_ bytes: [UInt8]) -> Bool {
    matches(bytes, [0x20], bits: 3)
      && !matches(bytes, [0x20, 0x01, 0x00], bits: 23)
      && !matches(bytes, [0x20, 0x01, 0x0D, 0xB8], bits: 32)
      && !matches(bytes, [0x3F, 0xFF, 0x00], bits: 20)
  }

  /// Whether the first `bits` bits of `bytes` are those of `prefix`; bits that the prefix lacks are zero.
  private static func matches(_ bytes: [UInt8], _ prefix: [UInt8], bits: Int) -> Bool {
    (0..<(bits + 7) / 8).allSatisfy { index in
      let mask: UInt8 = bits >= index * 8 + 8 ? 0xFF : ~(0xFF >> (bits % 8))
      let expected = index < prefix.count ? prefix[index] : 0
      return bytes[index] & mask == expected & mask
    }
  }
}

// MARK: - Text

extension IPAddress {
  private static func v4(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var number: Int?
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let next = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
        // A second digit after a zero is a leading zero.
        guard number != 0, next <= 255 else { return nil }
        number = next
      case UInt8(ascii: "."):
        guard let whole = number, bytes.count < 3 else { return nil }
        bytes.append(UInt8(whole))
        number = nil
      default: return nil
      }
    }
    guard let last = number, bytes.count == 3 else { return nil }
    return bytes + [UInt8(last)]
  }

  private static func v6(_ text: String) -> [UInt8]? {
    guard let gap = text.firstRange(of: "::") else {
      return groups(text[...]).flatMap { $0.count == 16 ? $0 : nil }
    }
    let head = text[..<gap.lowerBound]
    let tail = text[gap.upperBound...]
    guard let left = head.isEmpty ? [] : groups(head, mayEndInV4: false),
      let right = tail.isEmpty ? [] : groups(tail),
      left.count + right.count <= 14
    else {
      return nil
    }
    return left + Array(repeating: 0, count: 16 - left.count - right.count) + right
  }

  /// The bytes of groups of one to four hexadecimal digits, the last perhaps an IPv4 address.
  private static func groups(_ text: Substring, mayEndInV4: Bool = true) -> [UInt8]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 8 else { return nil }
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if mayEndInV4, index == parts.count - 1, let v4 = v4(part) {
        bytes += v4
      } else {
        guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimal),
          let group = UInt16(part, radix: 16)
        else {
          return nil
        }
        bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
      }
    }
    return bytes
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}

import SignetTesting

@testable import JOSE

/// A change to a token's text. What is signed is signed again, where that is possible: then the spelling
/// alone decides.
struct TextMutation: Sendable {
  /// What is odd about it; the name of its row in `docs/conformance.md`.
  let name: String
  /// The token, from a good one's segments.
  let token: @Sendable ([String], SigningKey, inout SplitMix64) throws -> String

  private init(
    _ name: String, _ token: @escaping @Sendable ([String], SigningKey, inout SplitMix64) throws -> String
  ) {
    self.name = name
    self.token = token
  }

  static let all = spellings + segments + signatures + [random]

  private static func signed(_ header: String, _ payload: String, _ key: SigningKey) throws -> String {
    let message = "\(header).\(payload)"
    return try "\(message).\(Base64URL.encode(key.signature(over: Array(message.utf8))))"
  }

  private static let spellings = [
    TextMutation("padding in the header") { parts, key, _ in try signed(parts[0] + "=", parts[1], key) },
    TextMutation("padding in the payload") { parts, key, _ in
      try signed(parts[0], Base64URL.encode(Array(#"{"a":"bc"}"#.utf8)) + "==", key)
    },
    TextMutation("padding at the signature") { parts, _, _ in
      let count = (4 - parts[2].utf8.count % 4) % 4
      return parts.joined(separator: ".") + String(repeating: "=", count: count)
    },
    TextMutation("+ and / for - and _ in the payload") { parts, key, _ in
      try signed(parts[0], "eyJhIjoi7+/vIn0", key)
    },
    TextMutation("unused bits in the payload") { parts, key, _ in
      // `{"a":"bc"}`, whose last character has four bits too many.
      try signed(parts[0], "eyJhIjoiYmMifR", key)
    },
    TextMutation("unused bits in the signature") { parts, _, _ in
      let last = Base64URL.raised(parts[2])
      return [parts[0], parts[1], last].joined(separator: ".")
    },
    TextMutation("a length of 4n + 1 in the payload") { parts, key, _ in
      try signed(parts[0], parts[1] + String(repeating: "A", count: (5 - parts[1].utf8.count % 4) % 4), key)
    },
    TextMutation("white space in the payload") { parts, key, _ in
      try signed(parts[0], "eyJh IjoiYmMifQ", key)
    },
    TextMutation("a line break in the signature") { parts, _, _ in
      "\(parts[0]).\(parts[1]).\(parts[2].prefix(8))\n\(parts[2].dropFirst(8))"
    },
    TextMutation("a letter beyond ASCII in the signature") { parts, _, _ in
      "\(parts[0]).\(parts[1]).é\(parts[2].dropFirst())"
    },
    TextMutation("white space round the token") { parts, _, random in
      let token = parts.joined(separator: ".")
      return random.next() % 2 == 0 ? " \(token)" : "\(token)\n"
    },
  ]

  private static let segments = [
    TextMutation("two segments") { parts, _, _ in "\(parts[0]).\(parts[1])" },
    TextMutation("four segments") { parts, _, random in
      random.next() % 2 == 0 ? parts.joined(separator: ".") + "." : parts.joined(separator: ".") + ".AAAA"
    },
    TextMutation("an empty header") { parts, key, _ in try signed("", parts[1], key) },
    TextMutation("an empty payload") { parts, key, _ in try signed(parts[0], "", key) },
    TextMutation("an empty signature") { parts, _, _ in "\(parts[0]).\(parts[1])." },
    TextMutation("alg none and no signature") { parts, _, random in
      let name = ["none", "None", "nOnE"][Int(random.next() % 3)]
      return "\(Base64URL.encode(Array("{\"alg\":\"\(name)\"}".utf8))).\(parts[1])."
    },
  ]

  private static let signatures = [
    TextMutation("a bit of the signature") { parts, _, random in
      var bytes = try Base64URL.decode(parts[2])
      bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
      return "\(parts[0]).\(parts[1]).\(Base64URL.encode(bytes))"
    },
    TextMutation("a signature cut short") { parts, _, random in
      let bytes = try Base64URL.decode(parts[2])
      return
        "\(parts[0]).\(parts[1]).\(Base64URL.encode(bytes.prefix(Int(random.next() % UInt64(bytes.count)))))"
    },
    TextMutation("a signature with more at its end") { parts, _, _ in
      try "\(parts[0]).\(parts[1]).\(Base64URL.encode(Base64URL.decode(parts[2]) + [0]))"
    },
    TextMutation("a signature of zeros") { parts, _, _ in
      let zeros = [UInt8](repeating: 0, count: try Base64URL.decode(parts[2]).count)
      return "\(parts[0]).\(parts[1]).\(Base64URL.encode(zeros))"
    },
    TextMutation("a signature over another header") { parts, key, _ in
      let other = try signed(Base64URL.encode(Array("{}".utf8)), parts[1], key)
      return "\(parts[0]).\(parts[1]).\(other.split(separator: ".")[2])"
    },
  ]

  private static let random = TextMutation("one to three random characters") { parts, _, random in
    scattered(parts.joined(separator: "."), &random)
  }

  /// The token with one to three characters changed, added or taken away, anywhere.
  static func scattered(_ token: String, _ random: inout SplitMix64) -> String {
    var text = Array(token.utf8)
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \"{".utf8)
    for _ in 0...Int(random.next() % 3) {
      let index = Int(random.next() % UInt64(text.count))
      let letter = alphabet[Int(random.next() % UInt64(alphabet.count))]
      switch random.next() % 3 {
      case 0: text[index] = letter
      case 1: text.insert(letter, at: index)
      default: text.remove(at: index)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension Base64URL {
  /// The text with a bit set in its last character that encodes nothing, if there is one.
  static func raised(_ text: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    guard text.utf8.count % 4 > 1, let last = text.utf8.last, let value = alphabet.firstIndex(of: last) else {
      return text
    }
    return text.dropLast() + String(decoding: [alphabet[value | 1]], as: UTF8.self)
  }
}

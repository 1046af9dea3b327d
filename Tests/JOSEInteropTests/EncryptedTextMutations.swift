import SignetTesting

@testable import JOSE

/// A change to a JWE's text: the tag says whether it is still what was encrypted, unless it is the spelling
/// alone that changes.
struct EncryptedTextMutation: Sendable {
  /// What is odd about it; the name of its row in `docs/conformance.md`.
  let name: String
  /// The token, from a good one's segments.
  let token: @Sendable ([String], inout SplitMix64) throws -> String

  private init(_ name: String, _ token: @escaping @Sendable ([String], inout SplitMix64) throws -> String) {
    self.name = name
    self.token = token
  }

  static let all =
    [
      EncryptedTextMutation("padding at the tag") { parts, _ in parts.joined(separator: ".") + "==" },
      EncryptedTextMutation("unused bits in the tag") { parts, _ in
        (parts.dropLast() + [Base64URL.raised(parts[4])]).joined(separator: ".")
      },
      EncryptedTextMutation("a line break in the ciphertext") { parts, _ in
        (parts[..<3] + ["\(parts[3].prefix(4))\n\(parts[3].dropFirst(4))", parts[4]]).joined(separator: ".")
      },
      EncryptedTextMutation("white space round the token") { parts, random in
        let token = parts.joined(separator: ".")
        return random.next() % 2 == 0 ? " \(token)" : "\(token)\n"
      },
      EncryptedTextMutation("an encrypted key that dir does not have") { parts, _ in
        ([parts[0], "AAAA"] + parts[2...]).joined(separator: ".")
      },
      EncryptedTextMutation("a tag cut short") { parts, random in
        let count = [4, 8, 12, 15][Int(random.next() % 4)]
        let tag = try Base64URL.encode(Base64URL.decode(parts[4]).prefix(count))
        return (parts.dropLast() + [tag]).joined(separator: ".")
      },
      EncryptedTextMutation("an empty tag") { parts, _ in parts.dropLast().joined(separator: ".") + "." },
      EncryptedTextMutation("another number of segments") { parts, random in
        random.next() % 2 == 0
          ? parts.dropLast().joined(separator: ".") : parts.joined(separator: ".") + ".AAAA"
      },
      EncryptedTextMutation("one to three random characters") { parts, random in
        TextMutation.scattered(parts.joined(separator: "."), &random)
      },
    ]
    + [("vector", 2), ("ciphertext", 3), ("tag", 4)].map { part, index in
      EncryptedTextMutation("a bit of the \(part)") { parts, random in
        var bytes = try Base64URL.decode(parts[index])
        bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
        var changed = parts
        changed[index] = Base64URL.encode(bytes)
        return changed.joined(separator: ".")
      }
    }
}

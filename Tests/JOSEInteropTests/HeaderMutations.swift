import SignetTesting

/// A way to write a header that a reader may take or refuse; whoever holds the key has signed or encrypted
/// under it, so that the header alone decides.
struct HeaderMutation: Sendable {
  /// What is odd about it; the name of its row in `docs/conformance.md`.
  let name: String
  /// The header's text, from the members that make a good one.
  let text: @Sendable (_ members: String, inout SplitMix64) -> [UInt8]

  private init(_ name: String, _ text: @escaping @Sendable (String, inout SplitMix64) -> [UInt8]) {
    self.name = name
    self.text = text
  }

  /// One of several texts in which `$` stands for the good members.
  private init(_ name: String, _ texts: String...) {
    self.init(name) { members, random in
      let text = texts[Int(random.next() % UInt64(texts.count))]
      return Array(text.replacing("$", with: members).utf8)
    }
  }

  static let all: [HeaderMutation] = wellFormed + json + parameters

  private static let wellFormed = [
    HeaderMutation("a good header", "{$}", #"{$,"typ":"JWT"}"#, #"{$,"kid":"k1","cty":"x"}"#),
    HeaderMutation("white space in the JSON", " {$}", "{$} ", "{ $ }", "{\n$\r\n\t}"),
    HeaderMutation("an unknown parameter", #"{$,"x":[1,{"y":null}]}"#, #"{$,"http://example.com/x":true}"#),
    HeaderMutation("a random parameter") { members, random in
      let value = Int(random.next() % 1_000_000)
      return Array("{\(members),\"r\(value % 97)\":\(value)}".utf8)
    },
    HeaderMutation(
      "jwk, jku or x5u", #"{$,"jku":"https://evil.example/k"}"#, #"{$,"x5u":"https://evil.example"}"#),
  ]

  private static let json = [
    HeaderMutation("alg given twice", #"{$,"alg":"none"}"#, #"{"alg":"none",$}"#),
    HeaderMutation("another name given twice", #"{$,"x":1,"x":1}"#, #"{$,"x":1,"\u0078":2}"#),
    HeaderMutation("a name written with escapes") { members, _ in
      Array("{\(members.replacing("\"alg\"", with: "\"\\u0061lg\""))}".utf8)
    },
    HeaderMutation("text after the JSON", "{$}x", "{$}{}", "{$},"),
    HeaderMutation("no object", "[{$}]", "\"x\"", "null", "1"),
    HeaderMutation("a trailing comma", "{$,}"),
    HeaderMutation("half a surrogate pair", #"{$,"x":"\ud800"}"#, #"{$,"x":"\udc00a"}"#),
    HeaderMutation("bytes that are not UTF-8") { members, _ in
      Array("{\(members),\"x\":\"".utf8) + [0xFF] + Array("\"}".utf8)
    },
    HeaderMutation("a byte order mark") { members, _ in [0xEF, 0xBB, 0xBF] + Array("{\(members)}".utf8) },
    HeaderMutation("a control character in a string", "{$,\"x\":\"\u{1}\"}", "{$,\"x\":\"\n\"}"),
    HeaderMutation("NaN or Infinity", #"{$,"x":NaN}"#, #"{$,"x":-Infinity}"#),
    HeaderMutation("a number beyond a Double", #"{$,"x":1e400}"#),
    HeaderMutation("a number with a leading zero", #"{$,"x":01}"#),
    HeaderMutation("17 to 40 levels") { members, random in
      let depth = 16 + Int(random.next() % 24)
      return Array("{\(members),\"x\":".utf8) + Array(repeating: UInt8(ascii: "["), count: depth)
        + Array(repeating: UInt8(ascii: "]"), count: depth) + [UInt8(ascii: "}")]
    },
    HeaderMutation("more than 16 KiB") { members, _ in
      Array("{\(members),\"x\":\"\(String(repeating: "a", count: 17_000))\"}".utf8)
    },
  ]

  private static let parameters = [
    HeaderMutation("no alg") { members, _ in
      Array("{\(members.replacing("\"alg\"", with: "\"Alg\""))}".utf8)
    },
    HeaderMutation("an alg in other letters") { members, random in
      let isSpaced = random.next() % 2 == 0
      let changed = members.changingFirstValue { name in
        guard !isSpaced else { return "\(name) " }
        return name == name.lowercased() ? name.uppercased() : name.lowercased()
      }
      return Array("{\(changed)}".utf8)
    },
    HeaderMutation("an alg that is no string") { members, _ in
      Array(
        "{\(members.replacing("\"alg\":", with: "\"alg\":[").replacing(/\[("\w+")/) { "[\($0.output.1)]" })}"
          .utf8)
    },
    HeaderMutation(
      "crit with an extension that nobody knows", #"{$,"crit":["x"],"x":1}"#, #"{$,"crit":["exp"],"exp":1}"#),
    HeaderMutation("crit that is empty", #"{$,"crit":[]}"#),
    HeaderMutation("crit that is no array", #"{$,"crit":"b64"}"#, #"{$,"crit":null}"#, #"{$,"crit":{}}"#),
    HeaderMutation("crit with a registered name", #"{$,"crit":["alg"]}"#, #"{$,"crit":["typ"],"typ":"JWT"}"#),
    HeaderMutation("crit with what is absent", #"{$,"crit":["b64"]}"#),
    HeaderMutation("crit with a name twice", #"{$,"b64":true,"crit":["b64","b64"]}"#),
    HeaderMutation("b64 without crit", #"{$,"b64":true}"#),
    HeaderMutation(
      "b64 that is no boolean", #"{$,"b64":"true","crit":["b64"]}"#, #"{$,"b64":1,"crit":["b64"]}"#),
    HeaderMutation("b64 = true in crit", #"{$,"b64":true,"crit":["b64"]}"#),
    HeaderMutation("kid that is no string", #"{$,"kid":1}"#, #"{$,"kid":null}"#, #"{$,"kid":["k1"]}"#),
    HeaderMutation("kid of more than 256 bytes") { members, _ in
      Array("{\(members),\"kid\":\"\(String(repeating: "k", count: 300))\"}".utf8)
    },
    HeaderMutation("typ or cty that is no string", #"{$,"typ":1}"#, #"{$,"cty":null}"#),
  ]
}

extension String {
  /// The members with the first one's value changed: the algorithm's name.
  fileprivate func changingFirstValue(_ change: (String) -> String) -> String {
    var parts = split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
    // Nothing, the name, the colon, the value.
    parts[3] = change(parts[3])
    return parts.joined(separator: "\"")
  }
}

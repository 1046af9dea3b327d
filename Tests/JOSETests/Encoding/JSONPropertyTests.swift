import SignetTesting
import Testing

@testable import JOSE

@Suite struct JSONPropertyTests {
  @Test func `whatever is written is read back`() throws {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    for _ in 0..<2000 {
      let value = Self.value(depth: 0, &random)
      let read = try ParsedJSON(parsing: value.encoded(), limits: JSONLimits(maximumBytes: 1 << 20))
      #expect(read.json() == value, seed.comment)
    }
  }

  @Test func `white space between tokens changes nothing`() throws {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    for _ in 0..<300 {
      let value = Self.value(depth: 0, &random)
      let spaced = Self.spaced(value, &random)
      let read = try ParsedJSON(parsing: Array(spaced.utf8), limits: JSONLimits(maximumBytes: 1 << 20))
      #expect(read.json() == value, seed.comment)
    }
  }

  @Test func `T8 a member given twice is found wherever it stands`() {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    for _ in 0..<2000 {
      var names = Set(
        (0...random.next() % 40).map { _ in Base64URL.encode(random.bytes(1 + Int(random.next() % 3))) }
      )
      .sorted()
      func text(_ names: [String]) -> [UInt8] {
        Array("{\(names.map { "\"\($0)\":0" }.joined(separator: ","))}".utf8)
      }
      #expect(refusal { try ParsedJSON(parsing: text(names)) } == nil, seed.comment)
      let twin = names[Int(random.next() % UInt64(names.count))]
      names.insert(twin, at: Int(random.next() % UInt64(names.count + 1)))
      #expect(refusal { try ParsedJSON(parsing: text(names)) } == .duplicateMember, seed.comment)
    }
  }

  /// No input traps, and what is accepted is in a form that is accepted again.
  @Test func `T21 no bytes trap the JSON parser`() {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    let alphabet =
      Array("{}[]\",:\\u0123456789abcdefDE+-.tfn \n\u{E9}".utf8) + [0x00, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
    var accepted = 0
    for round in 0..<6000 {
      var text: [UInt8]
      if round % 2 == 0 {
        text = (0..<Int(random.next() % 24)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))]
        }
      } else {
        text = Self.value(depth: 0, &random).encoded()
        for _ in 0...(random.next() % 3) where !text.isEmpty {
          let index = Int(random.next() % UInt64(text.count))
          switch random.next() % 3 {
          case 0: text[index] = alphabet[Int(random.next() % UInt64(alphabet.count))]
          case 1: text.remove(at: index)
          default: text.insert(alphabet[Int(random.next() % UInt64(alphabet.count))], at: index)
          }
        }
      }
      do {
        let read = try ParsedJSON(parsing: text)
        accepted += 1
        let again = try ParsedJSON(parsing: read.json().encoded(), limits: JSONLimits(maximumBytes: 1 << 20))
        #expect(again.json() == read.json(), seed.comment)
      } catch {
        #expect([.malformedJSON, .duplicateMember, .tooLarge].contains(error.code), seed.comment)
      }
    }
    #expect(accepted > 100, seed.comment)
  }

  /// A value that reads back as itself: integers are integers, and no other number is one.
  static func value(depth: Int, _ random: inout SplitMix64) -> JSON {
    switch random.next() % (depth < 4 ? 8 : 6) {
    case 0: return .null
    case 1: return .bool(random.next() % 2 == 0)
    case 2: return .integer(Int64(bitPattern: random.next()) >> Int64(random.next() % 64))
    case 3: return .number(Double(Int64(bitPattern: random.next()) >> 20) + 0.5)
    case 4, 5: return .string(string(&random))
    case 6: return .array((0..<random.next() % 6).map { _ in value(depth: depth + 1, &random) })
    default:
      var names: Set<String> = []
      let members = (0..<random.next() % 6).compactMap { _ -> JSONMember? in
        let name = string(&random)
        let member = JSONMember(name: name, value: value(depth: depth + 1, &random))
        return names.insert(name).inserted ? member : nil
      }
      return .object(members)
    }
  }

  private static func string(_ random: inout SplitMix64) -> String {
    let scalars: [Unicode.Scalar] = [
      "a", "b", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "é", "€", "𝄞", "\u{10FFFF}",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<random.next() % 8 { text.append(scalars[Int(random.next() % UInt64(scalars.count))]) }
    return String(text)
  }

  private static func spaced(_ value: JSON, _ random: inout SplitMix64) -> String {
    func space() -> String { ["", " ", "\n", "\t", "\r", "  \n"][Int(random.next() % 6)] }
    switch value {
    case .array(let elements):
      return space() + "[" + elements.map { spaced($0, &random) }.joined(separator: ",") + space() + "]"
        + space()
    case .object(let members):
      let pairs = members.map { member in
        space() + JSON.string(member.name).encodedString() + space() + ":" + spaced(member.value, &random)
      }
      return space() + "{" + pairs.joined(separator: ",") + space() + "}" + space()
    default:
      return space() + value.encodedString() + space()
    }
  }
}

import Testing

@testable import JOSE

@Suite struct CodableTests {
  private struct Order: Codable, Equatable {
    struct Line: Codable, Equatable {
      var article: String
      var count: UInt8
      var price: Double?
    }

    enum State: String, Codable { case open, closed }

    var id: Int64
    var lines: [Line]
    var state: State
    var flags: [String: Bool]
    var note: String?
    var due: Timestamp
  }

  private static let order = Order(
    id: -5,
    lines: [.init(article: "a\"b", count: 255, price: 0.5), .init(article: "é", count: 0, price: nil)],
    state: .open, flags: ["x": true], note: nil, due: Timestamp(seconds: 1_800_000_000))

  private static let text = #"""
    {"id":-5,"lines":[{"article":"a\"b","count":255,"price":0.5},{"article":"é","count":0}],"state":"open",\#
    "flags":{"x":true},"due":1800000000}
    """#

  @Test func `a value is written and read back`() throws {
    let json = try JSON(encoding: Self.order)
    #expect(json.encodedString() == Self.text)
    #expect(try ParsedJSON(parsing: json.encoded()).decode(Order.self) == Self.order)
  }

  @Test(arguments: [
    (#"{"id":"#, "1.5}"), (#"{"id":"#, "\"1\"}"), (#"{"id":"#, "true}"), (#"{"id":"#, "null}"),
    (#"{"id":"#, "9223372036854775808}"),
  ])
  func `no value converts to another type`(head: String, tail: String) throws {
    struct Holder: Decodable { var id: Int64 }
    let json = try ParsedJSON(parsing: Array((head + tail).utf8))
    #expect(refusal { try json.decode(Holder.self) } == .unexpectedJSON)
  }

  @Test func `integers of every width refuse what they cannot hold`() throws {
    func decode<T: Decodable>(_ text: String, _ type: T.Type) -> JOSEError.Code? {
      refusal { try ParsedJSON(parsing: Array(text.utf8)).decode(type) }
    }
    #expect(decode("255", UInt8.self) == nil)
    #expect(decode("256", UInt8.self) == .unexpectedJSON)
    #expect(decode("-1", UInt8.self) == .unexpectedJSON)
    #expect(decode("-128", Int8.self) == nil)
    #expect(decode("-129", Int8.self) == .unexpectedJSON)
    #expect(decode("18446744073709551615", UInt64.self) == nil)
    #expect(decode("18446744073709551616", UInt64.self) == .unexpectedJSON)
    #expect(decode("1e400", Double.self) == .malformedJSON)
    #expect(decode("1e39", Float.self) == .unexpectedJSON)
    #expect(decode("1", Bool.self) == .unexpectedJSON)
    #expect(decode("1", String.self) == .unexpectedJSON)
  }

  @Test func `an error names the path and not the value`() throws {
    let text =
      #"{"id":1,"lines":[{"article":"a","count":1},{"article":"hunter2","count":"hunter2"}],"state":"open"}"#
    let json = try ParsedJSON(parsing: Array(text.utf8))
    let detail = refusalDetail { try json.decode(Order.self) }
    #expect(detail?.contains("lines.1.count") == true, "\(detail ?? "accepted")")
    #expect(detail?.contains("hunter2") == false)
    let short = try ParsedJSON(parsing: Array(#"{"id":1,"lines":[]}"#.utf8))
    #expect(refusalDetail { try short.decode(Order.self) }?.contains("state") == true)
  }

  @Test func `T9 an error of decode holds no value and no name that the input chose`() throws {
    enum Role: String, Decodable { case reader, writer }
    struct Holder: Decodable {
      var role: Role?
      var flags: [String: Bool]?
      var counts: [Int: Bool]?
    }
    for (text, path) in [
      (#"{"role":"hunter2"}"#, "role"), (#"{"flags":{"hunter2\u001b[2J\n":1}}"#, "flags.*"),
      (#"{"counts":{"hunter2":true}}"#, "counts.*"),
    ] {
      let json = try ParsedJSON(parsing: Array(text.utf8))
      let detail = try #require(refusalDetail { try json.decode(Holder.self) })
      #expect(detail.contains("\(path): "), "\(detail)")
      #expect(!detail.contains("hunter2") && detail.utf8.allSatisfy { 0x20...0x7E ~= $0 }, "\(detail)")
    }
  }

  @Test func `an array that ends early is an error`() throws {
    struct Pair: Decodable {
      init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        _ = try container.decode(Int.self)
        _ = try container.decode(Int.self)
      }
    }
    #expect(refusal { try ParsedJSON(parsing: Array("[1,2]".utf8)).decode(Pair.self) } == nil)
    #expect(refusal { try ParsedJSON(parsing: Array("[1]".utf8)).decode(Pair.self) } == .unexpectedJSON)
    #expect(refusal { try ParsedJSON(parsing: Array("{}".utf8)).decode(Pair.self) } == .unexpectedJSON)
  }

  @Test func `nested containers and inheritance keep their place`() throws {
    struct Wrapped: Codable, Equatable {
      enum Keys: String, CodingKey { case outer, inner, list }
      var number: Int
      var list: [Int]

      init(number: Int, list: [Int]) {
        self.number = number
        self.list = list
      }

      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        number = try container.nestedContainer(keyedBy: Keys.self, forKey: .outer).decode(
          Int.self, forKey: .inner)
        var elements = try container.nestedUnkeyedContainer(forKey: .list)
        list = []
        while !elements.isAtEnd { list.append(try elements.decode(Int.self)) }
      }

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var outer = container.nestedContainer(keyedBy: Keys.self, forKey: .outer)
        try outer.encode(number, forKey: .inner)
        var elements = container.nestedUnkeyedContainer(forKey: .list)
        for element in list { try elements.encode(element) }
      }
    }
    let value = Wrapped(number: 7, list: [1, 2, 3])
    let json = try JSON(encoding: value)
    #expect(json.encodedString() == #"{"outer":{"inner":7},"list":[1,2,3]}"#)
    #expect(try ParsedJSON(parsing: json.encoded()).decode(Wrapped.self) == value)
  }

  @Test func `a number that JSON cannot carry is refused`() {
    #expect(refusal { try JSON(encoding: ["x": Double.nan]) } == .unexpectedJSON)
    #expect(refusal { try JSON(encoding: ["x": Double.infinity]) } == .unexpectedJSON)
    #expect(refusal { try JSON(encoding: ["x": UInt64.max]) } == .unexpectedJSON)
    #expect(refusal { try JSON(encoding: ["x": UInt64(Int64.max)]) } == nil)
  }

  @Test func `optional members are absent, null elements are null`() throws {
    #expect(try JSON(encoding: [Int?.some(1), nil]).encodedString() == "[1,null]")
    let decoded = try ParsedJSON(parsing: Array("[1,null]".utf8)).decode([Int?].self)
    #expect(decoded == [1, nil])
  }
}

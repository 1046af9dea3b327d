import Testing

@testable import JOSE

@Suite struct ParsedJSONTests {
  private func parse(_ text: String) throws -> ParsedJSON {
    try ParsedJSON(parsing: Array(text.utf8))
  }

  @Test func `a value answers for its own type and for no other`() throws {
    let texts: [ParsedJSON.Kind: String] = [
      .object: "{}", .array: "[]", .string: #""1""#, .number: "1", .bool: "true", .null: "null",
    ]
    for (kind, text) in texts {
      let value = try parse(text)
      #expect(value.kind == kind)
      #expect((value.members != nil) == (kind == .object))
      #expect((value.elements != nil) == (kind == .array))
      #expect((value.string != nil) == (kind == .string))
      #expect((value.integer != nil) == (kind == .number))
      #expect((value.double != nil) == (kind == .number))
      #expect((value.bool != nil) == (kind == .bool))
      #expect(value["a"] == nil)
    }
  }

  @Test(arguments: [
    ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("1e3", 1000), ("1.0", 1), ("1500e-2", 15),
    ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
    ("9007199254740993", 9_007_199_254_740_993),
  ])
  func `a number that is an integer is one however it is written`(text: String, value: Int64) throws {
    #expect(try parse(text).integer == value)
  }

  @Test(arguments: ["0.5", "1e-1", "9223372036854775808", "-9223372036854775809", "1e19", "1e300"])
  func `a number that is no integer of 64 bits is none`(text: String) throws {
    #expect(try parse(text).integer == nil)
    #expect(try parse(text).double != nil)
  }

  @Test(arguments: [
    (#""\u0041\n\"\\\/""#, "A\n\"\\/"), (#""\uD834\uDD1E""#, "𝄞"), (#""\u0000""#, "\u{0}"), (#""é""#, "é"),
    (#""\u00e9\u00E9""#, "éé"), (#""\b\f\r\t""#, "\u{8}\u{C}\r\t"),
  ])
  func `escapes are undone`(text: String, value: String) throws {
    let json = try parse(text)
    #expect(json.string == value)
    #expect(json.isString(value))
    #expect(!json.isString(value + "x"))
  }

  @Test func `a string equals only its own bytes`() throws {
    #expect(try parse("\"K\"").isString("K"))
    #expect(try !parse("\"\u{212A}\"").isString("K"))
    #expect(try !parse("\"e\u{301}\"").isString("\u{E9}"))
    #expect(try !parse("1").isString("1"))
    #expect(try !parse("\"\"").isString("a"))
  }

  @Test func `a value keeps the bytes that it was read from`() throws {
    let json = try parse(#" { "a" : [ 1, "x" ], "b" : -1.50 } "#)
    #expect(String(decoding: try #require(json["a"]).source, as: UTF8.self) == #"[ 1, "x" ]"#)
    #expect(String(decoding: try #require(json["b"]).source, as: UTF8.self) == "-1.50")
    #expect(String(decoding: json.source, as: UTF8.self) == #"{ "a" : [ 1, "x" ], "b" : -1.50 }"#)
  }

  @Test func `members and elements come in source order, nested values in their place`() throws {
    let json = try parse(#"{"z":{"y":[[],{"x":1}]},"a":[1,[2,3],4],"m":null}"#)
    #expect(json.members?.map(\.name) == ["z", "a", "m"])
    #expect(json["a"]?.elements?.count == 3)
    #expect(json["a"]?.elements?[1].elements?.compactMap(\.integer) == [2, 3])
    #expect(json["z"]?["y"]?.elements?[1]["x"]?.integer == 1)
    #expect(json["m"]?.kind == .null)
    #expect(json["absent"] == nil)
  }

  @Test func `the description tells the size and not the content`() throws {
    let json = try parse(#"{"d":"secret"}"#)
    #expect(json.description == "ParsedJSON(object, 14 bytes)")
  }

  @Test func `a value read and written is the same value`() throws {
    let text = #"{"a":[1,-2,0.5,1e+300,"x\n\"\\",true,false,null],"b":{},"c":[]}"#
    let written = try parse(text).json().encodedString()
    #expect(written == #"{"a":[1,-2,0.5,1e+300,"x\n\"\\",true,false,null],"b":{},"c":[]}"#)
  }

  @Test func `control characters are written as escapes`() {
    let text = JSON.string("\u{0}\u{1F}\u{7F}\t\r\n\u{8}/").encodedString()
    #expect(text == "\"\\u0000\\u001f\u{7F}\\t\\r\\n\\u0008/\"")
  }

  @Test func `literals and members build values`() {
    let json: JSON = ["a": 1, "b": [true, nil, 1.5, "x"], "c": ["d": "e"]]
    #expect(json.encodedString() == #"{"a":1,"b":[true,null,1.5,"x"],"c":{"d":"e"}}"#)
    #expect(json["c"]?["d"] == "e")
    #expect(json["x"] == nil)
    #expect(JSON.object(omittingNil: ["a": 1, "b": nil]).encodedString() == #"{"a":1}"#)
    #expect(JSON.timestamp(Timestamp(milliseconds: 1999)) == 1)
    #expect(JSON.strings(["a", "b"]) == ["a", "b"])
  }
}

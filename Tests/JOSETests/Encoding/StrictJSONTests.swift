import Testing

@testable import JOSE

/// The cases of the JSONTestSuite and of RFC 8259, as a table: what is read, and what is refused and why.
@Suite struct StrictJSONTests {
  @Test(arguments: [
    "null", "true", "false", "0", "-0", "1", "-1", "1e3", "1E+3", "1e-3", "0.5", "-0.5e-5",
    "123456789012345678",
    "18446744073709551616", "1e308", "\"\"", "\"a\"", #""\"\\\/\b\f\n\r\t""#, #""\u0041""#,
    #""\uD834\uDD1E""#,
    #""\u0000""#, "\"\u{7F}\"", "\"é€𝄞\"", "[]", "[1]", "[[]]", "[1,2]", "{}", #"{"a":1}"#, #"{"a":{"a":1}}"#,
    #"[{"a":1},{"a":2}]"#, #"{"":0}"#, #"{"a":null,"b":true,"c":[false]}"#, " \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
    #"{"a":1,"A":2}"#, "\"\u{FEFF}\"", "\"\u{10FFFF}\"", "[1e-400]",
  ])
  func `strict JSON is read`(text: String) {
    #expect(refusal { try ParsedJSON(parsing: Array(text.utf8)) } == nil)
  }

  @Test(arguments: [
    "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "undefined", "'a'", "a", "//x\n1",
    "/**/1",
    "01", "-01", "00", "+1", ".5", "1.", "1.e3", "1e", "1e+", "-", "--1", "0x10", "1_000", "1 2", "1e1.5",
    "１",
    "\"", "\"a", "a\"", "\"\n\"", "\"\t\"", "\"\u{1F}\"", #""\a""#, #""\'""#, #""\u""#, #""\u12""#,
    #""\u12G4""#,
    #""\x41""#, #""\"#, #""\u0041"#, #""\U0041""#,
    "[", "]", "[1", "1]", "[1,]", "[,1]", "[,]", "[1 2]", "[1;2]", "[}", "[1}", "{", "}", "{]", #"{"a"}"#,
    #"{"a":}"#,
    #"{"a":1"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{a:1}"#, #"{'a':1}"#, #"{1:1}"#, #"{"a" 1}"#, #"{"a"::1}"#,
    #"{"a":1 "b":2}"#, #"{"a":1;"b":2}"#, #"{"a":1}}"#, "[]]", "[] []", "{}{}", "1,", ",", ":", "{}x",
    "{}\u{0}",
    "\u{0}{}", "\u{FEFF}{}", "\u{A0}{}", "{}\u{2028}", "[\u{B}1]", "[1\u{C}]", "*", "[-]", "[1e]", "[nul]",
    "[tru",
    "{\"a\":1\u{85}}",
  ])
  func `T8 text that is not JSON is refused`(text: String) {
    #expect(refusal { try ParsedJSON(parsing: Array(text.utf8)) } == .malformedJSON)
  }

  @Test(arguments: [
    #""\uD834""#, #""\uDD1E""#, #""\uD834x""#, #""\uD834\u0041""#, #""\uD834\uD834""#, #""\uDD1E\uD834""#,
    #""\uD834\"#, #""\uD834\uDD1""#, #"{"\uDEAD":1}"#,
  ])
  func `T8 half a surrogate pair is refused`(text: String) {
    #expect(refusal { try ParsedJSON(parsing: Array(text.utf8)) } == .malformedJSON)
  }

  @Test(arguments: [
    [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
    [0xE2, 0x82], [0xE2, 0x82, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
    [0xF0, 0x9D, 0x84], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
  ])
  func `T8 bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
    let text = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
    #expect(refusal { try ParsedJSON(parsing: text) } == .malformedJSON)
  }

  @Test(arguments: ["1e309", "-1e309", "1e99999", "[1e400]", #"{"exp":9e999}"#])
  func `T8 a number beyond a finite Double is refused`(text: String) {
    #expect(refusal { try ParsedJSON(parsing: Array(text.utf8)) } == .malformedJSON)
  }

  @Test(arguments: [
    #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#,
    #"{"\u0061":1,"\u0061":2}"#, #"{"":1,"":2}"#, #"{"x":{"a":1,"a":2}}"#, #"[{"a":1,"a":2}]"#,
    #"{"a":{"b":[]},"a":1}"#, #"{"\ud834\udd1e":1,"𝄞":2}"#, #"{"/":1,"\/":2}"#,
  ])
  func `T8 a member given twice is refused after unescaping`(text: String) {
    #expect(refusal { try ParsedJSON(parsing: Array(text.utf8)) } == .duplicateMember)
  }

  @Test func `T8 a twin among many members is refused`() throws {
    let names = (0..<200).map { "\"m\($0)\":0" }
    let unique = "{\(names.joined(separator: ","))}"
    #expect(try ParsedJSON(parsing: Array(unique.utf8)).members?.count == 200)
    for twin in [0, 57, 199] {
      let text = "{\(names.joined(separator: ",")),\"m\(twin)\":1}"
      #expect(refusal { try ParsedJSON(parsing: Array(text.utf8)) } == .duplicateMember)
    }
  }

  /// Names that Unicode holds for equivalent are different names: an attacker's alias is no alias here.
  @Test func `names compare as bytes`() throws {
    let json = try ParsedJSON(parsing: Array("{\"\u{212A}\":1,\"K\":2,\"\u{E9}\":3,\"e\u{301}\":4}".utf8))
    #expect(json["K"]?.integer == 2)
    #expect(json["\u{212A}"]?.integer == 1)
    #expect(json["\u{E9}"]?.integer == 3)
    #expect(json["e\u{301}"]?.integer == 4)
  }

  @Test func `T8 nesting ends at 16`() {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(refusal { try ParsedJSON(parsing: nested(16)) } == nil)
    #expect(refusal { try ParsedJSON(parsing: nested(17)) } == .tooLarge)
    #expect(refusal { try ParsedJSON(parsing: nested(8000)) } == .tooLarge)
    let limits = JSONLimits(maximumDepth: 2)
    #expect(refusal { try ParsedJSON(parsing: nested(2), limits: limits) } == nil)
    #expect(refusal { try ParsedJSON(parsing: nested(3), limits: limits) } == .tooLarge)
    let objects = String(repeating: #"{"a":"#, count: 17) + "1" + String(repeating: "}", count: 17)
    #expect(refusal { try ParsedJSON(parsing: Array(objects.utf8)) } == .tooLarge)
  }

  @Test func `a dense text is read whole, and refused where it is wrong`() throws {
    for count in [1, 2, 3, 10, 100, 1000] {
      let numbers = Array(("[" + Array(repeating: "1", count: count).joined(separator: ",") + "]").utf8)
      #expect(try ParsedJSON(parsing: numbers).elements?.count == count)
      #expect(refusal { try ParsedJSON(parsing: numbers + numbers) } == .malformedJSON)
      let empty = Array(("[" + Array(repeating: "{}", count: count).joined(separator: ",") + "]").utf8)
      #expect(try ParsedJSON(parsing: empty).elements?.last?.kind == .object)
      // What is open needs only one byte each, and there is no more room than bytes.
      let open = Array(String(repeating: "[", count: count).utf8)
      #expect(refusal { try ParsedJSON(parsing: open) } == (count > 16 ? .tooLarge : .malformedJSON))
      let twins = Array("[\(String(repeating: "[],", count: count)){\"a\":[],\"a\":[]}]".utf8)
      #expect(refusal { try ParsedJSON(parsing: twins) } == .duplicateMember)
    }
  }

  @Test func `text above the limit is refused before it is read`() {
    let limits = JSONLimits(maximumBytes: 4)
    #expect(refusal { try ParsedJSON(parsing: Array("true".utf8), limits: limits) } == nil)
    #expect(refusal { try ParsedJSON(parsing: Array("false".utf8), limits: limits) } == .tooLarge)
    #expect(refusal { try ParsedJSON(parsing: Array("?????".utf8), limits: limits) } == .tooLarge)
  }

  @Test func `limits are clamped to what the parser can hold`() {
    #expect(JSONLimits(maximumBytes: -1, maximumDepth: 0) == JSONLimits(maximumBytes: 0, maximumDepth: 1))
    #expect(JSONLimits(maximumBytes: .max, maximumDepth: .max).maximumDepth == 128)
  }

  @Test func `the error tells the place and not the text`() {
    let detail = refusalDetail { try ParsedJSON(parsing: Array(#"{"password":"hunter2" x"#.utf8)) }
    #expect(detail?.contains("byte 22") == true)
    #expect(detail?.contains("hunter2") == false)
  }
}

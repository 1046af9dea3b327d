import Testing

@testable import HummingbirdTokenVerification

@Suite struct CacheFieldsTests {
  @Test(
    arguments: [
      ([], nil), (["public"], nil), (["max-age=60"], .seconds(60)), (["public, max-age=300"], .seconds(300)),
      (["Public", "Max-Age=7"], .seconds(7)), (["max-age=\"60\""], .seconds(60)), (["no-store"], .zero),
      (["max-age=60, no-cache"], .zero), (["s-maxage=9"], nil), (["max-age="], nil), (["max-age=-1"], nil),
      (["max-age=1.5"], nil), (["max-age=99999999999999999999"], .seconds(2_147_483_648)),
      (["max-age=86401"], .seconds(86_401)), (["max-age=60, max-age=7"], .seconds(7)),
      // U+0301 joins the comma, or the quotation mark, before it to one character.
      (["x,\u{301}y, no-store"], .zero), (["x=\"\u{301}, max-age=60"], .seconds(60)),
      (["max-age=60,\u{301}"], .seconds(60)),
    ] as [([String], Duration?)])
  func `how long an answer may be kept`(fields: [String], expected: Duration?) {
    #expect(CacheControl.remainingAge(fields, age: []) == expected)
  }

  @Test(
    arguments: [
      ([], 600), (["0"], 600), (["599"], 1), (["600"], 0), (["601"], 0), (["99999999999999999999"], 0),
      ([" 100 "], 500), (["100", "200"], 400), ([""], 600), (["-1"], 600), (["1.5"], 600), (["soon"], 600),
      (["100, 200"], 600),
    ] as [([String], Int)])
  func `T23 the time that an answer has spent in caches on its way is not granted again`(
    age: [String], seconds: Int
  ) {
    #expect(CacheControl.remainingAge(["max-age=600"], age: age) == .seconds(seconds))
    #expect(CacheControl.remainingAge(["public"], age: age) == nil)
    #expect(CacheControl.remainingAge(["no-store"], age: age) == .zero)
  }

  @Test(arguments: [
    "\"a\"", "W/\"a\"", "\"\"", "\"W/\"", "\"!#~,x\"", "\"" + String(repeating: "x", count: 254) + "\"",
  ])
  func `an entity tag goes back as it came`(text: String) {
    #expect(EntityTag([text])?.description == text)
  }

  @Test(arguments: [
    "", "a", "\"", "\"a", "a\"", "w/\"a\"", "W/", "W/\"", "W/a", "\"a\"b\"", "\"a b\"", "\"a\"\r\nx: y",
    "\"\u{e9}\"",
    "\"\u{7f}\"", " \"a\"", "\"a\", \"b\"", "W/W/\"a\"", "\"" + String(repeating: "x", count: 255) + "\"",
    "W/\"" + String(repeating: "x", count: 253) + "\"",
  ])
  func `T23 what is no entity tag, or a long one, is none`(text: String) {
    #expect(EntityTag([text]) == nil)
    #expect(EntityTag(["\"a\"", "\"a\""]) == nil && EntityTag([]) == nil)
  }

  @Test func `tags match whether or not one of them is weak`() throws {
    func tag(_ text: String) throws -> EntityTag { try #require(EntityTag([text])) }
    for (one, other, matches) in [
      ("\"1\"", "\"1\"", true), ("W/\"1\"", "\"1\"", true), ("\"1\"", "W/\"1\"", true),
      ("W/\"1\"", "W/\"1\"", true), ("\"1\"", "\"2\"", false), ("W/\"1\"", "\"W/1\"", false),
    ] {
      #expect(try tag(one).matches(tag(other)) == matches, "\(one) \(other)")
    }
  }
}

import Testing

@testable import HummingbirdTokenVerification

@Suite struct CacheControlTests {
  @Test(
    arguments: [
      ([], nil), (["public"], nil), (["max-age=60"], .seconds(60)), (["public, max-age=300"], .seconds(300)),
      (["Public", "Max-Age=7"], .seconds(7)), (["max-age=\"60\""], .seconds(60)), (["no-store"], .zero),
      (["max-age=60, no-cache"], .zero), (["s-maxage=9"], nil), (["max-age="], nil), (["max-age=-1"], nil),
      (["max-age=1.5"], nil), (["max-age=99999999999999999999"], .seconds(86_400)),
      (["max-age=86401"], .seconds(86_400)),
      // U+0301 joins the comma, or the quotation mark, before it to one character.
      (["x,\u{301}y, no-store"], .zero), (["x=\"\u{301}, max-age=60"], .seconds(60)),
      (["max-age=60,\u{301}"], .seconds(60)),
    ] as [([String], Duration?)])
  func `how long an answer may be kept`(fields: [String], expected: Duration?) {
    #expect(CacheControl.maximumAge(fields) == expected)
  }
}

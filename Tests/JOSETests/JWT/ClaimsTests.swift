import Testing

@testable import JOSE

@Suite struct ClaimsTests {
  private func claims(_ text: String) throws -> Claims {
    try Claims(parsing: Array(text.utf8), limits: .default)
  }

  @Test func `registered claims have their types`() throws {
    let all = try claims(
      #"{"iss":"i","sub":"s","aud":["a","b"],"exp":3,"nbf":2.0004,"iat":1.0009,"jti":"j"}"#)
    #expect(all.issuer == "i")
    #expect(all.subject == "s")
    #expect(all.audience == ["a", "b"])
    #expect(all.expiresAt == Timestamp(seconds: 3))
    #expect(all.notBefore == Timestamp(milliseconds: 2001))
    #expect(all.issuedAt == Timestamp(milliseconds: 1000))
    #expect(all.tokenID == "j")
    let none = try claims("{}")
    #expect(none.issuer == nil && none.subject == nil && none.tokenID == nil && none.audience.isEmpty)
    #expect(none.expiresAt == nil && none.notBefore == nil && none.issuedAt == nil)
    #expect(try claims(#"{"aud":"a"}"#).audience == ["a"])
  }

  @Test func `T8 a typed accessor throws for another type and answers nil for absence alone`() throws {
    let all = try claims(#"{"s":"x","n":5,"f":1.5,"b":true,"l":["x"],"m":["x",1],"o":{},"z":null}"#)
    #expect(try all.string("s") == "x")
    #expect(try all.integer("n") == 5)
    #expect(try all.bool("b") == true)
    #expect(try all.strings("l") == ["x"])
    #expect(try all.timestamp("f") == Timestamp(milliseconds: 1500))
    #expect(try all.string("absent") == nil)
    #expect(try all.integer("absent") == nil)
    #expect(try all.bool("absent") == nil)
    #expect(try all.strings("absent") == nil)
    #expect(try all.timestamp("absent") == nil)
    for name in ["n", "b", "l", "o", "z"] { #expect(refusal { try all.string(name) } == .malformedClaim) }
    for name in ["s", "f", "b", "l", "z"] { #expect(refusal { try all.integer(name) } == .malformedClaim) }
    for name in ["s", "n", "z"] { #expect(refusal { try all.bool(name) } == .malformedClaim) }
    for name in ["s", "m", "o", "z"] { #expect(refusal { try all.strings(name) } == .malformedClaim) }
    for name in ["s", "b", "z"] { #expect(refusal { try all.timestamp(name) } == .malformedClaim) }
  }

  @Test func `any claim can be reached and decoded`() throws {
    struct Holder: Decodable { var list: [Int] }
    let all = try claims(#"{"list":[1,2],"other":{"x":[]}}"#)
    #expect(all["other"]?["x"]?.kind == .array)
    #expect(all["absent"] == nil)
    #expect(try all.decode(Holder.self).list == [1, 2])
    #expect(refusal { try claims("{}").decode(Holder.self) } == .unexpectedJSON)
  }

  @Test func `the description shows no claim`() throws {
    #expect(try claims(#"{"sub":"alice"}"#).description == "Claims(15 bytes)")
  }
}

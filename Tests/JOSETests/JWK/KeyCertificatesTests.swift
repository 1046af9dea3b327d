import Testing

@testable import JOSE

@Suite struct KeyCertificatesTests {
  private func read(_ changes: [String: JSON]) throws -> JWK {
    try JWK(parsing: TestKeys.json(TestKeys.jwk(.es256), changes))
  }

  @Test func `a key keeps its certificates as they are written`() throws {
    let changes: [String: JSON] = ["x5c": ["+/8=", "AA=="], "x5t": "a", "x5t#S256": "b"]
    let key = try read(changes)
    let certificates = try #require(key.certificates)
    #expect(certificates.chain == [[0xFB, 0xFF], [0]])
    #expect(certificates.sha1Thumbprint == "a")
    #expect(certificates.sha256Thumbprint == "b")
    for (name, value) in changes {
      #expect(try key.publicKey().publicJSON()[name] == value)
      #expect(key.privateJSON()[name] == value)
    }
    #expect(try read([:]).certificates == nil)
    #expect(try read(["x5u": "https://example.com/"]).certificates == nil)
    #expect(try read(changes).thumbprint() == TestKeys.jwk(.es256).thumbprint())
  }

  @Test(
    arguments: [
      ("x5c", "AA=="), ("x5c", .array([])), ("x5c", [1]), ("x5c", [""]), ("x5c", ["AA"]), ("x5c", ["AA="]),
      ("x5c", ["AB=="]), ("x5c", ["A==="]), ("x5c", ["-_8="]), ("x5c", ["AA==\n"]), ("x5c", ["AA==AA=="]),
      ("x5t", 1), ("x5t#S256", .null), ("x5c", .null),
    ] as [(String, JSON)])
  func `T8 certificates of the wrong type or not in base64 are refused`(name: String, value: JSON) {
    #expect(refusal { try read([name: value]) } == .invalidKey)
  }
}

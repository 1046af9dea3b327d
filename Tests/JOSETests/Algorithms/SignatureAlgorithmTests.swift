import Testing

@testable import JOSE

@Suite struct SignatureAlgorithmTests {
  @Test func `the names are those of the registry`() {
    var names = [
      "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
      "ES512", "EdDSA", "Ed25519", "ML-DSA-65", "ML-DSA-87",
    ]
    #if OpenSSL
      names += ["ES256K", "Ed448"]
    #endif
    #expect(SignatureAlgorithm.allCases.map(\.rawValue) == names)
  }

  @Test func `T1 there is no none`() {
    for name in ["none", "None", "NONE", ""] { #expect(SignatureAlgorithm(rawValue: name) == nil) }
  }

  @Test func `T1 names compare exactly and case-sensitively`() throws {
    let names = SignatureAlgorithm.allCases.map(\.rawValue)
    for algorithm in SignatureAlgorithm.allCases {
      let name = algorithm.rawValue
      #expect(SignatureAlgorithm(named: try Self.parsed(name)) == algorithm)
      for other in [name.lowercased(), name + " ", " " + name, name + "\u{0}", String(name.dropLast())]
      where !names.contains(other) {
        #expect(SignatureAlgorithm(named: try Self.parsed(other)) == nil)
      }
    }
    #expect(SignatureAlgorithm(named: try ParsedJSON(parsing: Array("256".utf8))) == nil)
  }

  @Test func `only HMAC is symmetric`() {
    let symmetric = SignatureAlgorithm.allCases.filter { !$0.isAsymmetric }
    #expect(symmetric == [.hs256, .hs384, .hs512])
  }

  private static func parsed(_ name: String) throws -> ParsedJSON {
    try ParsedJSON(parsing: JSON.string(name).encoded())
  }
}

import Testing

@testable import JOSE

@Suite struct GuessablePrimesTests {
  @Test func `a modulus of the form that gives its primes away is refused, and its neighbour is not`() throws
  {
    let error = #expect(throws: JOSEError.self) { try JWK(parsing: Self.key(Self.marked)) }
    #expect(error?.code == .weakKey)
    let neighbour = Self.marked.dropLast(6) + "acivkQ"
    #expect(try JWK(parsing: Self.key(String(neighbour))).keyType == .rsa)
  }

  @Test func `fresh keys do not have the mark`() throws {
    guard case .rsa(let pair) = TestKeys.jwk(.rs256).material else { return }
    #expect(!pair.publicKey.numbers.hasGuessablePrimes)
  }

  private static func key(_ modulus: String) -> [UInt8] {
    JSON.object(omittingNil: ["kty": "RSA", "n": .string(modulus), "e": "AQAB"]).encoded()
  }

  /// k·M + (65537^a mod M) for random k and a, where M is the product of the primes up to 701: 2048 bits,
  /// odd, and nobody's key.
  private static let marked =
    "zAEc3ZR0Axt_JhRLmCifzVmlSnux_uCPVxJCQlBRwczRf5rK4B9QV8oCE16SsdPyjt4NesO66p4T3u-GqxAx0PZG4f"
    + "QKCXyXa_RsaX0sr4Lu6sviJuh1VVeQ-C7B0_z_Kjr01GsKGOiDDge8HjmPEBK9Ss767L04m-S8_Em2Sghy5sw6urzw"
    + "bay8fg7F8ESHAFulSxsr6w2QUujwaILNdvnKHLgcv78bryyn-ZYlrPkxLB47CY9GpR2-icdyawCchz9rwjwGmiurVz"
    + "vzY6R0baNQHsGincXHmHvmKAtGxHxOuBJKHwygL2NoRD5LvEGdWYc1oI97BRO0ExoTacivjw"
}

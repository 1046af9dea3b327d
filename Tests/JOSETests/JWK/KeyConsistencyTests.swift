import Testing

@testable import JOSE

/// A private member that does not belong to the public ones, and points that are on no curve.
@Suite struct KeyConsistencyTests {
  @Test(
    arguments: SignatureAlgorithm.allCases.filter { [.ellipticCurve, .octetKeyPair].contains($0.keyType) })
  func `a private key that belongs to another point is refused`(algorithm: SignatureAlgorithm) throws {
    let other = try JWK.generate(algorithm)
    let mixed = try TestKeys.json(
      TestKeys.jwk(algorithm), ["d": .string(Base64URL.encode(TestKeys.bytes("d", of: other)))])
    #expect(refusal { try JWK(parsing: mixed) } == .invalidKey)
  }

  @Test(arguments: ["d", "p", "q", "dp", "dq", "qi"])
  func `an RSA key whose private numbers do not fit is refused`(name: String) throws {
    let key = TestKeys.jwk(.rs256)
    let original = try TestKeys.bytes(name, of: key)
    var bytes = original
    bytes[bytes.count - 1] ^= 2
    let changed = TestKeys.json(key, [name: .string(Base64URL.encode(bytes))])
    #expect(refusal { try JWK(parsing: changed) } == .invalidKey)
    let absent = TestKeys.json(key, without: [name])
    #expect(refusal { try JWK(parsing: absent) } == .invalidKey)
    let padded = TestKeys.json(key, [name: .string(Base64URL.encode([0] + original))])
    #expect(refusal { try JWK(parsing: padded) } == .invalidKey)
  }

  @Test func `an RSA key of three primes is refused`() {
    let key = TestKeys.json(TestKeys.jwk(.rs256), ["oth": []])
    #expect(refusal { try JWK(parsing: key) } == .unsupportedAlgorithm)
  }

  @Test(arguments: [
    ("AQ", "1"), ("Aw", "3"), ("EQ", "17"), ("AQAA", "65,536"), ("AQAC", "65,538"),
    ("AAEAAQ", "leading zeros"),
    ("AQAAAAE", "more than 32 bits"), ("", "nothing"),
  ])
  func `T3 an RSA exponent below 65537 or even is refused`(exponent: String, meaning: String) throws {
    let key = try TestKeys.json(TestKeys.jwk(.rs256).publicKey(), ["e": .string(exponent)])
    #expect(refusal { try JWK(parsing: key) } == .weakKey, "e = \(meaning)")
  }

  @Test func `T3 an RSA modulus of fewer than 2048 bits or more than 8192 is refused`() throws {
    func key(_ count: Int, first: UInt8) -> [UInt8] {
      let modulus = [first] + [UInt8](repeating: 0xA5, count: count - 1)
      return Array(#"{"kty":"RSA","e":"AQAB","n":"\#(Base64URL.encode(modulus))"}"#.utf8)
    }
    #expect(refusal { try JWK(parsing: key(256, first: 0x80)) } == nil)
    #expect(refusal { try JWK(parsing: key(256, first: 0x7F)) } == .weakKey)
    #expect(refusal { try JWK(parsing: key(128, first: 0xFF)) } == .weakKey)
    #expect(refusal { try JWK(parsing: key(1024, first: 0xFF)) } == nil)
    #expect(refusal { try JWK(parsing: key(1025, first: 0x01)) } == .weakKey)
    #expect(refusal { try JWK(parsing: key(257, first: 0x00)) } == .invalidKey)
  }

  @Test(arguments: NISTCurve.allCases)
  func `T6 a point that is not on the curve is refused`(curve: NISTCurve) throws {
    let key = try TestKeys.jwk(curve.algorithm).publicKey()
    var y = try TestKeys.bytes("y", of: key)
    y[y.count - 1] ^= 1
    let off = TestKeys.json(key, ["y": .string(Base64URL.encode(y))])
    #expect(refusal { try JWK(parsing: off) } == .invalidKey)
    let zeros = JSON.string(Base64URL.encode([UInt8](repeating: 0, count: curve.coordinateByteCount)))
    #expect(refusal { try JWK(parsing: TestKeys.json(key, ["x": zeros, "y": zeros])) } == .invalidKey)
  }

  /// Under the neutral point, r = the same point and s = 0 signs every message.
  @Test(arguments: [0x00, 0x01, 0xEC, 0xED, 0xEE] as [UInt8], [0x00, 0x80] as [UInt8])
  func `T6 an Ed25519 point of small order is refused`(first: UInt8, sign: UInt8) {
    let isHigh = first > 1
    let point =
      [first] + [UInt8](repeating: isHigh ? 0xFF : 0, count: 30) + [(isHigh ? 0x7F : 0) | sign]
    let json = #"{"kty":"OKP","crv":"Ed25519","x":"\#(Base64URL.encode(point))"}"#
    #expect(refusal { try JWK(parsing: Array(json.utf8)) } == .invalidKey)
  }

  /// Two coordinates of the wrong lengths can add up to the right one.
  @Test(arguments: NISTCurve.allCases)
  func `T6 each coordinate has its exact length`(curve: NISTCurve) throws {
    let key = try TestKeys.jwk(curve.algorithm).publicKey()
    let both = try TestKeys.bytes("x", of: key) + TestKeys.bytes("y", of: key)
    func text(splitAt place: Int) -> [UInt8] {
      let x = JSON.string(Base64URL.encode(both.prefix(place)))
      return TestKeys.json(key, ["x": x, "y": .string(Base64URL.encode(both.dropFirst(place)))])
    }
    #expect(refusal { try JWK(parsing: text(splitAt: curve.coordinateByteCount)) } == nil)
    #expect(refusal { try JWK(parsing: text(splitAt: curve.coordinateByteCount - 1)) } == .invalidKey)
    #expect(refusal { try JWK(parsing: text(splitAt: curve.coordinateByteCount + 1)) } == .invalidKey)
  }
}

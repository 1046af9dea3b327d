import Crypto
import Testing

@testable import JOSE

@Suite struct KeyAgreementTests {
  @Test func `the vector of RFC 7518 appendix C`() throws {
    let alice = AgreementPrivateKey.p256(
      try .init(rawRepresentation: Base64URL.decode("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo")))
    let bob = try AgreementPublicKey(
      on: .p256, x: Base64URL.decode("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ"),
      y: Base64URL.decode("e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"))
    let secret = try #require(alice.sharedSecret(with: bob))
    let key = ConcatKDF.key(
      from: secret, for: "A128GCM", partyU: Array("Alice".utf8), partyV: Array("Bob".utf8), byteCount: 16)
    #expect(Base64URL.encode(key) == "VqqN6vgjbSBcIijNcacQGg")
  }

  @Test func `a key longer than the hash is made of several`() {
    let secret = [UInt8](0..<32)
    let long = ConcatKDF.key(from: secret, for: "A256CBC-HS512", partyU: [], partyV: [], byteCount: 64)
    #expect(long.count == 64)
    #expect(long.prefix(32) != long.suffix(32))
    // The length is part of what is hashed.
    let short = ConcatKDF.key(from: secret, for: "A256CBC-HS512", partyU: [], partyV: [], byteCount: 32)
    #expect(short != Array(long.prefix(32)))
  }

  @Test func `who the parties are cannot be moved between the two fields`() {
    let one = ConcatKDF.key(from: [1], for: "A128GCM", partyU: [1, 2], partyV: [3], byteCount: 16)
    let other = ConcatKDF.key(from: [1], for: "A128GCM", partyU: [1], partyV: [2, 3], byteCount: 16)
    #expect(one != other)
  }

  @Test(arguments: JWK.AgreementCurve.allCases) func `both sides agree`(curve: JWK.AgreementCurve) throws {
    let alice = try AgreementPrivateKey(on: curve)
    let bob = try AgreementPrivateKey(on: curve)
    let secret = try #require(alice.sharedSecret(with: bob.publicKey))
    #expect(secret == bob.sharedSecret(with: alice.publicKey))
    #expect(secret.count == curve.coordinateByteCount)
    #expect(try secret != alice.sharedSecret(with: AgreementPrivateKey(on: curve).publicKey))
    for other in JWK.AgreementCurve.allCases where other != curve {
      #expect(try alice.sharedSecret(with: AgreementPrivateKey(on: other).publicKey) == nil)
    }
  }

  @Test func `T6 an agreement on X25519 with a point of low order is refused`() throws {
    let points = [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]
    for point in points {
      let key = try AgreementPublicKey(on: .x25519, x: Hex.bytes(point), y: nil)
      #expect(try AgreementPrivateKey(on: .x25519).sharedSecret(with: key) == nil)
    }
    // Near misses: 2 and the base point are none of them.
    for first: UInt8 in [2, 9] {
      let key = try AgreementPublicKey(on: .x25519, x: [first] + [UInt8](repeating: 0, count: 31), y: nil)
      #expect(try AgreementPrivateKey(on: .x25519).sharedSecret(with: key) != nil)
    }
  }

  @Test func `T6 an ephemeral point lies on the curve that it names`() throws {
    for curve in [JWK.AgreementCurve.p256, .p384, .p521] {
      let key = try AgreementPrivateKey(on: curve).publicKey.json()
      guard case .string(let x)? = key["x"], case .string(let y)? = key["y"] else {
        Issue.record("no coordinates")
        continue
      }
      let (xBytes, yBytes) = (try Base64URL.decode(x), try Base64URL.decode(y))
      #expect(refusal { try AgreementPublicKey(on: curve, x: xBytes, y: yBytes) } == nil)
      let wrong = [
        (xBytes, flipped(yBytes, 0)), (flipped(xBytes, curve.coordinateByteCount * 8 - 8), yBytes),
        (xBytes, [0] + yBytes), (Array(xBytes.dropLast()), [xBytes[0]] + yBytes), (xBytes, []),
        ([UInt8](repeating: 0, count: xBytes.count), [UInt8](repeating: 0, count: xBytes.count)),
      ]
      for (x, y) in wrong {
        #expect(refusal { try AgreementPublicKey(on: curve, x: x, y: y) } == .invalidKey)
      }
      #expect(refusal { try AgreementPublicKey(on: curve, x: xBytes, y: nil) } == .invalidKey)
    }
    for count in [0, 31, 33] {
      let x = [UInt8](repeating: 9, count: count)
      #expect(refusal { try AgreementPublicKey(on: .x25519, x: x, y: nil) } == .invalidKey)
    }
    let x = [UInt8](repeating: 9, count: 32)
    #expect(refusal { try AgreementPublicKey(on: .x25519, x: x, y: x) } == .invalidKey)
  }

  @Test func `a password's key is bound to the algorithm, the salt and the count`() throws {
    let password = Array("Thus from my lips, by yours, my sin is purged.".utf8)
    // RFC 7517 §C.4.
    let salt: [UInt8] = [217, 96, 147, 112, 150, 117, 70, 247, 127, 8, 155, 137, 174, 42, 80, 215]
    let expected: [UInt8] = [
      110, 171, 169, 92, 129, 92, 109, 117, 233, 242, 116, 233, 170, 14, 24, 75,
    ]
    let derivation = try #require(PasswordKeyDerivation(.pbes2HS256A128KW))
    #expect(try derivation.key(from: password, salt: salt, iterations: 4096).secretBytes == expected)
    #expect(try derivation.key(from: password, salt: salt, iterations: 4097).secretBytes != expected)
    #expect(try derivation.key(from: password, salt: salt + [0], iterations: 4096).secretBytes != expected)
    for (algorithm, count) in [(KeyManagementAlgorithm.pbes2HS384A192KW, 24), (.pbes2HS512A256KW, 32)] {
      let other = try #require(PasswordKeyDerivation(algorithm))
      #expect(try other.key(from: password, salt: salt, iterations: 1000).secretBytes.count == count)
    }
    #expect(PasswordKeyDerivation(.a128KW) == nil)
  }
}

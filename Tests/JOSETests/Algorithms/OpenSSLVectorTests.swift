#if OpenSSL
  import Testing

  @testable import JOSE
  @testable import JOSEOpenSSL

  /// What the RFCs computed, and what each algorithm must refuse.
  @Suite struct OpenSSLVectorTests {
    private struct Signed {
      let seed: String
      let point: String
      let message: String
      let signature: String
    }

    /// RFC 8032 §7.4: of no byte, of one, and of twelve.
    private static let ed448: [Signed] = [
      Signed(
        seed:
          "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3"
          + "528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b",
        point:
          "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778"
          + "edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180",
        message: "",
        signature:
          "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f"
          + "2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a"
          + "9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4db"
          + "b61149f05a7363268c71d95808ff2e652600"),
      Signed(
        seed:
          "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463a"
          + "fbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e",
        point:
          "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086"
          + "6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
        message: "03",
        signature:
          "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435"
          + "2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb"
          + "cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f"
          + "f3348ab21aa4adafd1d234441cf807c03a00"),
      Signed(
        seed:
          "258cdd4ada32ed9c9ff54e63756ae582fb8fab2ac721f2c8e676a72768513d93"
          + "9f63dddb55609133f29adf86ec9929dccb52c1c5fd2ff7e21b",
        point:
          "3ba16da0c6f2cc1f30187740756f5e798d6bc5fc015d7c63cc9510ee3fd44adc"
          + "24d8e968b6e46e6f94d19b945361726bd75e149ef09817f580",
        message: "64a65f3cdedcdd66811e2915",
        signature:
          "7eeeab7c4e50fb799b418ee5e3197ff6bf15d43a14c34389b59dd1a7b1b85b4a"
          + "e90438aca634bea45e3a2695f1270f07fdcdf7c62b8efeaf00b45c2c96ba457e"
          + "b1a8bf075a3db28e5c24f6b923ed4ad747c3c9e03c7079efb87cb110d3a99861"
          + "e72003cbae6d6b8b827e4e6c143064ff3c00"),
    ]

    @Test(arguments: 0..<3) func `Ed448 signs as RFC 8032 computed it`(place: Int) throws {
      let vector = Self.ed448[place]
      let key = try Ed448.PrivateKey(seed: bytes(vector.seed))
      #expect(key.publicKey.point == bytes(vector.point))
      let message = bytes(vector.message)
      let signature = bytes(vector.signature)
      #expect(try key.signed(message) == signature)
      let half = try Ed448.PublicKey(point: bytes(vector.point))
      #expect(half.accepts(signature, over: message))
      #expect(!half.accepts(signature, over: message + [0]))
      for wrong in [Array(signature.dropLast()), signature + [0], [], [UInt8](repeating: 0, count: 114)] {
        #expect(!half.accepts(wrong, over: message))
      }
    }

    /// S and S + L do the same in the group, whose order L stands here little-endian (RFC 8032 §5.2, §5.2.7).
    @Test func `T6 an Ed448 signature has one spelling: S is below the order`() throws {
      let vector = Self.ed448[1]
      var signature = bytes(vector.signature)
      let order = bytes(
        "f34458ab92c27823558fc58d72c26c219036d6ae49db4ec4e923ca7cffffffff"
          + "ffffffffffffffffffffffffffffffffffffffffffffff3f00")
      var carry = 0
      for index in 0..<57 {
        let sum = Int(signature[57 + index]) + Int(order[index]) + carry
        signature[57 + index] = UInt8(sum & 0xFF)
        carry = sum >> 8
      }
      let key = try Ed448.PublicKey(point: bytes(vector.point))
      #expect(!key.accepts(signature, over: bytes(vector.message)))
    }

    /// Under the neutral point, r = the same point and s = 0 signs every message.
    @Test func `T6 an Ed448 point of small order, or with a y from p, is refused`() {
      let prime = [UInt8](repeating: 0xFF, count: 28) + [0xFE] + [UInt8](repeating: 0xFF, count: 27)
      let zeros = [UInt8](repeating: 0, count: 55)
      let refused: [[UInt8]] = [
        [0] + zeros, [1] + zeros, [0xFE] + prime.dropFirst(), prime,
        zeros.prefix(28) + [0xFF] + prime.dropFirst(29), [UInt8](repeating: 0xFF, count: 56),
      ]
      for y in refused {
        for sign in [0x00, 0x80] as [UInt8] {
          let json = #"{"kty":"OKP","crv":"Ed448","x":"\#(Base64URL.encode(y + [sign]))"}"#
          #expect(refusal { try JWK(parsing: Array(json.utf8)) } == .invalidKey)
        }
      }
      let point = bytes(Self.ed448[0].point)
      #expect(throws: LibcryptoError.invalidKey) {
        try Ed448.PublicKey(point: Array(point.dropLast()) + [0x81])
      }
      #expect(throws: Never.self) { try Ed448.PublicKey(point: point) }
    }

    /// RFC 7748 §6.2.
    @Test func `X448 agrees as RFC 7748 computed it`() throws {
      let alice = try X448.PrivateKey(
        scalar: bytes(
          "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28d"
            + "d9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b"))
      let bob = try X448.PrivateKey(
        scalar: bytes(
          "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d"
            + "6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d"))
      #expect(
        alice.publicKey.point
          == bytes(
            "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c"
              + "22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0"))
      #expect(
        bob.publicKey.point
          == bytes(
            "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b430"
              + "27d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609"))
      let secret = bytes(
        "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b"
          + "b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d")
      #expect(try alice.sharedSecret(with: bob.publicKey) == secret)
      #expect(try bob.sharedSecret(with: alice.publicKey) == secret)
    }

    /// u = 0, 1 and -1, and p and p + 1, which are 0 and 1 once more.
    @Test func `T6 an X448 agreement whose outcome is zero is refused`() throws {
      let prime = [UInt8](repeating: 0xFF, count: 28) + [0xFE] + [UInt8](repeating: 0xFF, count: 27)
      let zeros = [UInt8](repeating: 0, count: 55)
      let key = try X448.PrivateKey()
      let points: [[UInt8]] = [
        [0] + zeros, [1] + zeros, [0xFE] + prime.dropFirst(), prime,
        [UInt8](repeating: 0, count: 28) + [UInt8](repeating: 0xFF, count: 28),
      ]
      for point in points {
        let other = try X448.PublicKey(point: point)
        #expect(throws: LibcryptoError.zeroSharedSecret) { try key.sharedSecret(with: other) }
      }
      let base = try X448.PublicKey(point: [5] + zeros)
      #expect(try key.sharedSecret(with: base) == key.publicKey.point)
    }

    /// The base point's key, which is 1, and a message that many libraries sign by RFC 6979 in their tests.
    @Test func `ES256K verifies what others signed`() throws {
      var scalar = [UInt8](repeating: 0, count: 32)
      scalar[31] = 1
      let key = try Secp256k1.PrivateKey(scalar: scalar)
      #expect(
        key.publicKey.point
          == [0x04]
          + bytes(
            "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
              + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"))
      let signature = bytes(
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
          + "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")
      let message = Array("Satoshi Nakamoto".utf8)
      #expect(key.publicKey.accepts(signature, over: message))
      #expect(!key.publicKey.accepts(signature, over: Array(message.dropLast())))
      #expect(!key.publicKey.accepts(signature + [0], over: message))
    }

    /// The check of JOSE stands before this one: here it is made without it.
    @Test
    func `T6 secp256k1 itself refuses r and s out of range, scalars out of range, points off the curve`()
      throws
    {
      let key = try Secp256k1.PrivateKey()
      let message = Array("any".utf8)
      let good = try key.signed(message)
      #expect(key.publicKey.accepts(good, over: message))
      let zero = [UInt8](repeating: 0, count: 32)
      let order = Secp256k1.order
      let (r, s) = (Array(good.prefix(32)), Array(good.suffix(32)))
      for wrong in [zero + s, r + zero, zero + zero, order + s, r + order, zero + order, s + r] {
        #expect(!key.publicKey.accepts(wrong, over: message))
      }
      let greatest = Array(order.dropLast()) + [order[31] - 1]
      #expect(throws: Never.self) { try Secp256k1.PrivateKey(scalar: greatest) }
      for scalar in [zero, order, [UInt8](repeating: 0xFF, count: 32), [1], zero + [1]] {
        #expect(throws: LibcryptoError.invalidKey) { try Secp256k1.PrivateKey(scalar: scalar) }
      }
      let point = key.publicKey.point
      #expect(throws: Never.self) { try Secp256k1.PublicKey(point: point) }
      let off = Array(point.dropLast()) + [point[64] ^ 1]
      let wrong: [[UInt8]] = [
        off, [0x00], [0x02] + Array(point[1..<33]), [0x06] + Array(point.dropFirst()), point + [0],
        [0x04] + zero + zero,
      ]
      for point in wrong {
        #expect(throws: LibcryptoError.invalidKey) { try Secp256k1.PublicKey(point: point) }
      }
    }

    @Test func `the DER of a signature is r and s and nothing else, in their one spelling`() {
      let pairs: [(r: [UInt8], s: [UInt8], der: [UInt8])] = [
        ([0, 1], [0, 2], [0x30, 6, 2, 1, 1, 2, 1, 2]),
        ([0, 0x7F], [0, 0x80], [0x30, 7, 2, 1, 0x7F, 2, 2, 0, 0x80]),
        ([0xFF, 0], [1, 0], [0x30, 9, 2, 3, 0, 0xFF, 0, 2, 2, 1, 0]),
      ]
      for (r, s, der) in pairs {
        let encoded = ECDSASignatureDER.encode(r.span, s.span)
        #expect(encoded == der)
        #expect(ECDSASignatureDER.decode(der, halfByteCount: 2) == r + s)
      }
      let wrong: [[UInt8]] = [
        [], [0x30], [0x30, 0], [0x31, 6, 2, 1, 1, 2, 1, 2], [0x30, 7, 2, 1, 1, 2, 1, 2],
        [0x30, 7, 2, 1, 1, 2, 1, 2, 0], [0x30, 6, 2, 1, 1, 2, 1, 2, 0], [0x30, 0x81, 6, 2, 1, 1, 2, 1, 2],
        [0x30, 6, 3, 1, 1, 2, 1, 2], [0x30, 6, 2, 1, 0x81, 2, 1, 2], [0x30, 7, 2, 2, 0, 1, 2, 1, 2],
        [0x30, 5, 2, 0, 2, 1, 2], [0x30, 8, 2, 3, 1, 0, 0, 2, 1, 2], [0x30, 3, 2, 1, 1],
        [0x30, 4, 2, 5, 1, 2],
      ]
      for der in wrong { #expect(ECDSASignatureDER.decode(der, halfByteCount: 2) == nil, "\(der)") }
    }

    @Test func `one key serves many threads at once`() async throws {
      let message = Array("message".utf8)
      let (ecdsa, eddsa) = try (Secp256k1.PrivateKey(), Ed448.PrivateKey())
      let verdicts = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<32 {
          group.addTask {
            let (first, second) = try (
              ecdsa.signed(message), eddsa.signed(message)
            )
            return ecdsa.publicKey.accepts(first, over: message)
              && eddsa.publicKey.accepts(second, over: message)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(verdicts == [Bool](repeating: true, count: 32))
    }

    private func bytes(_ hexadecimal: String) -> [UInt8] { Hex.bytes(hexadecimal) }
  }

  // The macros of the tests take no spans.
  extension Ed448.PublicKey {
    fileprivate func accepts(_ signature: [UInt8], over message: [UInt8]) -> Bool {
      verifies(signature.span, over: message.span)
    }
  }

  extension Secp256k1.PublicKey {
    fileprivate func accepts(_ signature: [UInt8], over message: [UInt8]) -> Bool {
      verifies(signature.span, over: message.span)
    }
  }

  extension Ed448.PrivateKey {
    fileprivate func signed(_ message: [UInt8]) throws -> [UInt8] { try signature(over: message.span) }
  }

  extension Secp256k1.PrivateKey {
    fileprivate func signed(_ message: [UInt8]) throws -> [UInt8] { try signature(over: message.span) }
  }
#endif

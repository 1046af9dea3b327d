import Testing

@testable import JOSE

@Suite struct ContentCipherTests {
  /// RFC 7518 appendix B: the same message under each of the three composite algorithms.
  struct Case: Sendable, CustomTestStringConvertible {
    let algorithm: ContentEncryptionAlgorithm
    let ciphertext: String
    let tag: String
    var testDescription: String { algorithm.rawValue }
  }

  static let appendixB = [
    Case(
      algorithm: .a128CBCHS256,
      ciphertext: """
        c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9a94ac9b47ad2655c5f10f9aef71427e2\
        fc6f9b3f399a221489f16362c703233609d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b\
        384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade54b8851ffb598f7f80074b9473c82e2db
        """,
      tag: "652c3fa36b0a7c5b3219fab3a30bc1c4"),
    Case(
      algorithm: .a192CBCHS384,
      ciphertext: """
        ea65da6b59e61edb419be62d19712ae5d303eeb50052d0dfd6697f77224c8edb000d279bdc14c1072654bd30944230c6\
        57bed4ca0c9f4a8466f22b226d1746214bf8cfc2400add9f5126e479663fc90b3bed787a2f0ffcbf3904be2a641d5c21\
        05bfe591bae23b1d7449e532eef60a9ac8bb6c6b01d35d49787bcd57ef484927f280adc91ac0c4e79c7b11efc60054e3
        """,
      tag: "8490ac0e58949bfe51875d733f93ac2075168039ccc733d7"),
    Case(
      algorithm: .a256CBCHS512,
      ciphertext: """
        4affaaadb78c31c5da4b1b590d10ffbd3dd8d5d302423526912da037ecbcc7bd822c301dd67c373bccb584ad3e9279c2\
        e6d12a1374b77f077553df829410446b36ebd97066296ae6427ea75c2e0846a11a09ccf5370dc80bfecbad28c73f09b3\
        a3b75e662a2594410ae496b2e2e6609e31e6e02cc837f053d21f37ff4f51950bbe2638d09dd7a4930930806d0703b1f6
        """,
      tag: "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"),
  ]

  static let plaintext = Array(
    """
    A cipher system must not be required to be secret, and it must be able to fall into the hands of the \
    enemy without inconvenience
    """.utf8)
  static let vector = Hex.bytes("1af38c2dc2b96ffdd86694092341bc04")
  static let authenticated = Array("The second principle of Auguste Kerckhoffs".utf8)

  @Test(arguments: appendixB) func `the vectors of RFC 7518 appendix B`(vector: Case) throws {
    let algorithm = vector.algorithm
    let key = (0..<algorithm.keyByteCount).map { UInt8($0) }
    let expected = SealedContent(ciphertext: Hex.bytes(vector.ciphertext), tag: Hex.bytes(vector.tag))
    let sealed = try algorithm.seal(
      Self.plaintext, key: key, vector: Self.vector, authenticating: Self.authenticated)
    #expect(sealed == expected)
    let opened = algorithm.open(
      expected, key: key, vector: Self.vector, authenticating: Self.authenticated)
    #expect(opened == Self.plaintext)
  }

  @Test(arguments: ContentEncryptionAlgorithm.allCases)
  func `what was sealed opens, and each changed bit of it does not`(
    algorithm: ContentEncryptionAlgorithm
  ) throws {
    let key = FreshBytes.key(algorithm.keyByteCount)
    let vector = algorithm.freshInitializationVector()
    #expect(vector.count == algorithm.initializationVectorByteCount)
    for count in [0, 1, 15, 16, 17, 32] {
      let plaintext = [UInt8](repeating: 0x5A, count: count)
      let sealed = try algorithm.seal(plaintext, key: key, vector: vector, authenticating: [1, 2, 3])
      #expect(sealed.tag.count == algorithm.tagByteCount)
      #expect(algorithm.open(sealed, key: key, vector: vector, authenticating: [1, 2, 3]) == plaintext)
      #expect(algorithm.open(sealed, key: key, vector: vector, authenticating: [1, 2]) == nil)
      #expect(algorithm.open(sealed, key: flipped(key, 0), vector: vector, authenticating: [1, 2, 3]) == nil)
      #expect(algorithm.open(sealed, key: key, vector: flipped(vector, 3), authenticating: [1, 2, 3]) == nil)
      for bit in 0..<sealed.tag.count * 8 {
        let changed = SealedContent(ciphertext: sealed.ciphertext, tag: flipped(sealed.tag, bit))
        #expect(algorithm.open(changed, key: key, vector: vector, authenticating: [1, 2, 3]) == nil)
      }
      for bit in 0..<sealed.ciphertext.count * 8 {
        let changed = SealedContent(ciphertext: flipped(sealed.ciphertext, bit), tag: sealed.tag)
        #expect(algorithm.open(changed, key: key, vector: vector, authenticating: [1, 2, 3]) == nil)
      }
    }
  }

  @Test(arguments: ContentEncryptionAlgorithm.allCases)
  func `T15 a tag, a vector and a key of another length open nothing`(
    algorithm: ContentEncryptionAlgorithm
  ) throws {
    let key = FreshBytes.key(algorithm.keyByteCount)
    let vector = algorithm.freshInitializationVector()
    let sealed = try algorithm.seal([1, 2, 3], key: key, vector: vector, authenticating: [])
    for tag in [[], Array(sealed.tag.dropLast()), Array(sealed.tag.prefix(4)), sealed.tag + [0]] {
      let changed = SealedContent(ciphertext: sealed.ciphertext, tag: tag)
      #expect(algorithm.open(changed, key: key, vector: vector, authenticating: []) == nil)
    }
    for other in [[], Array(vector.dropLast()), vector + [0]] {
      #expect(algorithm.open(sealed, key: key, vector: other, authenticating: []) == nil)
      #expect(
        refusal { try algorithm.seal([1], key: key, vector: other, authenticating: []) } == .invalidKey)
    }
    for other in [[], Array(key.dropLast()), key + [0]] {
      #expect(algorithm.open(sealed, key: other, vector: vector, authenticating: []) == nil)
      #expect(
        refusal { try algorithm.seal([1], key: other, vector: vector, authenticating: []) } == .invalidKey)
    }
  }

  @Test func `T15 the MAC is checked before anything is decrypted`() throws {
    // A ciphertext whose padding is good and one whose padding is not, both with a wrong tag, get one answer;
    // and with the right tag over a ciphertext of no whole blocks, so does that.
    let algorithm = ContentEncryptionAlgorithm.a128CBCHS256
    let key = FreshBytes.key(32)
    let vector = algorithm.freshInitializationVector()
    let sealed = try algorithm.seal([7], key: key, vector: vector, authenticating: [])
    let zeros = [UInt8](repeating: 0, count: 16)
    for ciphertext in [sealed.ciphertext, flipped(sealed.ciphertext, 5), [], [1, 2, 3]] {
      let forged = SealedContent(ciphertext: ciphertext, tag: zeros)
      #expect(algorithm.open(forged, key: key, vector: vector, authenticating: []) == nil)
    }
  }
}

/// `bytes` with one bit changed.
func flipped(_ bytes: [UInt8], _ bit: Int) -> [UInt8] {
  var bytes = bytes
  bytes[bit / 8] ^= 1 << (bit % 8)
  return bytes
}

enum Hex {
  /// The bytes that `text` spells, two digits each.
  static func bytes(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue).map { UInt8($0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}

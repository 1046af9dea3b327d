import Testing

@testable import JOSE

@Suite struct ConstantTimeTests {
  @Test func `equal and different secrets are told apart`() {
    #expect(constantTimeEquals([], []))
    #expect(constantTimeEquals([1, 2, 3], [1, 2, 3]))
    #expect(!constantTimeEquals([1, 2, 3], [1, 2]))
    #expect(!constantTimeEquals([], [0]))
    for bit in 0..<256 {
      var other = [UInt8](repeating: 0x5A, count: 32)
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!constantTimeEquals(other, [UInt8](repeating: 0x5A, count: 32)))
    }
  }

  /// Time cannot be measured reliably in a test; what makes it constant can: every byte is read, wherever the
  /// first difference lies.
  @Test(arguments: [nil, 0, 1, 15, 31] as [Int?])
  func `T20 secrets compare in constant time: every byte is read wherever they differ`(place: Int?) {
    let secret = [UInt8](repeating: 0x5A, count: 32)
    var presented = secret
    if let place { presented[place] ^= 1 }
    var reads: [Int] = []
    let isEqual = constantTimeEquals(count: 32) { index in
      reads.append(index)
      return secret[index] ^ presented[index]
    }
    #expect(isEqual == (place == nil))
    #expect(reads == Array(0..<32))
  }

  @Test(arguments: [SignatureAlgorithm.hs256, .hs384, .hs512])
  func `T20 an HMAC is compared by that function, and the key is fixed before a token is seen`(
    algorithm: SignatureAlgorithm
  ) throws {
    let key = try TestKeys.verification(algorithm)
    #expect(key.algorithm == algorithm)
    let message = Array("message".utf8)
    let code = try TestKeys.signing(algorithm).signature(over: message)
    #expect(code.count == algorithm.hashByteCount)
    #expect(key.verifies(code, over: message[...]))
    // The keyed state is copied, not used up.
    #expect(key.verifies(code, over: message[...]))
    for index in code.indices {
      var other = code
      other[index] ^= 0x80
      #expect(!key.verifies(other, over: message[...]))
    }
    #expect(!key.verifies([], over: message[...]))
    #expect(!key.verifies(Array(code.dropLast()), over: message[...]))
  }
}

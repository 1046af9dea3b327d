import Crypto
import Testing

@testable import JOSE

@Suite struct KeyWrapTests {
  @Test func `the vectors of RFC 3394 §4.1, §4.2 and §4.6`() throws {
    let vectors = [
      (
        "000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
        "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"
      ),
      (
        "000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF",
        "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"
      ),
      (
        "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
        "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
        "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
      ),
    ]
    for (wrappingKey, key, wrapped) in vectors {
      let wrappingKey = SymmetricKey(data: Hex.bytes(wrappingKey))
      #expect(try AESKeyWrap.wrap(Hex.bytes(key), under: wrappingKey) == Hex.bytes(wrapped))
      #expect(AESKeyWrap.unwrap(Hex.bytes(wrapped), under: wrappingKey) == Hex.bytes(key))
      for bit in 0..<Hex.bytes(wrapped).count * 8 {
        #expect(AESKeyWrap.unwrap(flipped(Hex.bytes(wrapped), bit), under: wrappingKey) == nil)
      }
    }
  }

  @Test func `a wrapped key of any other length is refused, none traps`() {
    let wrappingKey = SymmetricKey(data: FreshBytes.key(16))
    for count in 0..<80 {
      #expect(AESKeyWrap.unwrap([UInt8](repeating: 3, count: count), under: wrappingKey) == nil)
    }
  }

  @Test func `a key wrapped by AES-GCM unwraps, and each changed bit of it does not`() throws {
    for size in [16, 24, 32] {
      let wrappingKey = SymmetricKey(data: FreshBytes.key(size))
      let vector = FreshBytes.gcmVector()
      let key = FreshBytes.key(32)
      let wrapped = try GCMKeyWrap.wrap(key, under: wrappingKey, vector: vector)
      #expect(GCMKeyWrap.unwrap(wrapped, under: wrappingKey, vector: vector) == key)
      for bit in 0..<128 {
        let tag = SealedContent(ciphertext: wrapped.ciphertext, tag: flipped(wrapped.tag, bit))
        #expect(GCMKeyWrap.unwrap(tag, under: wrappingKey, vector: vector) == nil)
        let text = SealedContent(ciphertext: flipped(wrapped.ciphertext, bit), tag: wrapped.tag)
        #expect(GCMKeyWrap.unwrap(text, under: wrappingKey, vector: vector) == nil)
      }
      for other in [Array(vector.dropLast()), vector + [0], []] {
        #expect(GCMKeyWrap.unwrap(wrapped, under: wrappingKey, vector: other) == nil)
      }
      for count in [0, 4, 12, 15, 17] {
        let tag = Array((wrapped.tag + [0]).prefix(count))
        let changed = SealedContent(ciphertext: wrapped.ciphertext, tag: tag)
        #expect(GCMKeyWrap.unwrap(changed, under: wrappingKey, vector: vector) == nil)
      }
    }
  }

  @Test func `T17 fresh keys and vectors have as many bytes as asked for, and are never the same`() {
    for count in [16, 24, 32, 48, 64] {
      #expect(FreshBytes.key(count).count == count)
      #expect(FreshBytes.key(count) != FreshBytes.key(count))
    }
    #expect(FreshBytes.gcmVector() != FreshBytes.gcmVector())
    #expect(FreshBytes.cbcVector() != FreshBytes.cbcVector())
  }
}

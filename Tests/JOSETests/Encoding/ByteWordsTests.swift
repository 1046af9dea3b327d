import Testing

@testable import JOSE

/// What reads eight bytes at a time finds what a look at each byte finds, at every length and place.
@Suite struct ByteWordsTests {
  @Test(arguments: 0...33)
  func `a byte is found at its first place and nowhere else`(count: Int) {
    for other in [UInt8(0x00), 0x2D, 0x2F, 0x7F, 0xAE, 0xFF] {
      var bytes = [UInt8](repeating: other, count: count)
      expectFirst(nil, in: bytes, from: 0)
      for place in 0..<count {
        bytes[place] = 0x2E
        // A second one behind it does not matter.
        bytes[count - 1] = 0x2E
        for start in 0...count { expectFirst(bytes[start...].firstIndex(of: 0x2E), in: bytes, from: start) }
        bytes[place] = other
        bytes[count - 1] = other
      }
    }
  }

  private func expectFirst(_ expected: Int?, in bytes: [UInt8], from start: Int) {
    let found = bytes.span.firstOffset(of: 0x2E, from: start)
    #expect(found == expected)
  }

  @Test(arguments: 0...33)
  func `bytes are equal when each of them is, and a difference of one bit anywhere is seen`(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    expectEqual(true, bytes, bytes.map { $0 })
    expectEqual(false, bytes, bytes + [0])
    for place in 0..<count {
      var other = bytes
      other[place] ^= 0x80
      expectEqual(false, bytes, other)
    }
  }

  private func expectEqual(_ expected: Bool, _ left: [UInt8], _ right: [UInt8]) {
    let isEqual = left.span.elementsEqual(right.span)
    #expect(isEqual == expected)
  }

  @Test(arguments: 0...17)
  func `a string is plain when no byte of it has to be escaped`(count: Int) {
    for plain in [UInt8(0x20), 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0xA2, 0xDC, 0xFF] {
      var bytes = [UInt8](repeating: plain, count: count)
      expectPlain(true, bytes)
      for place in 0..<count {
        for escaped in [UInt8(0x00), 0x1F, 0x22, 0x5C] {
          bytes[place] = escaped
          expectPlain(false, bytes)
        }
        bytes[place] = plain
      }
    }
  }

  private func expectPlain(_ expected: Bool, _ bytes: [UInt8]) {
    let isPlain = bytes.span.isPlainJSONString
    #expect(isPlain == expected)
  }

  @Test func `short names are found byte for byte, wherever they stand and however they are written`() throws
  {
    let names: ShortNames<3> = ShortNames(["a", "iss", "b64"])
    let text =
      #"{"is":0,"iss\u0000":1,"issu":2,"\u0069ss":3,"a":{"b64":4},"\u0000":5,"":6,"issississ":7}"#
    let json = try ParsedJSON(parsing: Array(text.utf8))
    let places = json.places(of: names)
    #expect(places[0].map { json.value(at: $0).kind } == .object)
    #expect(places[1].flatMap { json.shortInteger(at: $0) } == 3)
    // What stands deeper is no member of this object.
    #expect(places[2] == nil)
    #expect(try ParsedJSON(parsing: Array(#"["a","iss"]"#.utf8)).places(of: names)[0] == nil)
  }
}

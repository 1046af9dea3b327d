import Testing

@testable import JOSE

@Suite struct TimestampTests {
  @Test func `seconds round down on both sides of the epoch`() {
    #expect(Timestamp(milliseconds: 1999).seconds == 1)
    #expect(Timestamp(milliseconds: -1).seconds == -1)
    #expect(Timestamp(milliseconds: -1000).seconds == -1)
    #expect(Timestamp(seconds: -2).milliseconds == -2000)
  }

  @Test func `arithmetic saturates instead of trapping`() {
    let end = Timestamp(milliseconds: .max)
    let start = Timestamp(milliseconds: .min)
    #expect(Timestamp(seconds: .max) == end)
    #expect(Timestamp(seconds: .min) == start)
    #expect(end + .seconds(1) == end)
    #expect(start - .seconds(1) == start)
    #expect(start + .seconds(-1) == start)
    #expect(end - .seconds(-1) == end)
    #expect(end + .seconds(Int64.max) == end)
    #expect(end - start == .milliseconds(Int64.max))
    #expect(start - end == .milliseconds(Int64.min))
    #expect(Timestamp(seconds: 10) + .milliseconds(1) == Timestamp(milliseconds: 10_001))
    #expect(Timestamp(seconds: 10) - Timestamp(seconds: 4) == .seconds(6))
  }

  @Test func `T8 a NumericDate is checked for overflow and range`() {
    func read(_ seconds: Double) -> Timestamp? { Timestamp(numericDate: seconds, rounding: .down) }
    #expect(read(0) == Timestamp(seconds: 0))
    #expect(read(1.5) == Timestamp(milliseconds: 1500))
    #expect(read(253_402_300_799) == Timestamp(seconds: 253_402_300_799))
    for seconds in [-1, -0.001, 253_402_300_800, 1_800_000_000_000, 1e19, 1e300, .infinity, -.infinity, .nan]
    {
      #expect(read(seconds) == nil, "\(seconds)")
    }
  }

  @Test(arguments: ["-1", "253402300800", "\"1\"", "null", "1e300"])
  func `a coded timestamp is a NumericDate`(text: String) throws {
    let json = try ParsedJSON(parsing: Array(text.utf8))
    #expect(refusal { try json.decode(Timestamp.self) } == .unexpectedJSON)
    #expect(
      try ParsedJSON(parsing: Array("1.5".utf8)).decode(Timestamp.self) == Timestamp(milliseconds: 1500))
    #expect(try JSON(encoding: Timestamp(milliseconds: 1500)).encodedString() == "1")
  }
}

import Testing

@testable import JOSE

@Suite struct NISTCurveTests {
  private static let curves = NISTCurve.allCases

  private static func padded(_ number: [UInt8], _ curve: NISTCurve) -> [UInt8] {
    [UInt8](repeating: 0, count: curve.coordinateByteCount - number.count) + number
  }

  private static func minusOne(_ number: [UInt8]) -> [UInt8] {
    var result = number
    result[result.count - 1] -= 1
    return result
  }

  private static func isWellFormed(_ signature: [UInt8], _ curve: NISTCurve) -> Bool {
    curve.isWellFormed(signature: signature.span)
  }

  @Test(arguments: curves)
  func `T6 a signature is r and s of the exact length, both from 1 to n - 1`(curve: NISTCurve) {
    let one = Self.padded([1], curve)
    let zero = Self.padded([], curve)
    let order = curve.order
    let greatest = Self.minusOne(order)
    let all = [UInt8](repeating: 0xFF, count: curve.coordinateByteCount)
    #expect(order.count == curve.coordinateByteCount)
    for (r, s, isWellFormed) in [
      (one, one, true), (greatest, greatest, true), (one, greatest, true), (zero, one, false),
      (one, zero, false),
      (zero, zero, false), (order, one, false), (one, order, false), (all, one, false), (one, all, false),
      (zero, order, false),
    ] {
      #expect(Self.isWellFormed(r + s, curve) == isWellFormed)
    }
    #expect(!Self.isWellFormed(one + one + [0], curve))
    #expect(!Self.isWellFormed(one + one.dropFirst(), curve))
    #expect(!Self.isWellFormed([0] + one + one, curve))
    #expect(!Self.isWellFormed([], curve))
  }

  /// CVE-2022-21449: r = s = 0 once verified any message under any key.
  @Test(arguments: curves)
  func `T6 a signature out of range verifies nothing`(curve: NISTCurve) throws {
    let key = try TestKeys.verification(curve.algorithm)
    let zero = Self.padded([], curve)
    let order = curve.order
    for signature in [
      zero + zero, zero + order, order + zero, order + order, order + Self.padded([1], curve),
    ] {
      #expect(!key.verifies(signature, over: Array("any".utf8)[...]))
    }
  }

  @Test(arguments: curves)
  func `T6 a signature in DER is refused`(curve: NISTCurve) throws {
    let message = Array("message".utf8)
    let raw = try TestKeys.signing(curve.algorithm).signature(over: message)
    let key = try TestKeys.verification(curve.algorithm)
    let half = curve.coordinateByteCount
    func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
      let significant = Array(bytes.drop { $0 == 0 })
      let content = (significant.first ?? 0) & 0x80 == 0 ? significant : [0] + significant
      return [0x02, UInt8(content.count)] + content
    }
    let body = integer(raw.prefix(half)) + integer(raw.suffix(half))
    let der = [0x30] + (body.count < 128 ? [UInt8(body.count)] : [0x81, UInt8(body.count)]) + body
    #expect(key.verifies(raw, over: message[...]))
    #expect(!key.verifies(der, over: message[...]))
  }

  /// The order less s is as good a signature mathematically; ECDSA is malleable, and so no token's text is
  /// its identity. What a cache keys by must be the whole token.
  @Test(arguments: curves)
  func `each order is the group's: n - s verifies wherever s does`(curve: NISTCurve) throws {
    let message = Array("message".utf8)
    let raw = try TestKeys.signing(curve.algorithm).signature(over: message)
    let half = curve.coordinateByteCount
    var difference = [UInt8](repeating: 0, count: half)
    var borrow = 0
    for index in (0..<half).reversed() {
      let value = Int(curve.order[index]) - Int(raw[half + index]) - borrow
      borrow = value < 0 ? 1 : 0
      difference[index] = UInt8((value + 256) % 256)
    }
    let key = try TestKeys.verification(curve.algorithm)
    #expect(key.verifies(raw.prefix(half) + difference, over: message[...]))
  }
}

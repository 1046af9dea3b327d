/// Whether two secrets are equal, in a time that depends on their lengths alone.
///
/// A comparison that stops at the first difference tells an attacker how many bytes were right. The
/// lengths are no secret: every MAC, digest and generated token has a known one.
@inline(never)
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  return constantTimeEquals(count: left.count) { left[$0] ^ right[$0] }
}

/// Whether `difference` is 0 at each of `count` places, all of which are looked at.
@inline(__always)
func constantTimeEquals(count: Int, _ difference: (Int) -> UInt8) -> Bool {
  var all: UInt8 = 0
  for index in 0..<count {
    all |= difference(index)
  }
  return all == 0
}

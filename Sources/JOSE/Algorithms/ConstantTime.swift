/// Whether two secrets are equal, in a time that depends on their lengths alone.
///
/// A comparison that stops at the first difference tells an attacker how many bytes were right. The
/// lengths are no secret: every MAC, digest and generated token has a known one.
@inline(never)
package func constantTimeEquals(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  guard left.count == right.count else { return false }
  var difference: UInt8 = 0
  for index in left.indices {
    difference |= left[index] ^ right[index]
  }
  return difference == 0
}

/// Whether two secrets are equal, in a time that depends on their lengths alone.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  constantTimeEquals(left.span, right.span)
}

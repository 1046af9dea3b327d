/// A `typ` or a `cty`, as RFC 7515 §4.1.9 and §4.1.10 have them compared: a media type whose
/// `application/` may be left out.
struct MediaType: Equatable, Sendable {
  /// In lower case, and without `application/` unless another slash follows.
  let subtype: [UInt8]

  init(_ text: String) {
    let lower = text.utf8.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
    let prefix = Array("application/".utf8)
    let rest = lower.dropFirst(prefix.count)
    subtype = lower.starts(with: prefix) && !rest.contains(UInt8(ascii: "/")) ? Array(rest) : lower
  }
}

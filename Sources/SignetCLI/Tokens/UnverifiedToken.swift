internal import JOSE

/// What a compact token says of itself, before anything is checked. Only for showing: nothing here can be
/// believed, and nothing that decides may use it.
struct UnverifiedToken {
  let header: ParsedJSON
  /// Nil for an encrypted token.
  let payload: ParsedJSON?

  /// Reads header and payload.
  /// - Throws: ``JOSEError`` when they cannot be read.
  init(_ token: [UInt8]) throws(JOSEError) {
    let segments = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard segments.count == 3 || segments.count == 5 else {
      throw JOSEError(
        .malformedToken, "a token has 3 parts, or 5 if it is encrypted; this has \(segments.count)")
    }
    header = try Self.json(segments[0], "header")
    payload = segments.count == 3 ? try Self.json(segments[1], "payload") : nil
  }

  private static func json(_ segment: ArraySlice<UInt8>, _ name: String) throws(JOSEError) -> ParsedJSON {
    let json = try ParsedJSON(parsing: Base64URL.decode(String(decoding: segment, as: UTF8.self)))
    guard json.kind == .object else { throw JOSEError(.malformedToken, "the \(name) is no JSON object") }
    return json
  }
}

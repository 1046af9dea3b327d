/// A JWS in compact serialization (RFC 7515 §7.1): `header.payload.signature`, not yet verified.
///
/// Reading one checks its form alone. The payload comes out only through ``verify(with:)``, from the bytes
/// that were signed.
public struct CompactJWS: Sendable {
  /// The header, which nobody has vouched for yet: good for finding a key.
  public let header: JWSHeader

  /// The whole text.
  private let token: [UInt8]
  /// Where the header ends, and where the payload does: the offsets of the two dots.
  private let headerEnd: Int
  private let payloadEnd: Int
  private let signature: [UInt8]

  /// The most bytes that a token has, unless the caller says otherwise.
  public static let defaultMaximumBytes = 16_384

  /// Reads a token.
  /// - Parameters:
  ///   - token: the ASCII text.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Throws: ``JOSEError`` with code `too_large`; `malformed_token` for another number of segments than
  ///   three, or an empty header or signature; `malformed_base64url`; or as the header's parameters demand
  ///   (`unsupported_algorithm`, `malformed_header`, `critical_header`). Never with a part of the token.
  public init(_ token: [UInt8], maximumBytes: Int = defaultMaximumBytes) throws(JOSEError) {
    guard token.count <= maximumBytes else {
      throw JOSEError(.tooLarge, "a token of \(token.count) bytes; the limit is \(maximumBytes)")
    }
    let (headerEnd, payloadEnd) = try Self.dots(in: token.span)
    guard headerEnd > 0 else { throw JOSEError(.malformedToken, "the header is empty") }
    guard payloadEnd + 1 < token.count else { throw JOSEError(.malformedToken, "the signature is empty") }
    let header = try JWSHeader(parsing: Base64URL.decode(token.span.extracting(0..<headerEnd)))
    let signature = try Base64URL.decode(token.span.extracting(payloadEnd + 1..<token.count))
    self.header = header
    self.signature = signature
    self.token = token
    self.headerEnd = headerEnd
    self.payloadEnd = payloadEnd
  }

  /// Whether the payload segment is empty: the payload is empty, or it travels apart (RFC 7515 §F).
  public var hasEmptyPayloadSegment: Bool { payloadEnd == headerEnd + 1 }

  /// Checks the signature.
  /// - Parameter key: the key that the caller chose.
  /// - Returns: The payload.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` when the header's `alg` is not the key's one
  ///   algorithm, `invalid_signature`, or `malformed_base64url` for a payload that is not.
  public func verify(with key: VerificationKey) throws(JOSEError) -> [UInt8] {
    try check(token[..<payloadEnd], with: key)
    let payload = token.span.extracting(headerEnd + 1..<payloadEnd)
    guard header.isPayloadEncoded else { return try Self.unencoded(payload) }
    return try Base64URL.decode(payload)
  }

  /// Checks the signature over a payload that travelled apart (RFC 7515 §F, RFC 7797 §5.1).
  /// - Parameters:
  ///   - key: the key that the caller chose.
  ///   - payload: the payload's bytes.
  /// - Throws: ``JOSEError`` as ``verify(with:)``; `malformed_token` when the token holds a payload itself.
  public func verify(with key: VerificationKey, detachedPayload payload: [UInt8]) throws(JOSEError) {
    guard hasEmptyPayloadSegment else {
      throw JOSEError(.malformedToken, "a payload is given apart, but the token holds one itself")
    }
    var message = Array(token[...headerEnd])
    if header.isPayloadEncoded {
      Base64URL.encode(payload.span, into: &message)
    } else {
      message += payload
    }
    try check(message[...], with: key)
  }

  private func check(_ message: ArraySlice<UInt8>, with key: VerificationKey) throws(JOSEError) {
    guard header.algorithm == key.algorithm else {
      throw JOSEError(
        .algorithmMismatch,
        "the header says \(header.algorithm.rawValue), the key is for \(key.algorithm.rawValue)")
    }
    guard key.verifies(signature, over: message) else {
      throw JOSEError(.invalidSignature, "the \(key.algorithm.rawValue) signature does not verify")
    }
  }

  /// The offsets of the two dots; reads no further than a third one.
  private static func dots(in token: Span<UInt8>) throws(JOSEError) -> (Int, Int) {
    let dot = UInt8(ascii: ".")
    guard let first = token.firstOffset(of: dot, from: 0),
      let second = token.firstOffset(of: dot, from: first + 1)
    else { throw JOSEError(.malformedToken, "fewer than three segments") }
    guard token.firstOffset(of: dot, from: second + 1) == nil else {
      throw JOSEError(.malformedToken, "more than three segments")
    }
    return (first, second)
  }

  /// A payload that is signed as it is: printable ASCII without a dot (RFC 7797 §5.2).
  private static func unencoded(_ payload: Span<UInt8>) throws(JOSEError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(payload.count)
    for index in payload.indices {
      guard isCompactSafe(payload[index]) else {
        throw JOSEError(.malformedToken, "an unencoded payload that is not printable ASCII")
      }
      bytes.append(payload[index])
    }
    return bytes
  }

  static func isCompactSafe(_ byte: UInt8) -> Bool {
    0x20...0x7E ~= byte && byte != UInt8(ascii: ".")
  }
}

extension CompactJWS: CustomStringConvertible, CustomReflectable {
  /// The algorithm and the size; never the token.
  public var description: String { "CompactJWS(\(header.algorithm.rawValue), \(token.count) bytes)" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

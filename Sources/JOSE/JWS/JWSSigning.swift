extension CompactJWS {
  /// Signs a payload.
  /// - Parameters:
  ///   - payload: any bytes.
  ///   - type: the header's `typ`; nil omits it.
  ///   - contentType: the header's `cty`; nil omits it.
  ///   - key: its `alg` and `kid` go into the header.
  /// - Returns: The compact serialization.
  /// - Throws: ``JOSEError`` with code `invalid_key` when the key cannot sign.
  public static func sign(
    payload: [UInt8], type: String?, contentType: String? = nil, with key: SigningKey
  ) throws(JOSEError) -> String {
    try sign(
      payload, header: header(type: type, contentType: contentType, isPayloadEncoded: true, key), with: key)
  }

  /// Signs a payload under a header that a profile has made; `header` holds the key's `alg`.
  /// - Throws: ``JOSEError`` with code `invalid_key` when the key cannot sign.
  static func sign(
    payload: [UInt8], header: [JSONMember], with key: SigningKey
  ) throws(JOSEError) -> String {
    try sign(payload, header: JSON.object(header).encoded(), with: key)
  }

  private static func sign(
    _ payload: [UInt8], header: [UInt8], with key: SigningKey
  ) throws(JOSEError) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(
      Base64URL.encodedCount(header.count) + Base64URL.encodedCount(payload.count)
        + key.signatureCharacterCount + 2)
    Base64URL.encode(header.span, into: &text)
    text.append(UInt8(ascii: "."))
    Base64URL.encode(payload.span, into: &text)
    let signature = try key.signature(over: text)
    text.append(UInt8(ascii: "."))
    Base64URL.encode(signature.span, into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Signs a payload that travels apart (RFC 7515 §F): `header..signature`.
  /// - Parameters:
  ///   - payload: any bytes.
  ///   - type: the header's `typ`; nil omits it.
  ///   - key: its `alg` and `kid` go into the header.
  ///   - isPayloadEncoded: whether the payload is signed in base64url, as everybody understands it, or as it
  ///     is (RFC 7797, `b64: false`), which spares the encoding of a large one.
  /// - Returns: `header..signature`.
  /// - Throws: ``JOSEError`` with code `invalid_key` when the key cannot sign.
  public static func sign(
    detachedPayload payload: [UInt8], type: String?, with key: SigningKey, isPayloadEncoded: Bool = true
  ) throws(JOSEError) -> String {
    let header = header(type: type, contentType: nil, isPayloadEncoded: isPayloadEncoded, key)
    var message: [UInt8] = []
    Base64URL.encode(header.span, into: &message)
    let headerEnd = message.count
    message.append(UInt8(ascii: "."))
    if isPayloadEncoded {
      Base64URL.encode(payload.span, into: &message)
    } else {
      message += payload
    }
    let signature = try key.signature(over: message)
    return "\(String(decoding: message[..<headerEnd], as: UTF8.self))..\(Base64URL.encode(signature))"
  }

  /// The header, written as text: every token has one.
  private static func header(
    type: String?, contentType: String?, isPayloadEncoded: Bool, _ key: SigningKey
  ) -> [UInt8] {
    var header: [UInt8] = []
    header.reserveCapacity(160)
    header.append(UInt8(ascii: "{"))
    JSON.writeMember("alg", .string(key.algorithm.rawValue), to: &header)
    if let type { JSON.writeMember("typ", .string(type), to: &header) }
    if let contentType { JSON.writeMember("cty", .string(contentType), to: &header) }
    if let keyID = key.keyID { JSON.writeMember("kid", .string(keyID), to: &header) }
    if !isPayloadEncoded {
      JSON.writeMember("b64", false, to: &header)
      JSON.writeMember("crit", ["b64"], to: &header)
    }
    header.append(UInt8(ascii: "}"))
    return header
  }
}

extension SigningKey {
  /// Room for the signature's text; RSA's longest.
  fileprivate var signatureCharacterCount: Int {
    algorithm.keyType == .rsa ? 1366 : 176
  }
}

extension CompactJWS {
  /// Signs a payload under a header that a profile has made; `header` holds the key's `alg`.
  /// - Throws: ``JOSEError`` with code `invalid_key` when the key cannot sign.
  static func sign(
    payload: [UInt8], header: [JSONMember], with key: SigningKey
  ) throws(JOSEError) -> String {
    var text: [UInt8] = []
    Base64URL.encode(JSON.object(header).encoded().span, into: &text)
    text.append(UInt8(ascii: "."))
    Base64URL.encode(payload.span, into: &text)
    let signature = try key.signature(over: text)
    text.append(UInt8(ascii: "."))
    Base64URL.encode(signature.span, into: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

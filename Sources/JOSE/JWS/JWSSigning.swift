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
    var text = encodedHeader(type: type, contentType: contentType, isPayloadEncoded: true, key)
    text.reserveCapacity(text.count + Base64URL.encodedCount(payload.count) + key.signatureCharacterCount + 2)
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
    let header = encodedHeader(type: type, contentType: nil, isPayloadEncoded: isPayloadEncoded, key)
    var message = header + [UInt8(ascii: ".")]
    if isPayloadEncoded {
      Base64URL.encode(payload.span, into: &message)
    } else {
      message += payload
    }
    let signature = try key.signature(over: message)
    return "\(String(decoding: header, as: UTF8.self))..\(Base64URL.encode(signature))"
  }

  /// The header in base64url.
  private static func encodedHeader(
    type: String?, contentType: String?, isPayloadEncoded: Bool, _ key: SigningKey
  ) -> [UInt8] {
    var members = [JSONMember(name: "alg", value: .string(key.algorithm.rawValue))]
    if let type { members.append(JSONMember(name: "typ", value: .string(type))) }
    if let contentType { members.append(JSONMember(name: "cty", value: .string(contentType))) }
    if let keyID = key.keyID { members.append(JSONMember(name: "kid", value: .string(keyID))) }
    if !isPayloadEncoded {
      members.append(JSONMember(name: "b64", value: false))
      members.append(JSONMember(name: "crit", value: ["b64"]))
    }
    var text: [UInt8] = []
    Base64URL.encode(JSON.object(members).encoded().span, into: &text)
    return text
  }
}

extension SigningKey {
  /// Room for the signature's text; RSA's longest.
  fileprivate var signatureCharacterCount: Int {
    algorithm.keyType == .rsa ? 1366 : 176
  }
}

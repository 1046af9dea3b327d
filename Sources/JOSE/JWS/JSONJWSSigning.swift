extension JSONJWS {
  /// Who signs, and what goes into the two headers of that signature.
  public struct Signatory: Sendable {
    let key: SigningKey
    let protected: [JSONMember]
    let unprotected: [JSONMember]

    /// A signatory.
    /// - Parameters:
    ///   - key: its `alg` and `kid` go into the protected header.
    ///   - type: the protected header's `typ`; nil omits it.
    ///   - contentType: the protected header's `cty`; nil omits it.
    ///   - protected: more that the signature covers.
    ///   - unprotected: what the signature does not cover, and anybody may change.
    public init(
      _ key: SigningKey, type: String? = nil, contentType: String? = nil, protected: [JSONMember] = [],
      unprotected: [JSONMember] = []
    ) {
      self.key = key
      var members = [JSONMember(name: "alg", value: .string(key.algorithm.rawValue))]
      if let type { members.append(JSONMember(name: "typ", value: .string(type))) }
      if let contentType { members.append(JSONMember(name: "cty", value: .string(contentType))) }
      if let keyID = key.keyID { members.append(JSONMember(name: "kid", value: .string(keyID))) }
      self.protected = members + protected
      self.unprotected = unprotected
    }
  }

  /// Signs a payload in flattened JSON serialization (RFC 7515 §7.2.2).
  /// - Parameters:
  ///   - payload: any bytes.
  ///   - signatory: the key and its headers.
  ///   - isPayloadEncoded: whether the payload is signed and written in base64url, as everybody understands
  ///     it, or as it is (RFC 7797, `b64: false`).
  ///   - isDetached: whether the payload travels apart (RFC 7515 §F).
  /// - Returns: The JSON text.
  /// - Throws: ``JOSEError`` with code `malformed_token` for an unencoded payload that is not UTF-8, and is
  ///   not detached; `invalid_key` when the key cannot sign; or as ``init(_:maximumBytes:)`` for headers
  ///   that no reader would take.
  public static func sign(
    payload: [UInt8], by signatory: Signatory, isPayloadEncoded: Bool = true, isDetached: Bool = false
  ) throws(JOSEError) -> String {
    let payload = try SignedPayload(payload, isEncoded: isPayloadEncoded, isDetached: isDetached)
    return try written(payload.members + payload.signature(by: signatory))
  }

  /// Signs a payload in general JSON serialization (RFC 7515 §7.2.1).
  /// - Parameters:
  ///   - payload: any bytes.
  ///   - signatories: the keys and their headers, 1 to 16.
  ///   - isPayloadEncoded: as in the other form; the same for all signatures.
  ///   - isDetached: as in the other form.
  /// - Returns: The JSON text.
  /// - Throws: ``JOSEError`` as the other form; `too_large` for more than 16 signatories, `malformed_token`
  ///   for none.
  public static func sign(
    payload: [UInt8], by signatories: [Signatory], isPayloadEncoded: Bool = true, isDetached: Bool = false
  ) throws(JOSEError) -> String {
    guard signatories.count <= maximumSignatures else {
      throw JOSEError(.tooLarge, "\(signatories.count) signatories; the limit is \(maximumSignatures)")
    }
    let payload = try SignedPayload(payload, isEncoded: isPayloadEncoded, isDetached: isDetached)
    var signatures: [JSON] = []
    for signatory in signatories { signatures.append(.object(try payload.signature(by: signatory))) }
    return try written(payload.members + [JSONMember(name: "signatures", value: .array(signatures))])
  }

  /// The text; what our own reader would not take is not handed out.
  private static func written(_ members: [JSONMember]) throws(JOSEError) -> String {
    let text = JSON.object(members).encoded()
    let jws = try JSONJWS(text, maximumBytes: text.count)
    for signature in jws.signatures {
      if let failure = signature.failure { throw failure }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// A payload on its way into signatures.
private struct SignedPayload {
  /// The form that is signed.
  let signed: [UInt8]
  /// The member `payload`, or nothing.
  let members: [JSONMember]
  let isEncoded: Bool

  init(_ payload: [UInt8], isEncoded: Bool, isDetached: Bool) throws(JOSEError) {
    self.isEncoded = isEncoded
    let text: String
    if isEncoded {
      text = Base64URL.encode(payload)
      signed = Array(text.utf8)
    } else {
      text = String(decoding: payload, as: UTF8.self)
      signed = payload
    }
    guard !isDetached else {
      members = []
      return
    }
    guard text.utf8.elementsEqual(signed) else {
      throw JOSEError(.malformedToken, "an unencoded payload that is not UTF-8 cannot stand in JSON")
    }
    members = [JSONMember(name: "payload", value: .string(text))]
  }

  /// `protected`, `header` and `signature`.
  func signature(by signatory: JSONJWS.Signatory) throws(JOSEError) -> [JSONMember] {
    var header = signatory.protected
    if !isEncoded {
      header.append(JSONMember(name: "b64", value: false))
      header.append(JSONMember(name: "crit", value: ["b64"]))
    }
    let protected = Base64URL.encode(JSON.object(header).encoded())
    let message = Array(protected.utf8) + [UInt8(ascii: ".")] + signed
    let signature = try signatory.key.signature(over: message)
    var members = [JSONMember(name: "protected", value: .string(protected))]
    if !signatory.unprotected.isEmpty {
      members.append(JSONMember(name: "header", value: .object(signatory.unprotected)))
    }
    members.append(JSONMember(name: "signature", value: .string(Base64URL.encode(signature))))
    return members
  }
}

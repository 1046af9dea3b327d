extension JSONJWE {
  /// Encrypts to one recipient or several.
  ///
  /// For one recipient the text is flattened and all parameters are protected. For several it is general:
  /// what says something of the content is protected, each recipient's own parameters are not, and need not
  /// be: who changes them keeps that recipient from decrypting, and no more.
  /// - Parameters:
  ///   - plaintext: any bytes.
  ///   - type: the protected header's `typ`; nil omits it.
  ///   - contentType: the protected header's `cty`; nil omits it.
  ///   - keys: one for each recipient, 1 to 16.
  ///   - encryption: `enc`; nil for the key's own, or else A256GCM.
  ///   - isCompressed: whether the plaintext is compressed first (`zip`), as for ``CompactJWE``.
  ///   - additionalAuthenticatedData: `aad`, what the tag covers besides, and is not encrypted; nil or empty
  ///     omits it.
  ///   - unprotectedHeader: a header that all recipients share, and that nobody vouches for; no parameter
  ///     that says how to decrypt, or what is inside.
  /// - Returns: The text.
  /// - Throws: ``JOSEError`` with code `invalid_policy` for no keys or too many, or for passwords whose
  ///   `p2c` add up to more than any reader takes, `unsupported_algorithm` for `dir` or `ECDH-ES` among
  ///   several (RFC 7516 §5.1), `malformed_header` for an unprotected parameter that has to be protected or
  ///   is given twice; else as ``CompactJWE``.
  public static func encrypt(
    _ plaintext: [UInt8], type: String? = nil, contentType: String? = nil, to keys: [EncryptionKey],
    encryption: ContentEncryptionAlgorithm? = nil, isCompressed: Bool = false,
    additionalAuthenticatedData: [UInt8]? = nil, unprotectedHeader: [JSONMember] = []
  ) throws(JOSEError) -> String {
    try check(keys, unprotectedHeader)
    let description = ContentDescription(
      encryption: try keys[0].encryption(encryption), type: type, contentType: contentType,
      isCompressed: isCompressed)
    var sealedKeys = [try keys[0].seal(nil, for: description.encryption)]
    let contentKey = sealedKeys[0].contentKey
    for key in keys.dropFirst() { sealedKeys.append(try key.seal(contentKey, for: description.encryption)) }
    let isFlattened = keys.count == 1
    let own = zip(keys, sealedKeys).map { $0.members($1) }
    let protected = Base64URL.encode(
      JSON.object((isFlattened ? own[0] : []) + description.members).encoded())
    let additional = additionalAuthenticatedData.flatMap { $0.isEmpty ? nil : Base64URL.encode($0) }
    let authenticated = Array((protected + (additional.map { ".\($0)" } ?? "")).utf8)
    let content = try description.seal(plaintext, key: contentKey, authenticating: authenticated)

    var members = [JSONMember(name: "protected", value: .string(protected))]
    if !unprotectedHeader.isEmpty {
      members.append(JSONMember(name: "unprotected", value: .object(unprotectedHeader)))
    }
    if isFlattened {
      members += sealedKeys[0].jsonMembers
    } else {
      let recipients = zip(own, sealedKeys).map { own, sealed in
        JSON.object([JSONMember(name: "header", value: .object(own))] + sealed.jsonMembers)
      }
      members.append(JSONMember(name: "recipients", value: .array(recipients)))
    }
    if let additional { members.append(JSONMember(name: "aad", value: .string(additional))) }
    members += [
      .base64URL("iv", content.vector), .base64URL("ciphertext", content.sealed.ciphertext),
      .base64URL("tag", content.sealed.tag),
    ]
    return JSON.object(members).encodedString()
  }

  private static func check(_ keys: [EncryptionKey], _ header: [JSONMember]) throws(JOSEError) {
    guard 1...maximumRecipients ~= keys.count else {
      throw JOSEError(.invalidPolicy, "\(keys.count) recipients; from 1 to \(maximumRecipients) are possible")
    }
    guard keys.count == 1 || !keys.contains(where: { $0.isDirect }) else {
      throw JOSEError(.unsupportedAlgorithm, "dir or ECDH-ES among several recipients (RFC 7516 §5.1)")
    }
    let iterations = keys.reduce(0) { $0 + $1.iterations }
    guard iterations <= DecryptionPolicy.iterationCounts.upperBound else {
      throw JOSEError(.invalidPolicy, "p2c adds up to \(iterations), which no reader takes")
    }
    var names = Set(registeredNames.map { Array($0.utf8) })
    for member in header {
      guard names.insert(Array(member.name.utf8)).inserted else {
        throw JOSEError(
          .malformedHeader, "an unprotected parameter that has to be protected, or is given twice")
      }
    }
  }

  /// The parameters that this library writes itself, or that only count when they are protected.
  private static let registeredNames = [
    "alg", "enc", "kid", "typ", "cty", "zip", "crit", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c",
  ]
}

extension SealedContentKey {
  /// `encrypted_key`, where there is one.
  fileprivate var jsonMembers: [JSONMember] {
    encryptedKey.isEmpty ? [] : [.base64URL("encrypted_key", encryptedKey)]
  }
}

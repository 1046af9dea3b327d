import Foundation
import JOSE

/// What a JWS and a JWT promise (T1, T4, T7, T9 to T12).
enum SignatureChecks {
  static func token(_ input: [UInt8]) {
    guard let jws = accepted({ try CompactJWS(input) }) else { return }
    let segments = input.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    require(segments.count == 3 && !segments[0].isEmpty && !segments[2].isEmpty, "three segments")
    for segment in [segments[0], segments[2]] {
      let bytes = must("a segment is base64url") { try Base64URL.decode(Array(segment).span) }
      require(Base64URL.encode(bytes).utf8.elementsEqual(segment), "a segment has one spelling")
    }
    for key in Keys.verifying {
      let payload = accepted { try jws.verify(with: key) }
      require(payload == nil || jws.header.algorithm == key.algorithm, "a key has one algorithm")
      require(payload == nil || isOurs(input, key), "only what was signed verifies")
      let isDetached = accepted { try jws.verify(with: key, detachedPayload: Seeds.payload) } != nil
      require(!isDetached || isOurs(input, key), "only what was signed verifies")
    }
  }

  /// Whether the token is one that this program signs. ECDSA has many signatures for one message.
  private static func isOurs(_ token: [UInt8], _ key: VerificationKey) -> Bool {
    guard key.algorithm == .es256 else { return signed.contains(token) }
    return signed.contains { prefix(of: $0) == prefix(of: token) }
  }

  private static func prefix(of token: [UInt8]) -> ArraySlice<UInt8> {
    token[..<(token.lastIndex(of: UInt8(ascii: ".")) ?? 0)]
  }

  private static let signed = Set(Seeds.tokens)

  static func jsonText(_ input: [UInt8]) {
    guard let jws = accepted({ try JSONJWS(input) }) else { return }
    require(1...JSONJWS.maximumSignatures ~= jws.signatures.count, "1 to 16 signatures")
    for requirement in [JSONJWS.Requirement.any, .all, .everyKey] {
      let detached = jws.isDetached ? Seeds.payload : nil
      let verified = accepted {
        try jws.verify(
          requirement, with: Keys.verifying, detachedPayload: detached, acceptsUnprotectedAlgorithm: true)
      }
      guard let verified else { continue }
      require(verified.payload == Seeds.payload, "only what was signed verifies")
      require(requirement != .all || verified.signatures.count == jws.signatures.count, "all are all")
      require(
        requirement != .everyKey || verified.signatures.count >= Keys.verifying.count, "every key signed")
      for signature in verified.signatures {
        require(
          signature.algorithm == jws.signatures[signature.index].algorithm, "a signature is the text's own")
        let header = signature.protectedHeader.map { Array($0.source) } ?? []
        require(signedHeaders.contains(header), "the header is one that was signed")
      }
    }
  }

  /// The protected headers in ``Seeds/jsonTokens`` and ``Seeds/tokens``, as JSON.
  private static let signedHeaders: Set<[UInt8]> = {
    let compact = Seeds.tokens.map { Array($0.prefix { $0 != UInt8(ascii: ".") }) }
    let texts = Seeds.jsonTokens.flatMap { text in
      let json = must("a token of ours is JSON") { try ParsedJSON(parsing: text) }
      return (json["signatures"]?.elements ?? [json]).map { Array(($0["protected"]?.string ?? "").utf8) }
    }
    return Set((compact + texts).map { text in must("a header of ours") { try Base64URL.decode(text.span) } })
  }()

  /// The input is a header's JSON, over which the right key signs: all that is left to refuse is the header.
  static func header(_ input: [UInt8]) {
    let message = Base64URL.encode(input) + "." + Base64URL.encode(Seeds.payload)
    let unencoded = Array(Base64URL.encode(input).utf8) + [UInt8(ascii: ".")] + Seeds.payload
    for (message, isEncoded) in [(Array(message.utf8), true), (unencoded, false)] {
      let token = message + [UInt8(ascii: ".")] + Array(Keys.code(over: message).utf8)
      guard let jws = accepted({ try CompactJWS(token) }) else { continue }
      guard let payload = accepted({ try jws.verify(with: Keys.hmac) }) else { continue }
      let expected = isEncoded ? Array(Base64URL.encode(Seeds.payload).utf8) : Seeds.payload
      require(
        payload == (jws.header.isPayloadEncoded ? Seeds.payload : expected), "the payload is what was signed")
      guard let object = accepted({ try JSONSerialization.jsonObject(with: Data(input)) as? [String: Any] }),
        let object
      else { fatalError("broken: a header is a JSON object") }
      require(object["alg"] as? String == "HS256", "alg is the key's")
      require(
        object["crit"] == nil || object["crit"] as? [String] == ["b64"], "crit holds what is understood")
      require(object["b64"] == nil || object["crit"] != nil, "b64 is critical")
      require(jws.header.type == object["typ"] as? String, "typ is read as everybody reads it")
      require(jws.header.keyID == object["kid"] as? String, "kid is read as everybody reads it")
    }
  }

  /// The input is a payload that the right key signs: all that is left to refuse is the claims.
  static func claims(_ input: [UInt8]) {
    let message = Array("\(Seeds.jwtHeader).\(Base64URL.encode(input))".utf8)
    let token = message + [UInt8(ascii: ".")] + Array(Keys.code(over: message).utf8)
    guard let jws = accepted({ try CompactJWS(token, maximumBytes: .max) }) else {
      fatalError("broken: what was signed is read")
    }
    guard
      let verified = accepted({
        try JWT.verify(jws, with: Keys.hmac, policy: Seeds.policy, at: Timestamp(seconds: Seeds.now))
      })
    else { return }
    guard let object = accepted({ try JSONSerialization.jsonObject(with: Data(input)) as? [String: Any] }),
      let object
    else { fatalError("broken: claims are a JSON object") }
    require(object["iss"] as? String == Seeds.policy.issuer, "iss is the policy's")
    let audience = object["aud"] as? [String] ?? (object["aud"] as? String).map { [$0] } ?? []
    require(audience.contains(Seeds.policy.audience), "aud holds the policy's")
    let now = Double(Seeds.now)
    require((object["exp"] as? Double).map { $0 > now } ?? false, "exp lies ahead")
    require((object["nbf"] as? Double ?? 0) <= now, "nbf lies back")
    require(object["nbf"] == nil || object["nbf"] is Double, "nbf is a number")
    require((object["iat"] as? Double ?? 0) <= now, "iat lies back")
    require(verified.value.subject == object["sub"] as? String, "sub is read as everybody reads it")
    require(verified.value.tokenID == object["jti"] as? String, "jti is read as everybody reads it")
  }
}

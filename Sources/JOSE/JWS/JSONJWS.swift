/// A JWS in JSON serialization, flattened or general (RFC 7515 §7.2), not yet verified.
///
/// Reading one checks its form alone. The payload comes out only through
/// ``verify(_:with:detachedPayload:acceptsUnprotectedAlgorithm:)``, with the headers of those signatures that
/// were verified, and of no others.
public struct JSONJWS: Sendable {
  /// Which signatures have to verify: the caller's decision, and nowhere a default.
  public enum Requirement: Sendable, Hashable {
    /// One signature at least. The others may be bad, or be made with keys and algorithms that nobody knows
    /// here.
    case any
    /// Each signature that the text holds. Whoever carries a text can take signatures out of it: this does
    /// not say who signed, beyond being one of the keys' owners.
    case all
    /// Each of the given keys has signed. What else the text holds may be bad. No key is given twice.
    case everyKey
  }

  /// The signatures, which nobody has vouched for yet: good for finding keys. 1 to 16.
  public let signatures: [UnverifiedSignature]
  /// Whether there is one signature, written without an array (RFC 7515 §7.2.2).
  public let isFlattened: Bool

  /// The member `payload` in UTF-8; nil when the payload travels apart.
  private let payload: [UInt8]?
  /// Whether the payload is signed in base64url, as usual, or as it is (RFC 7797 §3).
  private let isPayloadEncoded: Bool

  /// The most signatures that a text may have: each costs a check.
  public static let maximumSignatures = 16

  /// The most checks that a text may cost: a signature without `kid` is tried with each key that it may be
  /// by.
  public static let maximumChecks = 64

  /// Reads a text.
  ///
  /// Members that RFC 7515 does not name are ignored.
  /// - Parameters:
  ///   - text: JSON in UTF-8.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Throws: ``JOSEError`` with code `too_large` for more bytes or signatures than allowed;
  ///   `malformed_json`, `duplicate_member`, `malformed_base64url`; `malformed_token` for another form than
  ///   RFC 7515 §7.2 has, signatures that are empty, or headers that both hold one parameter;
  ///   `malformed_header` for a parameter of the wrong type; `critical_header` for `crit` or `b64` outside
  ///   the protected header, or a `b64` that is not the same for all signatures (RFC 7797 §3). An algorithm
  ///   that is unknown, or a `crit` that is not understood, only keeps that one signature from verifying.
  public init(
    _ text: [UInt8], maximumBytes: Int = CompactJWS.defaultMaximumBytes
  ) throws(JOSEError) {
    let json = try ParsedJSON(parsing: text, limits: JSONLimits(maximumBytes: maximumBytes))
    guard json.kind == .object else { throw JOSEError(.malformedToken, "a JWS in JSON is an object") }
    if let payload = json["payload"] {
      guard let string = payload.string else { throw JOSEError(.malformedToken, "payload is not a string") }
      self.payload = Array(string.utf8)
    } else {
      payload = nil
    }
    isFlattened = json["signatures"] == nil
    var signatures: [UnverifiedSignature] = []
    for element in isFlattened ? [json] : try Self.elements(of: json) {
      signatures.append(try UnverifiedSignature(element))
    }
    self.signatures = signatures
    isPayloadEncoded = signatures[0].isPayloadEncoded
    guard signatures.allSatisfy({ $0.isPayloadEncoded == signatures[0].isPayloadEncoded }) else {
      throw JOSEError(.criticalHeader, "b64 is not the same for all signatures (RFC 7797 §3)")
    }
  }

  /// Whether the payload travels apart (RFC 7515 §F).
  public var isDetached: Bool { payload == nil }

  /// Checks signatures.
  ///
  /// A signature is checked with those keys whose algorithm it names, and whose `kid` it names, if both
  /// have one.
  /// - Parameters:
  ///   - requirement: which signatures have to verify.
  ///   - keys: the keys that the caller trusts, 1 to 64.
  ///   - detachedPayload: the payload, when it travels apart; else nil.
  ///   - acceptsUnprotectedAlgorithm: whether `alg` may stand in the header that no signature covers. A key
  ///     has one algorithm, which the text cannot change; still, RFC 7515 §10.7 advises against it.
  /// - Returns: The payload, and what the signatures that were verified cover. For ``Requirement/any`` that
  ///   is one signature, the first that is good.
  /// - Throws: ``JOSEError`` with code `invalid_signature`; `unknown_key` when no key fits; what keeps the
  ///   signature from being checked, as `unsupported_algorithm` or `critical_header`; `algorithm_mismatch`
  ///   for an `alg` that no signature covers; `malformed_token` when a payload is given both ways, or in
  ///   none; `invalid_policy` for no keys, too many, or one twice for
  ///   ``Requirement/everyKey``; `too_large` when more than ``maximumChecks`` could be needed.
  public func verify(
    _ requirement: Requirement, with keys: [VerificationKey], detachedPayload: [UInt8]? = nil,
    acceptsUnprotectedAlgorithm: Bool = false
  ) throws(JOSEError) -> VerifiedJSONJWS {
    guard 1...64 ~= keys.count else {
      throw JOSEError(.invalidPolicy, "\(keys.count) keys; 1 to 64 are taken")
    }
    let (payload, signed) = try payloads(detachedPayload)
    let check = SignatureCheck(
      keys: keys, signedPayload: signed, acceptsUnprotectedAlgorithm: acceptsUnprotectedAlgorithm)
    try check.refuseTooMany(of: signatures)
    let verified: [VerifiedJSONJWS.Signature]
    switch requirement {
    case .any: verified = [try check.first(of: signatures)]
    case .all: verified = try check.each(of: signatures)
    case .everyKey: verified = try check.oneForEachKey(of: signatures)
    }
    return VerifiedJSONJWS(payload: payload, signatures: verified)
  }

  /// The payload, and the form of it that is signed.
  private func payloads(
    _ detached: [UInt8]?
  ) throws(JOSEError) -> (payload: [UInt8], signed: [UInt8]) {
    guard let payload else {
      guard let detached else {
        throw JOSEError(.malformedToken, "the payload travels apart, and was not given")
      }
      return (detached, isPayloadEncoded ? Array(Base64URL.encode(detached).utf8) : detached)
    }
    guard detached == nil else {
      throw JOSEError(.malformedToken, "a payload is given apart, but the text holds one itself")
    }
    return (isPayloadEncoded ? try Base64URL.decode(payload.span) : payload, payload)
  }

  private static func elements(of json: ParsedJSON) throws(JOSEError) -> [ParsedJSON] {
    for name in ["protected", "header", "signature"] where json[name] != nil {
      throw JOSEError(.malformedToken, "both signatures and \(name): neither flattened nor general")
    }
    guard let elements = json["signatures"]?.elements, !elements.isEmpty else {
      throw JOSEError(.malformedToken, "signatures is not an array of at least one")
    }
    guard elements.count <= maximumSignatures else {
      throw JOSEError(.tooLarge, "\(elements.count) signatures; the limit is \(maximumSignatures)")
    }
    return elements
  }
}

extension JSONJWS: CustomStringConvertible, CustomReflectable {
  /// How many signatures it has; never the text.
  public var description: String { "JSONJWS(\(signatures.count) signatures)" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What came out of a JWS in JSON serialization whose signatures were checked as the caller demanded.
public struct VerifiedJSONJWS: Sendable {
  /// The payload's bytes.
  public let payload: [UInt8]
  /// The signatures that were verified, at least one; no others.
  public let signatures: [Signature]

  /// A signature that was verified.
  public struct Signature: Sendable {
    /// Its place in the text, from 0.
    public let index: Int
    /// The `kid` of the key that verified it; nil when that has none.
    public let keyID: String?
    /// The algorithm of that key.
    public let algorithm: SignatureAlgorithm
    /// The protected header's `typ`; nil when it has none.
    public let type: String?
    /// The protected header's `cty`; nil when it has none.
    public let contentType: String?
    /// The header that the signature covers; nil when it covers the payload alone.
    public let protectedHeader: ParsedJSON?
    /// The header that no signature covers: whoever carried the text may have written it. Nil when there is
    /// none.
    public let untrustedHeader: ParsedJSON?
  }
}

extension VerifiedJSONJWS: CustomStringConvertible, CustomReflectable {
  /// How much was signed, and how often; never the payload.
  public var description: String { "VerifiedJSONJWS(\(payload.count) bytes, \(signatures.count) signatures)" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

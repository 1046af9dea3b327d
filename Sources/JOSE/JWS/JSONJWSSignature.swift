extension JSONJWS {
  /// A signature of a JWS in JSON serialization before it is checked: what finds a key, and nothing else.
  public struct UnverifiedSignature: Sendable, CustomStringConvertible, CustomReflectable {
    /// `alg`, from either header; nil when it names none that is supported.
    public let algorithm: SignatureAlgorithm?
    /// `kid`, from either header: an opaque name of at most 256 bytes; nil when it is absent.
    public let keyID: String?

    /// Whether the signature covers `alg`.
    let isAlgorithmProtected: Bool
    let isPayloadEncoded: Bool
    /// Why it cannot be checked, though its form is good.
    let failure: JOSEError?
    let protectedHeader: ParsedJSON?
    let unprotectedHeader: ParsedJSON?
    /// The protected header, as it is signed; empty when there is none.
    let protectedText: [UInt8]
    let bytes: [UInt8]

    /// Reads `protected`, `header` and `signature` of an object.
    init(_ json: ParsedJSON) throws(JOSEError) {
      guard let signature = json["signature"]?.string, !signature.isEmpty else {
        throw JOSEError(.malformedToken, "a signature is missing, empty or not a string")
      }
      bytes = try Base64URL.decode(signature)
      (protectedText, protectedHeader) = try Self.protectedHeader(in: json)
      unprotectedHeader = try Self.unprotectedHeader(in: json)
      try Self.refuseOverlap(protectedHeader, unprotectedHeader)
      isAlgorithmProtected = protectedHeader?["alg"] != nil
      let headers = [protectedHeader, unprotectedHeader].compactMap { $0 }
      keyID = try Self.keyID(in: headers)
      isPayloadEncoded = try Self.isPayloadEncoded(in: protectedHeader)
      for header in headers {
        _ = try JWSHeader.string("typ", in: header)
        _ = try JWSHeader.string("cty", in: header)
      }
      (algorithm, failure) = try Self.algorithm(protectedHeader, unprotectedHeader)
    }

    /// The algorithm; never the signature.
    public var description: String { "UnverifiedSignature(\(algorithm?.rawValue ?? "unknown algorithm"))" }

    public var customMirror: Mirror { Mirror(self, children: []) }
  }
}

extension JSONJWS.UnverifiedSignature {
  /// RFC 7515 §7.2.1: absent when it would be empty.
  private static func protectedHeader(
    in json: ParsedJSON
  ) throws(JOSEError) -> (text: [UInt8], header: ParsedJSON?) {
    guard let value = json["protected"] else { return ([], nil) }
    guard let text = value.string else { throw JOSEError(.malformedToken, "protected is not a string") }
    let header = try ParsedJSON(parsing: Base64URL.decode(text))
    guard let members = header.members, !members.isEmpty else {
      throw JOSEError(.malformedHeader, "the protected header is not an object with members")
    }
    return (Array(text.utf8), header)
  }

  private static func unprotectedHeader(in json: ParsedJSON) throws(JOSEError) -> ParsedJSON? {
    guard let header = json["header"] else { return nil }
    guard let members = header.members, !members.isEmpty else {
      throw JOSEError(.malformedHeader, "header is not an object with members")
    }
    // Whoever carries a text could otherwise say what must be understood, or how the payload is read.
    for name in ["crit", "b64"] where header[name] != nil {
      throw JOSEError(.criticalHeader, "\(name) stands in a header that no signature covers")
    }
    return header
  }

  /// RFC 7515 §4: one parameter stands in one of the headers.
  private static func refuseOverlap(
    _ protected: ParsedJSON?, _ unprotected: ParsedJSON?
  ) throws(JOSEError) {
    guard let protected, let unprotected, let members = protected.members else { return }
    var names: Set<[UInt8]> = []
    for member in members { names.insert(Array(member.name.utf8)) }
    for member in unprotected.members ?? [] where names.contains(Array(member.name.utf8)) {
      throw JOSEError(.malformedToken, "one parameter stands in both headers of a signature")
    }
  }

  private static func keyID(in headers: [ParsedJSON]) throws(JOSEError) -> String? {
    for header in headers {
      guard let keyID = try JWSHeader.string("kid", in: header) else { continue }
      guard keyID.utf8.count <= JWK.maximumKeyIDBytes else {
        throw JOSEError(.malformedHeader, "kid has more than \(JWK.maximumKeyIDBytes) bytes")
      }
      return keyID
    }
    return nil
  }

  /// What `b64` says, whether or not `crit` lists it: all signatures must agree.
  private static func isPayloadEncoded(in header: ParsedJSON?) throws(JOSEError) -> Bool {
    guard let value = header?["b64"] else { return true }
    guard let isEncoded = value.bool else { throw JOSEError(.malformedHeader, "b64 is not a boolean") }
    return isEncoded
  }

  /// The algorithm, or why this signature cannot be checked.
  private static func algorithm(
    _ protected: ParsedJSON?, _ unprotected: ParsedJSON?
  ) throws(JOSEError) -> (SignatureAlgorithm?, JOSEError?) {
    guard let name = protected?["alg"] ?? unprotected?["alg"] else {
      throw JOSEError(.malformedHeader, "alg is missing")
    }
    guard name.kind == .string else { throw JOSEError(.malformedHeader, "alg is not a string") }
    guard let algorithm = SignatureAlgorithm(named: name) else {
      let failure = JOSEError(
        .unsupportedAlgorithm, "alg names no signature algorithm that is supported")
      return (nil, failure)
    }
    do throws(JOSEError) {
      if let protected {
        _ = try JWSHeader.isPayloadEncoded(in: protected, CriticalParameters(in: protected))
      }
      return (algorithm, nil)
    } catch {
      return (algorithm, error)
    }
  }
}

/// The signatures of one text, checked with the keys that the caller gave.
struct SignatureCheck {
  let keys: [VerificationKey]
  /// The payload, as it is signed.
  let signedPayload: [UInt8]
  let acceptsUnprotectedAlgorithm: Bool

  typealias Candidate = JSONJWS.UnverifiedSignature

  /// - Throws: ``JOSEError`` with code `too_large` when more checks could be needed than a text may cost.
  func refuseTooMany(of candidates: [Candidate]) throws(JOSEError) {
    let checks = candidates.reduce(0) { sum, candidate in sum + keys.filter { $0.fits(candidate) }.count }
    guard checks <= JSONJWS.maximumChecks else {
      throw JOSEError(.tooLarge, "\(checks) checks could be needed; the limit is \(JSONJWS.maximumChecks)")
    }
  }

  /// The first that is good.
  func first(of candidates: [Candidate]) throws(JOSEError) -> VerifiedJSONJWS.Signature {
    var failure: JOSEError?
    for (index, candidate) in candidates.enumerated() {
      do throws(JOSEError) {
        return try verify(candidate, at: index, with: keys)
      } catch {
        // A bad signature says more than one that could not be checked, and that more than another's.
        if failure.map({ $0.code == .unknownKey }) ?? true || error.code == .invalidSignature {
          failure = error
        }
      }
    }
    throw failure ?? JOSEError(.invalidSignature, "there is no signature")
  }

  /// All of them.
  func each(of candidates: [Candidate]) throws(JOSEError) -> [VerifiedJSONJWS.Signature] {
    var verified: [VerifiedJSONJWS.Signature] = []
    for (index, candidate) in candidates.enumerated() {
      verified.append(try verify(candidate, at: index, with: keys))
    }
    return verified
  }

  /// One for each key, and never the same one: two keys that it is good for are one key.
  func oneForEachKey(of candidates: [Candidate]) throws(JOSEError) -> [VerifiedJSONJWS.Signature] {
    var verified: [VerifiedJSONJWS.Signature] = []
    for key in keys {
      let check = SignatureCheck(
        keys: [key], signedPayload: signedPayload,
        acceptsUnprotectedAlgorithm: acceptsUnprotectedAlgorithm)
      let signature = try check.first(of: candidates)
      guard !verified.contains(where: { $0.index == signature.index }) else {
        throw JOSEError(.invalidPolicy, "one key is given twice, and every key is to have signed")
      }
      verified.append(signature)
    }
    return verified
  }

  private func verify(
    _ candidate: Candidate, at index: Int, with keys: [VerificationKey]
  ) throws(JOSEError) -> VerifiedJSONJWS.Signature {
    if let failure = candidate.failure { throw failure }
    guard candidate.isAlgorithmProtected || acceptsUnprotectedAlgorithm else {
      throw JOSEError(.algorithmMismatch, "alg of signature \(index) stands in a header that nothing covers")
    }
    let fitting = keys.filter { $0.fits(candidate) }
    guard !fitting.isEmpty else { throw JOSEError(.unknownKey, "no key fits signature \(index)") }
    let message = candidate.protectedText + [UInt8(ascii: ".")] + signedPayload
    for key in fitting where key.verifies(candidate.bytes, over: message[...]) {
      return VerifiedJSONJWS.Signature(candidate, at: index, by: key)
    }
    throw JOSEError(.invalidSignature, "signature \(index) does not verify")
  }
}

extension VerificationKey {
  /// Whether the signature may be by this key: its algorithm is the key's, and so is its `kid`, if both have
  /// one.
  fileprivate func fits(_ signature: JSONJWS.UnverifiedSignature) -> Bool {
    guard signature.algorithm == algorithm else { return false }
    guard let named = signature.keyID, let keyID else { return true }
    return named.utf8.elementsEqual(keyID.utf8)
  }
}

extension VerifiedJSONJWS.Signature {
  fileprivate init(
    _ signature: JSONJWS.UnverifiedSignature, at index: Int, by key: VerificationKey
  ) {
    self.index = index
    keyID = key.keyID
    algorithm = key.algorithm
    protectedHeader = signature.protectedHeader
    untrustedHeader = signature.unprotectedHeader
    type = signature.protectedHeader?["typ"]?.string
    contentType = signature.protectedHeader?["cty"]?.string
  }
}

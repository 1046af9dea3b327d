internal import JOSE

/// A JWS of either serialization. Both are signed content: which it is decides nothing else.
enum UnverifiedJWS {
  case compact(CompactJWS)
  case json(JSONJWS)

  /// Reads a text.
  init(_ text: [UInt8]) throws(JOSEError) {
    let start = text.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    if start == UInt8(ascii: "{") {
      self = .json(try JSONJWS(text, maximumBytes: InputFile.maximumBytes))
    } else {
      self = .compact(try CompactJWS(text, maximumBytes: InputFile.maximumBytes))
    }
  }

  var signatureCount: Int {
    switch self {
    case .compact: 1
    case .json(let jws): jws.signatures.count
    }
  }

  /// Checks the signatures with the keys of a file.
  func verify(
    _ requirement: JSONJWS.Requirement, with keys: KeyFile, allowing algorithm: SignatureAlgorithm?,
    detachedPayload: [UInt8]?
  ) throws(JOSEError) -> VerifiedContent {
    switch self {
    case .compact(let jws):
      let found = try keys.verificationKeys(
        for: [(jws.header.keyID, jws.header.algorithm)], allowing: algorithm)
      return try Self.verify(jws, with: found, detachedPayload)
    case .json(let jws):
      return try Self.verify(jws, requirement, with: keys, algorithm, detachedPayload)
    }
  }

  /// The first key that fits.
  private static func verify(
    _ jws: CompactJWS, with keys: [VerificationKey], _ detached: [UInt8]?
  ) throws(JOSEError) -> VerifiedContent {
    var failure = JOSEError(.unknownKey, "there is no key")
    for key in keys {
      do throws(JOSEError) {
        let signature = (algorithm: key.algorithm, keyID: key.keyID ?? jws.header.keyID)
        guard let detached else {
          return VerifiedContent(payload: try jws.verify(with: key), signatures: [signature])
        }
        try jws.verify(with: key, detachedPayload: detached)
        return VerifiedContent(payload: detached, signatures: [signature])
      } catch {
        failure = error
      }
    }
    guard failure.code == .invalidSignature, jws.hasEmptyPayloadSegment, detached == nil else {
      throw failure
    }
    throw JOSEError(failure.code, "\(failure.detail); if its content travels apart, give it with --payload")
  }

  private static func verify(
    _ jws: JSONJWS, _ requirement: JSONJWS.Requirement, with file: KeyFile,
    _ algorithm: SignatureAlgorithm?, _ detached: [UInt8]?
  ) throws(JOSEError) -> VerifiedContent {
    let named = jws.signatures.compactMap { signature in
      signature.algorithm.map { (signature.keyID, $0) }
    }
    guard !named.isEmpty else {
      throw JOSEError(.unsupportedAlgorithm, "alg names no signature algorithm that is supported")
    }
    let keys = try file.verificationKeys(for: named, allowing: algorithm)
    // Where no signature covers alg, it still only chooses among what the caller's keys permit, as one
    // that is covered does: whoever can forge under one of them can write the header to it.
    let verified = try jws.verify(
      requirement, with: keys, detachedPayload: detached, acceptsUnprotectedAlgorithm: true)
    return VerifiedContent(
      payload: verified.payload, signatures: verified.signatures.map { ($0.algorithm, $0.keyID) })
  }
}

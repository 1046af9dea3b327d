public import JOSE

/// Checks access tokens: a pure function of the token, the keys, the revocations and the time.
///
/// It does no I/O and keeps nothing, so it needs no lock and can be copied freely. What it cannot decide
/// alone, which is a token whose key it does not know, it hands back as ``Verdict/needsKeys(keyID:)``.
public struct TokenVerifier: Sendable {
  /// What is expected of every token.
  public let policy: VerificationPolicy

  /// A verifier under `policy`.
  public init(policy: VerificationPolicy) {
    self.policy = policy
  }

  /// Checks one token, given as the ASCII bytes of its compact serialization (RFC 7515 §3.1).
  /// - Parameters:
  ///   - token: at most ``VerificationPolicy/maximumTokenBytes`` bytes.
  ///   - keys: the issuer's keys.
  ///   - revocations: what the issuer has taken back.
  ///   - now: the time to which `exp`, `nbf` and `iat` are compared.
  /// - Returns: Who the token speaks for, why it is refused, or which key is missing.
  public func verify(
    _ token: [UInt8], keys: KeySnapshot, revocations: RevocationView, at now: Timestamp
  ) -> Verdict {
    do throws(JOSEError) {
      let jws = try CompactJWS(token, maximumBytes: policy.maximumTokenBytes)
      // Before a key is looked up, so that a token that could never pass causes no fetch of keys.
      guard policy.algorithms.contains(jws.header.algorithm) else {
        throw JOSEError(.unsupportedAlgorithm, "“\(jws.header.algorithm.rawValue)” is not among the policy's")
      }
      guard let keyID = jws.header.keyID else { return .deny(.missingKeyID) }
      guard let key = keys[keyID] else { return .needsKeys(keyID: keyID) }
      let verified = try JWT.verify(jws, with: key, policy: policy.claims, at: now)
      let principal = try Principal(verified, keyID: keyID)
      return revocations.revokes(principal) ? .deny(.revoked) : .allow(principal)
    } catch {
      return .deny(Rejection(error))
    }
  }
}

/// What a verifier says of a token.
public enum Verdict: Sendable {
  /// The token is good.
  case allow(Principal)
  /// The token is refused.
  case deny(Rejection)
  /// No key of the snapshot has this `kid`: fetch the keys, at most once and not too often, and ask again.
  /// Whoever cannot fetch refuses, with ``Rejection/unknownKey(_:)``.
  case needsKeys(keyID: String)
}

package import JOSE

/// A signing key as stored: public half readable, private half sealed. Or a resource's own secret, all of it
/// sealed.
package struct SigningKeyRecord: Hashable, Sendable {
  /// `next` (published, unused) → `active` → `retired` (published until its last token has expired).
  package enum State: String, CaseIterable, Sendable {
    case next, active, retired
  }

  /// 96 random bits in base64url; never reused.
  package let keyID: String
  /// The one audience whose tokens this secret signs; nil for a key that is published and signs all others.
  package let audience: String?
  package let algorithm: SignatureAlgorithm
  package var state: State
  /// The public JWK, as JSON text; of a secret its name alone.
  package let publicJWK: [UInt8]
  /// The private JWK, sealed by the keyring, the key ID and the audience as context.
  package var sealedPrivateJWK: [UInt8]
  package let createdAt: Timestamp
  package var activatedAt: Timestamp?
  package var retiredAt: Timestamp?
  package var revision: Int64

  package init(
    keyID: String, audience: String? = nil, algorithm: SignatureAlgorithm, state: State,
    publicJWK: [UInt8], sealedPrivateJWK: [UInt8], createdAt: Timestamp, activatedAt: Timestamp? = nil,
    retiredAt: Timestamp? = nil, revision: Int64 = 1
  ) {
    self.keyID = keyID
    self.audience = audience
    self.algorithm = algorithm
    self.state = state
    self.publicJWK = publicJWK
    self.sealedPrivateJWK = sealedPrivateJWK
    self.createdAt = createdAt
    self.activatedAt = activatedAt
    self.retiredAt = retiredAt
    self.revision = revision
  }
}

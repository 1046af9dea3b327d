internal import Crypto
internal import Foundation
package import JOSE
package import TokenVerification

/// The keys that sign the revocation feed: Ed25519, one for each secret of the keyring.
///
/// They are derived and not stored, so all nodes have the same ones, and they come and go with the keyring.
/// They are no signing keys: the private halves sign batches of the log and nothing else, for they never
/// leave this type; and what takes a key back travels under another key than the one that is taken back.
package struct FeedKeys: Sendable {
  /// What checks the feed, the newest first.
  package let published: JWKSet

  private let issuer: String
  /// Of the keyring's newest secret.
  private let signer: SigningKey

  /// The keys of the feed of `issuer`.
  package init(issuer: String, keyring: Keyring) throws {
    let keys = try keyring.feedSeeds.map(Self.key(from:))
    guard let newest = keys.first else { throw KeyringError.wrongCount(0) }
    self.issuer = issuer
    signer = try SigningKey(newest)
    published = JWKSet(keys: try keys.map { key throws(JOSEError) in try key.publicKey() })
  }

  /// `batch` as one signed token. It holds at most ``RevocationBatch/maximumEntries`` entries.
  package func token(of batch: RevocationBatch) throws(JOSEError) -> String {
    try batch.token(of: issuer, with: signer)
  }

  /// `batch` as a signed token, a line feed, and the entries, however many.
  package func snapshot(of batch: RevocationBatch) throws(JOSEError) -> [UInt8] {
    try batch.snapshot(of: issuer, with: signer)
  }

  /// Whoever has the seed has the key: it is for this type alone.
  static func key(from seed: SymmetricKey) throws -> JWK {
    let pair = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
    let publicHalf = Array(pair.publicKey.rawRepresentation)
    let keyID = Array(SHA256.hash(data: publicHalf).prefix(12))
    let json: JSON = [
      "kty": "OKP", "crv": "Ed25519", "x": .string(Base64URL.encode(publicHalf)),
      "d": .string(Base64URL.encode(Array(pair.rawRepresentation))), "kid": .string(Base64URL.encode(keyID)),
      "use": "sig", "alg": "EdDSA",
    ]
    return try JWK(parsing: json.encoded())
  }
}

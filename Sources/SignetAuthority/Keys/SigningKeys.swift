package import JOSE

/// Where the keys of an authority stand: what it signs with, and what it publishes.
package struct SigningKeys: Sendable {
  /// The private key that signs now.
  package let signer: SigningKey
  /// All that verifiers need: `next`, `active` and `retired`, oldest first.
  package let published: JWKSet
}

/// Why stored keys cannot be used. The server refuses to start.
package enum SigningKeyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No key is active.
  case noActiveKey
  /// The keyring does not open this key.
  case cannotOpen(keyID: String)
  /// The stored key is not what its record says.
  case damaged(keyID: String)

  package var description: String {
    switch self {
    case .noActiveKey: "no signing key is active"
    case .cannotOpen(let keyID): "the keyring does not open the signing key \(keyID)"
    case .damaged(let keyID): "the stored signing key \(keyID) is damaged"
    }
  }
}

/// Two fresh keys for a new authority. Made outside any transaction: RSA takes its time.
package struct FreshSigningKeys: Sendable {
  let first: SigningKeyRecord
  let second: SigningKeyRecord
}

extension Authority {
  package func generateFirstKeys(at now: Timestamp) throws -> FreshSigningKeys {
    FreshSigningKeys(first: try generateKey(at: now), second: try generateKey(at: now))
  }

  /// A fresh key of the policy's algorithm in state `next`, its private half sealed.
  package func generateKey(at now: Timestamp) throws -> SigningKeyRecord {
    let keyID = Base64URL.encode(random.bytes(12))
    let key = try JWK.generate(policy.signingAlgorithm, keyID: keyID)
    return SigningKeyRecord(
      keyID: keyID, algorithm: policy.signingAlgorithm, state: .next,
      publicJWK: try key.publicKey().publicJSON().encoded(),
      sealedPrivateJWK: try keyring.seal(key.privateJSON().encoded(), context: Self.sealContext(keyID)),
      createdAt: now)
  }

  /// Opens what is stored.
  /// - Throws: ``SigningKeyError``.
  package func signingKeys(from records: [SigningKeyRecord]) throws -> SigningKeys {
    guard let active = records.last(where: { $0.state == .active }) else { throw SigningKeyError.noActiveKey }
    let published = try records.map { record in
      do {
        return try JWK(parsing: record.publicJWK)
      } catch {
        throw SigningKeyError.damaged(keyID: record.keyID)
      }
    }
    return SigningKeys(signer: try signer(from: active), published: JWKSet(keys: published))
  }

  private func signer(from record: SigningKeyRecord) throws -> SigningKey {
    guard let opened = keyring.open(record.sealedPrivateJWK, context: Self.sealContext(record.keyID)) else {
      throw SigningKeyError.cannotOpen(keyID: record.keyID)
    }
    do {
      let key = try SigningKey(JWK(parsing: opened), algorithm: record.algorithm)
      guard key.keyID == record.keyID else { throw SigningKeyError.damaged(keyID: record.keyID) }
      return key
    } catch {
      throw SigningKeyError.damaged(keyID: record.keyID)
    }
  }

  private static func sealContext(_ keyID: String) -> String {
    "signing key \(keyID)"
  }
}

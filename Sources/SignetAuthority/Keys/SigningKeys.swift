package import JOSE

/// Where the keys of an authority stand: what it signs with, and what it publishes.
package struct SigningKeys: Sendable {
  /// The private key that signs now.
  package let signer: SigningKey
  /// All that verifiers need: `next`, `active` and `retired`, oldest first. No resource's secret is among
  /// them.
  package let published: JWKSet
  /// What signs the tokens of resources that have a secret of their own, by audience.
  private let secrets: [String: SigningKey]

  init(signer: SigningKey, published: JWKSet, secrets: [String: SigningKey]) {
    self.signer = signer
    self.published = published
    self.secrets = secrets
  }

  /// What signs `token` now.
  /// - Throws: ``SigningKeyError/noSecret(audience:)``: nothing else signs what is for such a resource.
  package func signer(of token: UnsignedAccessToken) throws(SigningKeyError) -> SigningKey {
    guard let audience = token.secretAudience else { return signer }
    guard let secret = secrets[audience] else { throw .noSecret(audience: audience) }
    return secret
  }
}

/// Why stored keys cannot be used. The server refuses to start.
package enum SigningKeyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No key is active.
  case noActiveKey
  /// The resource asks for a secret of its own, and has none.
  case noSecret(audience: String)
  /// The keyring does not open this key.
  case cannotOpen(keyID: String)
  /// The stored key is not what its record says.
  case damaged(keyID: String)

  package var description: String {
    switch self {
    case .noActiveKey: "no signing key is active"
    case .noSecret(let audience): "there is no secret for the resource \(audience)"
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

  /// A fresh key in state `next`, its private half sealed: of the policy's algorithm, or a secret of 256 bits
  /// for the one resource with this audience.
  package func generateKey(for audience: String? = nil, at now: Timestamp) throws -> SigningKeyRecord {
    let keyID = freshKeyID()
    let algorithm = policy.algorithm(for: audience)
    let key = try JWK.generate(algorithm, keyID: keyID)
    let published = audience == nil ? try key.publicKey() : key
    return SigningKeyRecord(
      keyID: keyID, audience: audience, algorithm: algorithm, state: .next,
      publicJWK: published.publicJSON().encoded(),
      sealedPrivateJWK: try keyring.seal(
        key.privateJSON().encoded(), context: Self.sealContext(keyID, audience)),
      createdAt: now)
  }

  /// 96 random bits. The text never begins with a hyphen: on a command line it would be an option.
  private func freshKeyID() -> String {
    var bytes = random.bytes(12)
    if bytes[0] >> 2 == 62 { bytes[0] ^= 0x80 }
    return Base64URL.encode(bytes)
  }

  /// Opens what is stored.
  /// - Throws: ``SigningKeyError``.
  package func signingKeys(from records: [SigningKeyRecord]) throws -> SigningKeys {
    let ring = records.filter { $0.audience == nil }
    guard let active = ring.last(where: { $0.state == .active }) else { throw SigningKeyError.noActiveKey }
    let published = try ring.map(publicKey(from:))
    var secrets: [String: SigningKey] = [:]
    for record in records where record.state == .active {
      if let audience = record.audience { secrets[audience] = try signer(from: record) }
    }
    return SigningKeys(
      signer: try signer(from: active), published: JWKSet(keys: published), secrets: secrets)
  }

  /// The public half of a key as it is published. It comes out of the seal: of what lies open in the database
  /// nobody knows who wrote it.
  private func publicKey(from record: SigningKeyRecord) throws -> JWK {
    let jwk = try privateKey(from: record)
    do {
      let half = try jwk.publicKey()
      guard half.publicJSON().encoded() == record.publicJWK, half.signatureAlgorithm == record.algorithm
      else {
        throw SigningKeyError.damaged(keyID: record.keyID)
      }
      return half
    } catch {
      throw SigningKeyError.damaged(keyID: record.keyID)
    }
  }

  private func signer(from record: SigningKeyRecord) throws -> SigningKey {
    let jwk = try privateKey(from: record)
    do {
      return try SigningKey(jwk, algorithm: record.algorithm)
    } catch {
      throw SigningKeyError.damaged(keyID: record.keyID)
    }
  }

  /// The private half of a key, or a secret, sealed under the keyring's newest secret.
  func sealedAgain(_ record: SigningKeyRecord) throws -> [UInt8] {
    let context = Self.sealContext(record.keyID, record.audience)
    guard let opened = keyring.open(record.sealedPrivateJWK, context: context) else {
      throw SigningKeyError.cannotOpen(keyID: record.keyID)
    }
    return try keyring.seal(opened, context: context)
  }

  /// Opens the private half of a key, or a secret.
  package func privateKey(from record: SigningKeyRecord) throws -> JWK {
    let context = Self.sealContext(record.keyID, record.audience)
    guard let opened = keyring.open(record.sealedPrivateJWK, context: context) else {
      throw SigningKeyError.cannotOpen(keyID: record.keyID)
    }
    do {
      let key = try JWK(parsing: opened)
      guard key.keyID == record.keyID else { throw SigningKeyError.damaged(keyID: record.keyID) }
      return key
    } catch {
      throw SigningKeyError.damaged(keyID: record.keyID)
    }
  }

  /// Whoever can write the database cannot pass one key off as another, nor one resource's secret as
  /// another's.
  private static func sealContext(_ keyID: String, _ audience: String?) -> String {
    audience.map { "resource secret \(keyID) for \($0)" } ?? "signing key \(keyID)"
  }
}

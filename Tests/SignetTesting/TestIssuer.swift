package import JOSE
package import TokenVerification

/// An issuer for tests: keys, the tokens that they sign, and the verifier that expects them.
package struct TestIssuer: Sendable {
  package let issuer: String
  package let audience: String
  /// The private keys; tokens are signed with the first unless another is asked for.
  package let keys: [JWK]

  /// An issuer with fresh ES256 keys of these names.
  package init(
    issuer: String = "https://id.example.com", audience: String = "https://orders.example.com",
    keyIDs: [String] = ["k1"]
  ) throws {
    self.issuer = issuer
    self.audience = audience
    keys = try keyIDs.map { try JWK.generate(.es256, keyID: $0) }
  }

  /// The public half of all keys.
  package var published: JWKSet {
    get throws { JWKSet(keys: try keys.map { try $0.publicKey() }) }
  }

  /// All keys, as a verifier has them.
  package func snapshot(epoch: UInt64 = 1) throws -> KeySnapshot {
    KeySnapshot(epoch: epoch, keys: try published, algorithms: [.es256])
  }

  /// A verifier of this issuer's tokens.
  package func verifier(leeway: Duration = .zero, maximumTokenBytes: Int = 16_384) throws -> TokenVerifier {
    TokenVerifier(
      policy: try VerificationPolicy(
        issuer: issuer, audience: audience, algorithms: [.es256], leeway: leeway,
        maximumTokenBytes: maximumTokenBytes))
  }

  /// An access token that the verifier accepts at ``TestClock/start`` and for five minutes on.
  /// - Parameters:
  ///   - changes: claims to put in place of the usual ones, or beside them; nil takes one away.
  ///   - type: the header's `typ`.
  ///   - key: the key to sign with; the issuer's first if nil.
  ///   - now: when it is issued.
  /// - Returns: The compact serialization.
  /// - Throws: What signing throws.
  package func token(
    _ changes: [String: JSON?] = [:], type: String = "at+jwt", key: JWK? = nil,
    at now: Timestamp = TestClock.start
  ) throws -> String {
    var members: [(String, JSON)] = [
      ("iss", .string(issuer)), ("sub", "ada"), ("aud", .string(audience)),
      ("exp", .integer(now.seconds + 300)), ("iat", .integer(now.seconds)), ("jti", "t1"),
      ("client_id", "shop"), ("sid", "s1"), ("rv", "epoch.7"), ("scope", "orders:read orders:write"),
    ]
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      members.removeAll { $0.0 == name }
      if let value { members.append((name, value)) }
    }
    let claims = JSON.object(members.map { JSONMember(name: $0.0, value: $0.1) })
    // Not by `JWT.sign`, which refuses to sign what a verifier would refuse.
    return try CompactJWS.sign(payload: claims.encoded(), type: type, with: SigningKey(key ?? keys[0]))
  }
}

import Testing

@testable import JOSE

@Suite struct RedactionTests {
  /// 32 bytes: a key, a password, a token, a nonce and a claim.
  private static let canary = "canary-0123456789-0123456789-012"
  private static let now = ProfileFixtures.now

  private static func key() throws -> JWK { try JWK(parsing: keyText) }

  private static let keyText =
    JSON.object([
      JSONMember(name: "kty", value: "oct"),
      JSONMember(name: "k", value: .string(Base64URL.encode(canary.utf8))),
    ]).encoded()

  private static func keys() throws -> [Any] {
    let key = try key()
    let password = try EncryptionPassword(canary)
    let signing = try SigningKey(key, algorithm: .hs256)
    return [
      key, JWKSet(keys: [key]), signing, JSONJWS.Signatory(signing), password,
      try ParsedJSON(parsing: keyText), try VerificationKey(key, algorithm: .hs256),
      try EncryptionKey(key, algorithm: .a256KW), try DecryptionKey(key, algorithm: .a256KW),
      try EncryptionKey(password: password), try DecryptionKey(password: password),
    ]
  }

  private static func signed() throws -> [Any] {
    let header = #"{"alg":"HS256","typ":"x+jwt","note":"\#(canary)"}"#
    let claims = #"{"iss":"i","aud":"a","exp":1800000060,"note":"\#(canary)"}"#
    let signing = try SigningKey(key(), algorithm: .hs256)
    let verification = try VerificationKey(key(), algorithm: .hs256)
    let jws = try CompactJWS(Forge.token(header: header, payload: claims, by: signing))
    let policy = try ClaimsPolicy(issuer: "i", audience: "a", type: "x+jwt", algorithms: [.hs256])
    let verified = try JWT.verify(jws, with: verification, policy: policy, at: now)
    let note = JSONMember(name: "note", value: .string(canary))
    let text = try JSONJWS.sign(
      payload: Array(canary.utf8), by: JSONJWS.Signatory(signing, unprotected: [note]))
    let json = try JSONJWS(Array(text.utf8))
    let content = try json.verify(.all, with: [verification])
    return [
      jws, jws.header, verified, verified.value, json, json.signatures[0], content, content.signatures[0],
    ]
  }

  private static func encrypted() throws -> [Any] {
    let encryption = try EncryptionKey(key(), algorithm: .a256KW)
    let decryption = try DecryptionKey(key(), algorithm: .a256KW)
    let policy = try DecryptionPolicy(allowing: [.a256GCM])
    let text = try JSONJWE.encrypt(
      Array(canary.utf8), to: [encryption], additionalAuthenticatedData: Array(canary.utf8))
    let json = try JSONJWE(Array(text.utf8))
    let claims: JSON = ["iss": "i", "note": .string(canary)]
    let nested = try NestedJWT(
      Array(
        NestedJWT.sign(
          claims, type: "x+jwt", with: SigningKey(key(), algorithm: .hs256), encryptingWith: encryption
        ).utf8))
    return [
      json, json.recipients[0], try json.decrypt(with: decryption, policy: policy), nested, nested.header,
      try nested.open(with: decryption, policy: policy),
    ]
  }

  private static func profiles() throws -> [Any] {
    let proof = try DPoPProof.sign(
      method: "GET", url: "https://a.example", tokenID: "j", at: now, nonce: canary,
      with: TestKeys.jwk(.es256))
    var policy = try DPoPProof.Policy(method: "GET", url: "https://a.example", algorithms: [.es256])
    policy.nonce = canary
    let verified = try policy.verify(Array(proof.utf8), at: now)
    policy.accessToken = canary
    var client = try ProfileFixtures.idTokenPolicy(.required(canary))
    client.accessToken = canary
    client.code = canary
    var token = IDToken(issuer: "i", subject: "s", audience: ["a"], expiresAt: now, issuedAt: now)
    token.nonce = canary
    return [
      policy, verified, verified.value, client, IDToken.Policy.Nonce.required(canary),
      IDToken.Policy.Nonce.ifPresent(canary), token,
    ]
  }

  @Test func `T9 no description and no dump shows a token, a key or a secret`() throws {
    for value in try Self.keys() + Self.signed() + Self.encrypted() + Self.profiles() {
      var dumped = ""
      dump(value, to: &dumped)
      for text in ["\(value)", String(reflecting: value), dumped] {
        // As text, in base64url, and as bytes in a list of either kind.
        for form in ["canary", Base64URL.encode(Self.canary.utf8), "99, 97, 110", "- 99\n"] {
          #expect(!text.contains(form), "\(type(of: value))")
        }
      }
    }
  }
}

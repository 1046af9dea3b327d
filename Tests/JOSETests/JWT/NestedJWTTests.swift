import SignetTesting
import Testing

@testable import JOSE

@Suite struct NestedJWTTests {
  private static let now = ProfileFixtures.now
  private static let claims: JSON = ["iss": "i", "aud": ["a", "b"], "exp": 1_800_000_300, "sub": "s"]

  private let jwk: JWK
  private let keys: JWKSet
  private let policy: ClaimsPolicy

  init() throws {
    jwk = try JWK.generate(.ecdhESA256KW, keyID: "enc-1")
    keys = JWKSet(keys: [try TestKeys.jwk(.es256).publicKey()])
    policy = try ClaimsPolicy(issuer: "i", audience: "a", type: "at+jwt", algorithms: [.es256])
  }

  private func encryptionKey() throws -> EncryptionKey { try EncryptionKey(jwk.publicKey()) }

  private func open(_ token: String, with key: JWK? = nil) throws -> NestedJWT.Inner {
    try NestedJWT(Array(token.utf8)).open(
      with: DecryptionKey(key ?? jwk), policy: DecryptionPolicy(allowing: [.a256GCM]))
  }

  private func verify(_ token: String) throws -> Verified<Claims> {
    try open(token).verify(with: keys, policy: policy, at: Self.now)
  }

  private func encrypt(_ text: String, contentType: String? = "JWT") throws -> String {
    try CompactJWE.encrypt(Array(text.utf8), contentType: contentType, with: encryptionKey())
  }

  private func signed(_ claims: JSON = claims, type: String = "at+jwt") throws -> String {
    try JWT.sign(claims, type: type, with: TestKeys.signing(.es256))
  }

  @Test func `claims are signed, then encrypted, and come back`() throws {
    let token = try NestedJWT.sign(
      Self.claims, type: "at+jwt", with: TestKeys.signing(.es256), encryptingWith: encryptionKey())
    let verified = try verify(token)
    #expect(verified.value.subject == "s")
    #expect(verified.header.type == "at+jwt")
    #expect(try NestedJWT(Array(token.utf8)).header.keyID == "enc-1")
    #expect(try NestedJWT(Array(token.utf8)).header.contentType == "JWT")
    let other = try JWK.generate(.ecdhESA256KW)
    #expect(refusal { try open(token, with: other) } == .decryptionFailed)
  }

  @Test func `T18 what is inside must be signed`() throws {
    #expect(refusal { try verify(encrypt(signed())) } == nil)
    // Claims that anybody could have encrypted.
    #expect(refusal { try verify(encrypt(Self.claims.encodedString())) } == .malformedToken)
    let header = Base64URL.encode(#"{"alg":"none","typ":"at+jwt","kid":"ES256"}"#.utf8)
    let payload = Base64URL.encode(Self.claims.encoded())
    #expect(refusal { try verify(encrypt("\(header).\(payload).")) } == .malformedToken)
    #expect(refusal { try verify(encrypt("\(header).\(payload).AAAA")) } == .unsupportedAlgorithm)
    // Encrypted twice, and signed never.
    #expect(refusal { try verify(encrypt(encrypt(Self.claims.encodedString()))) } == .malformedToken)
    let twice = try encrypt(encrypt(signed()))
    #expect(refusal { try verify(twice) } == .malformedToken)
    // Signed by somebody else.
    let attacker = try JWK.generate(.es256, keyID: "ES256")
    let forged = try JWT.sign(Self.claims, type: "at+jwt", with: SigningKey(attacker))
    #expect(refusal { try verify(encrypt(forged)) } == .invalidSignature)
  }

  @Test func `T18 the policy is for the token inside`() throws {
    #expect(refusal { try verify(encrypt(signed(type: "JWT"))) } == .typeMismatch)
    let expired = Self.claims.replacing("exp", by: 1_799_999_999)
    #expect(refusal { try verify(encrypt(signed(expired))) } == .expired)
    let foreign = Self.claims.replacing("iss", by: "x")
    #expect(refusal { try verify(encrypt(signed(foreign))) } == .issuerMismatch)
    #expect(refusal { try verify(signed()) } == .malformedToken)
  }

  @Test func `T18 cty says that a JWT is inside`() throws {
    for contentType in ["JWT", "jwt", "application/jwt"] {
      #expect(refusal { try verify(encrypt(signed(), contentType: contentType)) } == nil)
    }
    for contentType in [nil, "", "at+jwt", "json", "JWT "] {
      #expect(refusal { try verify(encrypt(signed(), contentType: contentType)) } == .typeMismatch)
    }
  }

  @Test(
    arguments: [
      ([:], nil), (["iss": "i", "sub": "s", "aud": ["a", "b"]], nil), (["iss": "x"], .claimMismatch),
      (["sub": ""], .claimMismatch), (["aud": "a"], .claimMismatch), (["aud": ["b", "a"]], .claimMismatch),
      (["iss": 1], .claimMismatch),
    ] as [(JSON, JOSEError.Code?)])
  func `T18 what the outer header repeats is what the claims say`(
    repeated: JSON, code: JOSEError.Code?
  ) throws {
    guard case .object(let more) = repeated else { return }
    #expect(refusal { try verify(sealed(signed(), more)) } == code)
  }

  @Test func `a profile's token can be encrypted as well`() throws {
    let token = try JWT.sign(ProfileFixtures.idToken, type: "JWT", with: TestKeys.signing(.es256))
    func verify(_ text: String) throws -> Verified<IDToken> {
      try open(text).verify(with: keys, policy: ProfileFixtures.idTokenPolicy(), at: Self.now)
    }
    #expect(try verify(NestedJWT.encrypt(token, with: encryptionKey())).value.subject == "alice")
    #expect(refusal { try verify(sealed(token, [JSONMember(name: "sub", value: "alice")])) } == nil)
    let other = [JSONMember(name: "sub", value: "bob")]
    #expect(refusal { try verify(sealed(token, other)) } == .claimMismatch)
    #expect(refusal { try verify(encrypt(signed())) } == .typeMismatch)
    #expect(refusal { try NestedJWT.encrypt("{}", with: encryptionKey()) } == .malformedToken)
  }

  /// Encrypted with more members in the header than ``CompactJWE`` writes.
  private func sealed(_ text: String, _ more: [JSONMember]) throws -> String {
    let key = try encryptionKey()
    let sealedKey = try key.seal(nil, for: .a256GCM)
    let description = ContentDescription(
      encryption: .a256GCM, type: nil, contentType: "JWT", isCompressed: false)
    let header = JSON.object(key.members(sealedKey) + description.members + more).encoded()
    let protected = Base64URL.encode(header)
    let content = try description.seal(
      Array(text.utf8), key: sealedKey.contentKey, authenticating: Array(protected.utf8))
    let parts = [sealedKey.encryptedKey, content.vector, content.sealed.ciphertext, content.sealed.tag]
    return ([protected] + parts.map { Base64URL.encode($0) }).joined(separator: ".")
  }
}

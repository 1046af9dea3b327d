import Crypto
import JOSE
import JOSECertificates
import Testing
import X509

@Suite struct CertifiedSourceTests {
  private static let now = TestChain.now

  private let test: TestChain
  private let sha1: String
  private let sha256: String

  init() throws {
    test = try TestChain()
    sha1 = Base64URL.encode(Array(Insecure.SHA1.hash(data: try test.leaf.der)))
    sha256 = Base64URL.encode(Array(SHA256.hash(data: try test.leaf.der)))
  }

  private func jwk(_ certificates: KeyCertificates?, _ more: JSONMember...) throws -> JWK {
    guard case .object(let members) = test.jwk.publicJSON() else { return test.jwk }
    let replaced = Set(more.map(\.name))
    return try JWK(
      parsing: JSON.object(
        members.filter { !replaced.contains($0.name) } + (certificates?.members() ?? []) + more
      ).encoded())
  }

  private func refuses(_ jwk: JWK, algorithm: SignatureAlgorithm? = nil) async -> JOSEError.Code? {
    await refusal { try await test.policy().verify(jwk, algorithm: algorithm, at: Self.now) }
  }

  @Test func `a key's own certificates vouch for it`() async throws {
    let all = KeyCertificates(chain: try test.chain, sha1Thumbprint: sha1, sha256Thumbprint: sha256)
    let certified = try await test.policy().verify(jwk(all), at: Self.now)
    #expect(certified.key.keyID == "k")
    let token = try JWT.sign(["sub": "a"], type: "JWT", with: SigningKey(test.jwk))
    let jws = try CompactJWS(Array(token.utf8))
    #expect(try jws.verify(with: certified.verificationKey).isEmpty == false)
    #expect(await refuses(try jwk(KeyCertificates(chain: test.chain))) == nil)
    #expect(await refuses(try jwk(all), algorithm: .es256) == nil)
    #expect(await refuses(try jwk(all), algorithm: .es384) == .algorithmMismatch)
    #expect(await refuses(try jwk(all, JSONMember(name: "use", value: "enc"))) == .invalidKey)
  }

  @Test func `T4 certificates about another key, or that are named wrongly, vouch for nothing`() async throws
  {
    let other = try TestChain()
    let foreign = try test.intermediate.leaf(.init(P256.Signing.PrivateKey().publicKey)).der
    let chain = [foreign, try test.intermediate.certificate.der]
    #expect(await refuses(try jwk(KeyCertificates(chain: chain))) == .invalidCertificate)
    #expect(await refuses(try jwk(KeyCertificates(chain: other.chain))) == .invalidCertificate)
    #expect(await refuses(try jwk(nil)) == .invalidCertificate)
    #expect(
      await refuses(try jwk(KeyCertificates(chain: [], sha256Thumbprint: sha256))) == .invalidCertificate)
    for thumbprint in ["", sha256, String(sha1.dropLast()), sha1 + "="] {
      let named = KeyCertificates(chain: try test.chain, sha1Thumbprint: thumbprint)
      #expect(await refuses(try jwk(named)) == .invalidCertificate)
    }
    for thumbprint in ["", sha1, String(sha256.dropLast())] {
      let named = KeyCertificates(chain: try test.chain, sha256Thumbprint: thumbprint)
      #expect(await refuses(try jwk(named)) == .invalidCertificate)
    }
  }

  @Test func `T4 x5c in a header counts only under roots that the caller gave`() async throws {
    let other = try TestChain()
    let policy = try test.policy()
    func code(_ chain: [[UInt8]], by key: JWK, thumbprint: String? = nil) async throws -> JOSEError.Code? {
      let text = try token(KeyCertificates(chain: chain, sha256Thumbprint: thumbprint), by: key)
      return await refusal {
        let jws = try CompactJWS(text)
        let certified = try await policy.verify(headerOf: jws, algorithm: .es256, at: Self.now)
        return try jws.verify(with: certified.verificationKey)
      }
    }
    #expect(try await code(test.chain, by: test.jwk) == nil)
    #expect(try await code(test.chain, by: test.jwk, thumbprint: sha256) == nil)
    #expect(try await code(test.chain, by: test.jwk, thumbprint: sha1) == .invalidCertificate)
    // A chain of the attacker's own, and somebody else's chain with the attacker's signature.
    #expect(try await code(other.chain, by: other.jwk) == .invalidCertificate)
    #expect(try await code(test.chain, by: other.jwk) == .invalidSignature)
    #expect(try await code([], by: test.jwk) == .invalidCertificate)
    // Whoever does not ask for certificates does not see them.
    let text = try token(KeyCertificates(chain: other.chain), by: other.jwk)
    #expect(
      await refusal { try CompactJWS(text).verify(with: VerificationKey(test.jwk)) } == .invalidSignature)
  }

  private func token(_ certificates: KeyCertificates, by key: JWK) throws -> [UInt8] {
    let signatory = JSONJWS.Signatory(try SigningKey(key), protected: certificates.members())
    let json = try ParsedJSON(parsing: Array(JSONJWS.sign(payload: [1], by: signatory).utf8))
    let parts = try ["protected", "payload", "signature"].map { try #require(json[$0]?.string) }
    return Array(parts.joined(separator: ".").utf8)
  }
}

import Crypto
import CryptoExtras
import Foundation
import JOSE
import JOSECertificates
import SignetTesting
import SwiftASN1
import Testing
import X509

@Suite struct CertificatePolicyTests {
  private static let now = TestChain.now

  private func refuses(
    _ chain: [[UInt8]], _ policy: CertificatePolicy, algorithm: SignatureAlgorithm = .es256,
    at now: Timestamp = now
  ) async -> JOSEError.Code? {
    await refusal { try await policy.verify(chain, algorithm: algorithm, at: now) }
  }

  @Test func `a chain leads to a root, with the root or without`() async throws {
    let test = try TestChain()
    let root = try test.root.certificate.der
    for chain in [try test.chain, try test.chain + [root]] {
      let certified = try await test.policy().verify(chain, algorithm: .es256, keyID: "k", at: Self.now)
      #expect(certified.key.thumbprint() == test.jwk.thumbprint())
      #expect(certified.key.signatureAlgorithm == .es256)
      #expect(certified.verificationKey.keyID == "k")
      #expect(certified.verificationKey.algorithm == .es256)
      #expect(try certified.chain == test.chain + [root])
      #expect(certified.expiresAt == TestAuthority.end)
      #expect(!certified.key.isPrivate)
    }
    let pem = try test.root.certificate.serializeAsPEM().pemString
    let policy = try CertificatePolicy(rootsPEM: pem + "\n" + pem)
    #expect(await refuses(try test.chain, policy) == nil)
  }

  @Test func `keys of every kind that certificates have are certified`() async throws {
    let root = try TestAuthority.root()
    let policy = try CertificatePolicy(roots: [root.certificate.der])
    let keys: [(Certificate.PublicKey, SignatureAlgorithm)] = [
      (.init(P384.Signing.PrivateKey().publicKey), .es384),
      (.init(P521.Signing.PrivateKey().publicKey), .es512),
      (.init(Curve25519.Signing.PrivateKey().publicKey), .ed25519),
      (.init(try _RSA.Signing.PrivateKey(keySize: .bits2048).publicKey), .ps256),
    ]
    for (key, algorithm) in keys {
      let chain = [try root.leaf(key).der]
      #expect(await refuses(chain, policy, algorithm: algorithm) == nil, "\(algorithm)")
      #expect(await refuses(chain, policy, algorithm: .es256) == .algorithmMismatch, "\(algorithm)")
    }
  }

  @Test func `T4 a chain that leads to nobody who is believed is refused`() async throws {
    let test = try TestChain(), other = try TestChain()
    #expect(await refuses(try other.chain, try test.policy()) == .invalidCertificate)
    #expect(
      await refuses(try other.chain + [other.root.certificate.der], try test.policy()) == .invalidCertificate)
    let leaf = try other.leaf.der, intermediate = try test.intermediate.certificate.der
    #expect(await refuses([leaf, intermediate], try test.policy()) == .invalidCertificate)
    #expect(await refuses([try test.leaf.der], try test.policy()) == .invalidCertificate)
    #expect(await refuses([], try test.policy()) == .invalidCertificate)
    #expect(await refuses([[1, 2, 3]], try test.policy()) == .invalidCertificate)
  }

  @Test func `a certificate counts from its start to its end, and so does each above it`() async throws {
    let key = Certificate.PublicKey(P256.Signing.PrivateKey().publicKey)
    let soon = TestAuthority.start + .seconds(2000)
    for place in 0..<3 {
      let root = try TestAuthority.root(until: place == 2 ? soon : TestAuthority.end)
      let intermediate = try root.intermediate(until: place == 1 ? soon : TestAuthority.end)
      let leaf = try intermediate.leaf(key, until: place == 0 ? soon : TestAuthority.end)
      let chain = [try leaf.der, try intermediate.certificate.der]
      let policy = try CertificatePolicy(roots: [root.certificate.der])
      let certified = try await policy.verify(chain, algorithm: .es256, at: soon)
      #expect(certified.expiresAt == soon)
      #expect(await refuses(chain, policy, at: soon + .seconds(1)) == .invalidCertificate, "\(place)")
      #expect(await refuses(chain, policy, at: TestAuthority.start) == nil)
      #expect(await refuses(chain, policy, at: TestAuthority.start - .seconds(1)) == .invalidCertificate)
    }
  }

  @Test func `a chain is in order, and holds no more than it needs`() async throws {
    let test = try TestChain(), other = try TestAuthority.root("other").certificate.der
    let policy = try test.policy()
    let leaf = try test.leaf.der, intermediate = try test.intermediate.certificate.der
    let root = try test.root.certificate.der
    #expect(await refuses([leaf, intermediate, root], policy) == nil)
    for chain in [
      [leaf, root, intermediate], [intermediate, leaf], [leaf, intermediate, other],
      [leaf, other, intermediate],
      [leaf, leaf, intermediate], [leaf, intermediate, root, root],
    ] {
      #expect(await refuses(chain, policy) == .invalidCertificate)
    }
  }

  @Test func `T9 a chain and its certificates have a limit`() async throws {
    var authority = try TestAuthority.root()
    let root = try authority.certificate.der
    var authorities: [[UInt8]] = []
    for index in 0..<4 {
      authority = try authority.intermediate("i\(index)")
      authorities.insert(try authority.certificate.der, at: 0)
    }
    let leaf = try authority.leaf(Certificate.PublicKey(P256.Signing.PrivateKey().publicKey)).der
    var policy = try CertificatePolicy(roots: [root])
    #expect(await refuses([leaf] + authorities, policy) == .invalidCertificate)
    #expect(await refuses([leaf] + authorities + [root], policy) == .tooLarge)
    policy.maximumCertificates = 5
    #expect(await refuses([leaf] + authorities + [root], policy) == nil)
    #expect(await refuses([Array(repeating: 0x30, count: 8193)], policy) == .tooLarge)
  }

  @Test func `only an authority certifies, and no deeper than it may`() async throws {
    let root = try TestAuthority.root()
    let key = Certificate.PublicKey(P256.Signing.PrivateKey().publicKey)
    let policy = try CertificatePolicy(roots: [root.certificate.der])
    func code(_ extensions: Certificate.Extensions) async throws -> JOSEError.Code? {
      let middle = try root.intermediate(extensions: extensions)
      return await refuses([try middle.leaf(key).der, try middle.certificate.der], policy)
    }
    #expect(try await code(TestAuthority.authorityExtensions(pathLength: 0)) == nil)
    #expect(try await code(TestAuthority.leafExtensions()) == .invalidCertificate)
    let signsNothing = try Certificate.Extensions {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
      Critical(KeyUsage(digitalSignature: true))
    }
    #expect(try await code(signsNothing) == .invalidCertificate)
    let shallow = try root.intermediate(extensions: TestAuthority.authorityExtensions(pathLength: 0))
    let deep = try shallow.intermediate("deep")
    let chain = [try deep.leaf(key).der, try deep.certificate.der, try shallow.certificate.der]
    #expect(await refuses(chain, policy) == .invalidCertificate)
  }

  @Test func `a key's certificate is one that signs, and no authority's`() async throws {
    for (usage, code) in [
      (KeyUsage(digitalSignature: true), nil), (KeyUsage(keyEncipherment: true), .invalidCertificate),
    ] as [(KeyUsage, JOSEError.Code?)] {
      let test = try TestChain(extensions: TestAuthority.leafExtensions(usage: usage))
      #expect(await refuses(try test.chain, try test.policy()) == code)
    }
    let authority = try TestChain(
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        KeyUsage(digitalSignature: true, keyCertSign: true)
      })
    #expect(await refuses(try authority.chain, try authority.policy()) == .invalidCertificate)
    // A root is believed for others, and signs no tokens.
    let root = try authority.root.certificate.der
    #expect(await refuses([root], try authority.policy()) == .invalidCertificate)
  }

  @Test func `the name and the purpose that the caller asks for are there`() async throws {
    let test = try TestChain()
    func code(_ change: (inout CertificatePolicy) -> Void) async throws -> JOSEError.Code? {
      var policy = try test.policy()
      change(&policy)
      return await refuses(try test.chain, policy)
    }
    for name in [
      .dns("signer.example.com"), .dns("SIGNER.example.com"), .uri("https://id.example.com"),
      .email("signer@example.com"),
    ] as [CertificatePolicy.Name] {
      #expect(try await code { $0.name = name } == nil)
    }
    for name in [
      .dns("example.com"), .dns("*.example.com"), .dns("https://id.example.com"),
      .uri("https://id.example.com/"),
      .email("other@example.com"),
    ] as [CertificatePolicy.Name] {
      #expect(try await code { $0.name = name } == .invalidCertificate)
    }
    #expect(try await code { $0.purpose = .clientAuthentication } == nil)
    #expect(try await code { $0.purpose = .serverAuthentication } == .invalidCertificate)
    let plain = try TestChain(extensions: Certificate.Extensions { KeyUsage(digitalSignature: true) })
    #expect(await refuses(try plain.chain, try plain.policy()) == nil)
    var policy = try plain.policy()
    policy.name = .dns("signer.example.com")
    #expect(await refuses(try plain.chain, policy) == .invalidCertificate)
    policy.name = nil
    policy.purpose = .clientAuthentication
    #expect(await refuses(try plain.chain, policy) == .invalidCertificate)
  }

  @Test func `what is critical and not understood, or asked for, is refused`() async throws {
    let critical = try Certificate.Extensions { Critical(try ExtendedKeyUsage([.codeSigning])) }
    let test = try TestChain(extensions: critical)
    var policy = try test.policy()
    #expect(await refuses(try test.chain, policy) == .invalidCertificate)
    policy.purpose = .codeSigning
    #expect(await refuses(try test.chain, policy) == nil)
  }

  @Test func `a signature with SHA-1 is none`() async throws {
    let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    let root = try TestAuthority.root()
    let key = Certificate.PrivateKey(rsa)
    let certificate = try root.leaf(key.publicKey, extensions: TestAuthority.authorityExtensions())
    let middle = TestAuthority(certificate: certificate, key: key, name: certificate.subject)
    let policy = try CertificatePolicy(roots: [root.certificate.der])
    let leaf = Certificate.PublicKey(P256.Signing.PrivateKey().publicKey)
    for (algorithm, code) in [
      (.sha256WithRSAEncryption, nil), (.sha1WithRSAEncryption, .invalidCertificate),
    ] as [(Certificate.SignatureAlgorithm, JOSEError.Code?)] {
      let chain = [try middle.leaf(leaf, signatureAlgorithm: algorithm).der, try certificate.der]
      #expect(await refuses(chain, policy) == code)
    }
  }

  @Test func `a policy needs roots`() async throws {
    #expect(await refusal { try CertificatePolicy(roots: []) } == .invalidPolicy)
    #expect(await refusal { try CertificatePolicy(roots: [[0]]) } == .invalidCertificate)
    #expect(await refusal { try CertificatePolicy(rootsPEM: "") } == .invalidPolicy)
    let broken = "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"
    #expect(await refusal { try CertificatePolicy(rootsPEM: broken) } == .invalidCertificate)
    let key = P256.Signing.PrivateKey().publicKey.pemRepresentation
    #expect(await refusal { try CertificatePolicy(rootsPEM: key) } == .invalidCertificate)
  }

  @Test func `T21 no bytes trap the reader of certificates`() async throws {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    let test = try TestChain()
    let policy = try test.policy()
    let leaf = try test.leaf.der, intermediate = try test.intermediate.certificate.der
    for _ in 0..<1000 {
      var changed = leaf
      let index = Int(random.next() % UInt64(leaf.count))
      changed[index] ^= 1 << UInt8(random.next() % 8)
      let code = await refuses([changed, intermediate], policy)
      #expect(code != nil, "byte \(index), \(seed)")
    }
  }

  /// A signature is a string of bits: said to end a bit earlier, where that is 0, it is the same number.
  @Test func `a certificate has one spelling`() async throws {
    var test = try TestChain()
    while try (test.leaf.der.last ?? 1) % 2 != 0 { test = try TestChain() }
    let leaf = try test.leaf.der, intermediate = try test.intermediate.certificate.der
    let place = try #require(
      leaf.indices.last {
        $0 + 2 < leaf.count && leaf[$0] == 0 && leaf[$0 + 1] == 0x30
          && Int(leaf[$0 + 2]) == leaf.count - $0 - 3
      })
    var changed = leaf
    changed[place] = 1
    #expect(await refuses([leaf, intermediate], try test.policy()) == nil)
    #expect(await refuses([changed, intermediate], try test.policy()) == .invalidCertificate)
  }
}

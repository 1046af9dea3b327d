#if OpenSSL
  import Foundation
  import JOSEOpenSSL
  import SignetTesting
  import Testing

  @testable import JOSE

  /// The command `openssl` makes keys, signs, agrees and encrypts, and so do we: each takes what the other
  /// made.
  @Suite(.blocking, .enabled(if: OpenSSLCommand.isThere, "no command openssl"))
  struct OpenSSLCommandTests {
    private static let message = Array("eyJhbGciOiJub3QifQ.what is signed".utf8)

    @Test(arguments: [
      (SignatureAlgorithm.es256K, ["EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"]), (.ed448, ["ED448"]),
    ])
    func `a signature of either side verifies on the other, and no changed one does`(
      algorithm: SignatureAlgorithm, kind: [String]
    ) throws {
      let openssl = try OpenSSLCommand()
      defer { openssl.remove() }
      try openssl.run(["genpkey", "-algorithm"] + kind + ["-out", "theirs.pem"])
      let theirs = try JWK(pem: openssl.text("theirs.pem"), algorithm: algorithm)
      try openssl.write(Self.message, "message")
      try openssl.run([
        "pkeyutl", "-sign", "-rawin", "-inkey", "theirs.pem", "-in", "message", "-out", "made",
      ])
      let made = try openssl.bytes("made")
      let raw = algorithm == .ed448 ? made : try #require(Self.raw(made))
      let verifier = try VerificationKey(theirs)
      #expect(verifier.verifies(raw, over: Self.message[...]))
      #expect(!verifier.verifies(raw, over: (Self.message + [0])[...]))
      #expect(algorithm == .ed448 || !verifier.verifies(made, over: Self.message[...]))

      let ours = try JWK.generate(algorithm)
      try openssl.write(Array(ours.publicPEM().utf8), "ours.pem")
      for _ in 0..<8 {
        var signature = try SigningKey(ours).signature(over: Self.message)
        for isGood in [true, false] {
          if !isGood { signature[40] ^= 1 }
          try openssl.write(algorithm == .ed448 ? signature : Self.der(signature), "signature")
          let status = try openssl.status([
            "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "ours.pem", "-in", "message", "-sigfile",
            "signature",
          ])
          #expect((status == 0) == isGood)
        }
      }
    }

    @Test func `both sides of X448 come to one secret`() throws {
      let openssl = try OpenSSLCommand()
      defer { openssl.remove() }
      try openssl.run(["genpkey", "-algorithm", "X448", "-out", "theirs.pem"])
      let ours = try JWK.generate(.ecdhES, curve: .x448)
      try openssl.write(Array(ours.publicPEM().utf8), "ours.pem")
      try openssl.run([
        "pkeyutl", "-derive", "-inkey", "theirs.pem", "-peerkey", "ours.pem", "-out", "secret",
      ])
      let theirs = try JWK(pem: openssl.text("theirs.pem"), algorithm: nil).publicKey()
      let other = try AgreementPublicKey(on: .x448, x: TestKeys.bytes("x", of: theirs), y: nil)
      let key = try #require(AgreementPrivateKey(ours.material))
      #expect(key.sharedSecret(with: other) == (try openssl.bytes("secret")))
    }

    @Test(arguments: [
      (KeyManagementAlgorithm.rsaOAEP384, "sha384"), (.rsaOAEP512, "sha512"),
    ])
    func `what one side encrypts by RSA-OAEP the other decrypts, and by no other hash`(
      algorithm: KeyManagementAlgorithm, hash: String
    ) throws {
      let openssl = try OpenSSLCommand()
      defer { openssl.remove() }
      let jwk = TestKeys.jwk(.rs256)
      try openssl.write(Array(jwk.privatePEM().utf8), "key.pem")
      func options(_ hash: String) -> [String] {
        ["rsa_padding_mode:oaep", "rsa_oaep_md:\(hash)", "rsa_mgf1_md:\(hash)"].flatMap { ["-pkeyopt", $0] }
      }
      guard case .rsa(let pair) = jwk.material, let privateKey = pair.privateKey else { return }
      let sealer = try #require(RSAEncryptionKey(pair.publicKey, algorithm))
      let opener = try #require(RSADecryptionKey(privateKey, algorithm))
      let secret = [UInt8](0..<32)
      try openssl.write(secret, "secret")
      let sides = ["-inkey", "key.pem", "-in"]
      try openssl.run(["pkeyutl", "-encrypt"] + sides + ["secret", "-out", "made"] + options(hash))
      #expect(opener.contentKey(in: try openssl.bytes("made")) == secret)
      try openssl.write(sealer.encrypted(secret), "ours")
      try openssl.run(["pkeyutl", "-decrypt"] + sides + ["ours", "-out", "opened"] + options(hash))
      #expect(try openssl.bytes("opened") == secret)

      try openssl.run(["pkeyutl", "-encrypt"] + sides + ["secret", "-out", "other"] + options("sha256"))
      #expect(opener.contentKey(in: try openssl.bytes("other")) == nil)
      var changed = try openssl.bytes("made")
      changed[100] ^= 1
      #expect(opener.contentKey(in: changed) == nil)
      #expect(opener.contentKey(in: Array(changed.dropLast())) == nil)
      #expect(refusal { try sealer.encrypted([UInt8](repeating: 1, count: 256)) } == .invalidKey)
    }

    /// `r‖s` of the DER, read by another reader than the library's own.
    private static func raw(_ der: [UInt8]) -> [UInt8]? {
      guard der.count > 8, der[0] == 0x30 else { return nil }
      let first = Int(der[3])
      let (r, s) = (der[4..<4 + first], der[(6 + first)...])
      return [r, s].flatMap { number in
        let bytes = Array(number.suffix(32))
        return [UInt8](repeating: 0, count: 32 - bytes.count) + bytes
      }
    }

    private static func der(_ signature: [UInt8]) -> [UInt8] {
      let numbers = [signature.prefix(32), signature.suffix(32)].flatMap { half in
        let digits = Array(half.drop { $0 == 0 })
        let content = (digits.first ?? 0) < 0x80 ? digits : [0] + digits
        return [0x02, UInt8(content.count)] + content
      }
      return [0x30, UInt8(numbers.count)] + numbers
    }
  }

  /// The command, in a folder of its own.
  private struct OpenSSLCommand {
    private let folder: URL

    static let isThere: Bool = {
      let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
      return path.split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/openssl")
      }
    }()

    init() throws {
      folder = FileManager.default.temporaryDirectory.appending(path: "signet-openssl-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() {
      try? FileManager.default.removeItem(at: folder)
    }

    func write(_ bytes: [UInt8], _ name: String) throws {
      try Data(bytes).write(to: folder.appending(path: name))
    }

    func bytes(_ name: String) throws -> [UInt8] {
      Array(try Data(contentsOf: folder.appending(path: name)))
    }

    func text(_ name: String) throws -> String {
      String(decoding: try bytes(name), as: UTF8.self)
    }

    func run(_ arguments: [String]) throws {
      try #require(try status(arguments) == 0, "openssl \(arguments.joined(separator: " "))")
    }

    func status(_ arguments: [String]) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["openssl"] + arguments
      process.currentDirectoryURL = folder
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
  }
#endif

import Crypto
import SignetTesting
import Testing

@testable import JOSE

/// Every published JWE is decrypted, in each of its serializations, or refused because its algorithm is not
/// there.
@Suite(VectorFolder.isRequired) struct JWEVectorTests {
  /// One message of the cookbook (RFC 7520 §5), whichever files hold it.
  struct Section: Sendable, CustomTestStringConvertible {
    let number: String
    /// One for each recipient; nil for one whose algorithm is not there.
    let algorithms: [KeyManagementAlgorithm?]
    var testDescription: String { "RFC 7520 §\(number)" }
  }

  static let sections = [
    Section(number: "5.1", algorithms: [nil]), Section(number: "5.2", algorithms: [.rsaOAEP]),
    Section(number: "5.3", algorithms: [.pbes2HS512A256KW]),
    Section(number: "5.4", algorithms: [.ecdhESA128KW]),
    Section(number: "5.5", algorithms: [.ecdhES]), Section(number: "5.6", algorithms: [.direct]),
    Section(number: "5.7", algorithms: [.a256GCMKW]), Section(number: "5.8", algorithms: [.a128KW]),
    Section(number: "5.9", algorithms: [.a128KW]), Section(number: "5.10", algorithms: [.a128KW]),
    Section(number: "5.11", algorithms: [.a128KW]), Section(number: "5.12", algorithms: [.a128KW]),
    Section(number: "5.13", algorithms: [nil, .ecdhESA256KW, .a256GCMKW]),
  ]

  @Test(arguments: sections) func `a JWE of the cookbook decrypts in each of its serializations`(
    section: Section
  ) throws {
    let json = try Self.cookbook(section)
    let plaintext = Array(try #require(json["input"]?["plaintext"]?.string).utf8)
    var count = 0
    for name in ["compact", "json", "json_flat"] {
      guard let output = json["output"]?[name] else { continue }
      let text = output.string.map { Array($0.utf8) } ?? Array(output.source)
      try Self.check(text, section.algorithms, Self.keys(json), plaintext)
      count += 1
    }
    #expect(count >= 1)
  }

  @Test(arguments: sections) func `a JWE of RFC 7520 decrypts in each of its serializations`(
    section: Section
  ) throws {
    let prefix = "rfc/rfc7520_\(section.number)"
    let count = section.algorithms.count
    let keys = try (1...count).map {
      try ParsedJSON(parsing: VectorFolder.bytes(of: count == 1 ? "\(prefix).jwk" : "\(prefix).\($0).jwk"))
    }
    let files = try VectorFolder.files(below: "rfc", suffix: "").filter { $0.hasPrefix("\(prefix).jwe") }
    #expect(!files.isEmpty)
    for file in files {
      try Self.check(
        VectorFolder.bytes(of: file), section.algorithms, keys, VectorFolder.bytes(of: "\(prefix).pt"))
    }
  }

  @Test func `the JWEs of RFC 7516 decrypt`() throws {
    let json = try Self.json("rfc/rfc7516.json")
    let tests = try #require(json["tests"]?.elements)
    let algorithms: [[KeyManagementAlgorithm?]] = [
      [.rsaOAEP], [nil], [.a128KW], [nil, .a128KW], [.a128KW], [nil],
    ]
    #expect(tests.count == algorithms.count)
    for (test, algorithms) in zip(tests, algorithms) {
      let output = try #require(test["compact"] ?? test["json"])
      let text = output.string.map { Array($0.utf8) } ?? Array(output.source)
      let key = try #require(test["key"])
      let keys = Array(repeating: key, count: algorithms.count)
      try Self.check(text, algorithms, keys, Array((test["plaintext"]?.string ?? "").utf8))
    }
  }

  @Test func `the agreement of RFC 8037 decrypts`() throws {
    let json = try Self.json("cookbook/curve25519/ecdh-es.json")
    let plaintext = Array(try #require(json["input"]?["plaintext"]?.string).utf8)
    for name in ["compact", "json", "json_flat"] {
      let output = try #require(json["output"]?[name])
      let text = output.string.map { Array($0.utf8) } ?? Array(output.source)
      try Self.check(text, [.ecdhES], Self.keys(json), plaintext)
    }
  }

  @Test func `the nested token of RFC 7520 §6 decrypts, and its signature verifies`() throws {
    let json = try Self.json("cookbook/6.nesting_signatures_and_encryption.json")
    let key = try DecryptionKey(JWK(#require(json["encrypt"]?["input"]?["key"])), algorithm: .rsaOAEP)
    let token = Array(try #require(json["encrypt"]?["output"]?["compact"]?.string).utf8)
    let jwe = try CompactJWE(token)
    #expect(jwe.header.contentType == "JWT")
    let signed = try jwe.decrypt(with: key, policy: EncryptionFixtures.permissivePolicy())
    let signer = try VerificationKey(JWK(#require(json["sign"]?["input"]?["key"])), algorithm: .ps256)
    let payload = try CompactJWS(signed).verify(with: signer)
    #expect(try payload == Array(#require(json["sign"]?["input"]?["payload"]?.string).utf8))
  }

  @Test(arguments: sections) func `what is reproducible in the cookbook comes out again, byte for byte`(
    section: Section
  ) throws {
    let json = try Self.cookbook(section)
    guard json["reproducible"]?.bool == true, let algorithm = section.algorithms[0] else { return }
    let flat = try #require(json["output"]?["json_flat"])
    let encName = try #require(json["input"]?["enc"])
    let encryption = try #require(ContentEncryptionAlgorithm(named: encName))
    let plaintext = Array(try #require(json["input"]?["plaintext"]?.string).utf8)
    let input = try Self.bytes(json["generated"]?["plaintext_c"]) ?? plaintext
    let keyBytes = try Self.bytes(json["input"]?["key"]?["k"]) ?? []
    let contentKey = try Self.bytes(json["generated"]?["cek"]) ?? keyBytes
    var authenticated = flat["protected"]?.string ?? ""
    if let aad = flat["aad"]?.string { authenticated += ".\(aad)" }
    let sealed = try encryption.seal(
      input, key: contentKey, vector: Self.requiredBytes(flat["iv"]),
      authenticating: Array(authenticated.utf8))
    #expect(try sealed.ciphertext == Self.bytes(flat["ciphertext"]))
    #expect(try sealed.tag == Self.bytes(flat["tag"]))

    let expected = try Self.bytes(flat["encrypted_key"])
    if let derivation = PasswordKeyDerivation(algorithm) {
      let wrapping = try derivation.key(
        from: Array(#require(json["input"]?["pwd"]?.string).utf8),
        salt: Self.requiredBytes(json["encrypting_key"]?["salt"]),
        iterations: Int(#require(json["encrypting_key"]?["iteration_count"]?.integer)))
      #expect(try AESKeyWrap.wrap(contentKey, under: wrapping) == expected)
    } else if algorithm == .a256GCMKW {
      let wrapped = try GCMKeyWrap.wrap(
        contentKey, under: SymmetricKey(data: keyBytes),
        vector: Self.requiredBytes(json["encrypting_key"]?["iv"]))
      #expect(wrapped.ciphertext == expected)
      #expect(try wrapped.tag == Self.bytes(json["encrypting_key"]?["tag"]))
    } else if algorithm == .a128KW {
      #expect(try AESKeyWrap.wrap(contentKey, under: SymmetricKey(data: keyBytes)) == expected)
    }
  }

  /// `text` decrypts to `plaintext` for each recipient whose algorithm is there, and fails in one way when
  /// its tag is changed.
  private static func check(
    _ text: [UInt8], _ algorithms: [KeyManagementAlgorithm?], _ keys: [ParsedJSON], _ plaintext: [UInt8]
  ) throws {
    let policy = try EncryptionFixtures.permissivePolicy()
    let isCompact = text.first != UInt8(ascii: "{")
    for (index, algorithm) in algorithms.enumerated() {
      guard let algorithm else {
        if isCompact {
          #expect(refusal { try CompactJWE(text) } == .unsupportedAlgorithm)
        } else {
          let key = try DecryptionKey(JWK.generate(.a192KW))
          let code = refusal { try JSONJWE(text).decrypt(with: key, policy: policy) }
          #expect(code == (algorithms.count == 1 ? .unsupportedAlgorithm : .unknownKey))
        }
        continue
      }
      let key = try key(keys[index], algorithm)
      if isCompact {
        #expect(try CompactJWE(text).decrypt(with: key, policy: policy) == plaintext)
        let changed = Array(text.dropLast(4)) + Array("AAAA".utf8)
        #expect(refusal { try CompactJWE(changed).decrypt(with: key, policy: policy) } == .decryptionFailed)
      } else {
        let decrypted = try JSONJWE(text).decrypt(with: key, policy: policy)
        #expect(decrypted.plaintext == plaintext)
        #expect(decrypted.recipientIndex == index)
      }
    }
  }

  private static func key(_ json: ParsedJSON, _ algorithm: KeyManagementAlgorithm) throws -> DecryptionKey {
    if let password = json.string {
      return try DecryptionKey(password: EncryptionPassword(password), algorithm: algorithm)
    }
    return try DecryptionKey(JWK(json), algorithm: algorithm)
  }

  private static func keys(_ json: ParsedJSON) throws -> [ParsedJSON] {
    let input = try #require(json["input"])
    let key = try #require(input["key"] ?? input["pwd"])
    return key.elements ?? [key]
  }

  private static func cookbook(_ section: Section) throws -> ParsedJSON {
    let prefix = "cookbook/jwe/\(section.number.replacing(".", with: "_"))."
    let files = try VectorFolder.files(below: "cookbook/jwe")
    return try json(#require(files.first { $0.hasPrefix(prefix) }))
  }

  private static func json(_ path: String) throws -> ParsedJSON {
    try ParsedJSON(parsing: VectorFolder.bytes(of: path), limits: JSONLimits(maximumBytes: 65_536))
  }

  private static func requiredBytes(_ json: ParsedJSON?) throws -> [UInt8] {
    try Base64URL.decode(#require(json?.string))
  }

  private static func bytes(_ json: ParsedJSON?) throws -> [UInt8]? {
    try json?.string.map { try Base64URL.decode($0) }
  }
}

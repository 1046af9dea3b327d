import Testing

@testable import JOSE

/// The form of a JWE in JSON serialization: one text that is good, and near misses of it.
@Suite struct JSONJWEFormTests {
  private let jwk: JWK
  private let key: DecryptionKey
  private let policy: DecryptionPolicy
  private let good: [JSONMember]

  init() throws {
    jwk = try JWK.generate(.a128KW)
    key = try DecryptionKey(jwk)
    policy = try EncryptionFixtures.permissivePolicy()
    let text = try JSONJWE.encrypt([1, 2, 3], to: [EncryptionKey(jwk)], additionalAuthenticatedData: [7])
    guard case .object(let members) = try ParsedJSON(parsing: Array(text.utf8)).json() else {
      throw JOSEError(.malformedJSON, "the test's text is no object")
    }
    good = members
  }

  @Test func `a good text decrypts`() throws {
    #expect(try decrypt([:]).plaintext == [1, 2, 3])
    #expect(try decrypt(["unprotected": ["x": 1], "header": ["y": 2], "unknown": 3]).plaintext == [1, 2, 3])
  }

  @Test func `T15 each changed part gets the one error`() throws {
    for name in ["ciphertext", "tag", "iv", "encrypted_key", "aad"] {
      let bytes = try bytes(name)
      for bit in [0, bytes.count * 8 - 1] {
        let changed = JSON.string(Base64URL.encode(flipped(bytes, bit)))
        #expect(failure { try decrypt([name: changed]) } == .decryptionFailed, "\(name), bit \(bit)")
      }
    }
    #expect(failure { try decrypt(["aad": nil]) } == .decryptionFailed)
    // The same header, spelled in another way.
    let header = [UInt8(ascii: " ")] + (try bytes("protected"))
    #expect(failure { try decrypt(["protected": .string(Base64URL.encode(header))]) } == .decryptionFailed)
  }

  @Test func `T17 each part of a JSON serialization has its exact length`() throws {
    for name in ["tag", "iv", "encrypted_key"] {
      let bytes = try bytes(name)
      for other in [Array(bytes.dropLast()), bytes + [0], [1]] {
        #expect(refusal { try decrypt([name: .string(Base64URL.encode(other))]) } == .malformedToken)
      }
      #expect(refusal { try decrypt([name: nil]) } == .malformedToken)
      #expect(refusal { try decrypt([name: ""]) } == .malformedToken)
      #expect(refusal { try decrypt([name: 1]) } == .malformedToken)
      #expect(refusal { try decrypt([name: "AAA="]) } == .malformedBase64URL)
    }
    #expect(refusal { try decrypt(["ciphertext": nil]) } == .malformedToken)
    #expect(refusal { try decrypt(["aad": ""]) } == .malformedToken)
  }

  @Test func `a parameter stands in one of the three headers`() {
    for name in ["alg", "enc"] {
      #expect(
        refusal { try decrypt(["header": .object([JSONMember(name: name, value: "A128KW")])]) }
          == .malformedHeader)
      #expect(
        refusal { try decrypt(["unprotected": .object([JSONMember(name: name, value: "A128KW")])]) }
          == .malformedHeader)
    }
    #expect(refusal { try decrypt(["header": ["x": 1], "unprotected": ["x": 1]]) } == .malformedHeader)
    #expect(refusal { try decrypt(["header": ["x": 1], "unprotected": ["y": 1]]) } == nil)
    for empty: JSON in [[:], [], "", nil, 1] {
      #expect(refusal { try decrypt(["header": .some(empty)]) } == .malformedHeader)
      #expect(refusal { try decrypt(["unprotected": .some(empty)]) } == .malformedHeader)
    }
  }

  @Test func `T10 crit is refused in each header of a JWE`() throws {
    for critical: JSON in [["exp"], ["alg"], [], "exp", ["b64"]] {
      #expect(refusal { try decrypt(["header": ["crit": critical, "exp": 1]]) } == .criticalHeader)
      #expect(refusal { try decrypt(["unprotected": ["crit": critical, "exp": 1]]) } == .criticalHeader)
      let header: JSON = ["alg": "A128KW", "enc": "A256GCM", "exp": 1, "crit": critical]
      #expect(
        refusal { try decrypt(["protected": .string(Base64URL.encode(header.encoded()))]) } == .criticalHeader
      )
      let token = try ForgedJWE.token(header: header.encodedString(), contentKey: FreshBytes.key(16))
      #expect(refusal { try CompactJWE(token) } == .criticalHeader)
    }
  }

  @Test func `zip counts in the protected header alone`() {
    #expect(refusal { try decrypt(["header": ["zip": "DEF"]]) } == .malformedHeader)
    #expect(refusal { try decrypt(["unprotected": ["zip": "DEF"]]) } == .malformedHeader)
  }

  @Test func `typ and cty count in the protected header alone`() throws {
    let decrypted = try decrypt(["header": ["typ": "a"], "unprotected": ["cty": "b"]])
    #expect(decrypted.type == nil)
    #expect(decrypted.contentType == nil)
    #expect(decrypted.untrustedRecipientHeader?["typ"]?.string == "a")
    #expect(decrypted.untrustedSharedHeader?["cty"]?.string == "b")
  }

  @Test func `enc is the same for all recipients`() throws {
    func text(_ first: String, _ second: String) -> [UInt8] {
      let recipients: JSON = [
        ["header": ["alg": "A128KW", "enc": .string(first)], "encrypted_key": "AAAA"],
        ["header": ["alg": "A128KW", "enc": .string(second)], "encrypted_key": "AAAA"],
      ]
      let json: JSON = ["recipients": recipients, "iv": "AAAA", "ciphertext": "AAAA", "tag": "AAAA"]
      return json.encoded()
    }
    #expect(refusal { try JSONJWE(text("A128GCM", "A128GCM")) } == nil)
    #expect(refusal { try JSONJWE(text("A128GCM", "A256GCM")) } == .malformedHeader)
    #expect(refusal { try JSONJWE(text("A128GCM", "unknown")) } == .malformedHeader)
  }

  @Test func `a text is flattened or general, and of a bounded size`() throws {
    let recipient: JSON = ["header": ["y": 2], "encrypted_key": member("encrypted_key")]
    let general: [String: JSON?] = ["recipients": [recipient], "encrypted_key": .some(nil)]
    #expect(try decrypt(general, without: ["encrypted_key"]).plaintext == [1, 2, 3])
    #expect(refusal { try decrypt(["recipients": [recipient]]) } == .malformedToken)
    for bad: JSON in [[], [:], "", [1], ["x"]] {
      #expect(refusal { try decrypt(["recipients": bad], without: ["encrypted_key"]) } == .malformedToken)
    }
    for count in [16, 17] {
      let many = JSON.array(Array(repeating: ["encrypted_key": member("encrypted_key")], count: count))
      let code = refusal { try decrypt(["recipients": many], without: ["encrypted_key"]) }
      #expect(code == (count == 16 ? nil : .tooLarge))
    }
    let bytes = JSON.object(good).encoded()
    #expect(refusal { try JSONJWE(bytes, maximumBytes: bytes.count - 1) } == .tooLarge)
    #expect(refusal { try JSONJWE(Array("[]".utf8)) } == .malformedToken)
    #expect(refusal { try JSONJWE([]) } == .malformedJSON)
  }

  /// Decrypts the good text with `changes`: nil takes a member away.
  private func decrypt(
    _ changes: [String: JSON?], without removed: Set<String> = []
  ) throws -> DecryptedJSONJWE {
    let kept = good.filter { changes[$0.name] == nil && !removed.contains($0.name) }
    let added = changes.filter { !removed.contains($0.key) }.sorted { $0.key < $1.key }
      .compactMap { change in change.value.map { JSONMember(name: change.key, value: $0) } }
    return try JSONJWE(JSON.object(kept + added).encoded()).decrypt(with: key, policy: policy)
  }

  private func member(_ name: String) -> JSON {
    good.first { $0.name == name }?.value ?? .null
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    guard case .string(let text) = member(name) else { return [] }
    return try Base64URL.decode(text)
  }
}

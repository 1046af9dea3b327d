import Testing

@testable import JOSE

@Suite struct CompactJWETests {
  @Test(arguments: EncryptionFixtures.all)
  func `what is encrypted to a key is decrypted by it, with every enc`(fixture: EncryptionFixtures.Case)
    throws
  {
    let policy = try EncryptionFixtures.permissivePolicy()
    let encryptionKey = try fixture.encryptionKey()
    let decryptionKey = try fixture.decryptionKey()
    for encryption in fixture.encryptions {
      for plaintext in [[], Array("Live long and prosper.".utf8)] {
        let token = try CompactJWE.encrypt(
          plaintext, type: "JWE", contentType: "text/plain", with: encryptionKey, encryption: encryption)
        let jwe = try CompactJWE(Array(token.utf8))
        #expect(try jwe.decrypt(with: decryptionKey, policy: policy) == plaintext)
        #expect(jwe.header.algorithm == fixture.algorithm)
        #expect(jwe.header.encryption == encryption)
        #expect(jwe.header.type == "JWE")
        #expect(jwe.header.contentType == "text/plain")
        #expect(jwe.header.keyID == encryptionKey.keyID)
        let other = try CompactJWE.encrypt(
          plaintext, type: "JWE", contentType: "text/plain", with: encryptionKey, encryption: encryption)
        #expect(other != token)
      }
    }
  }

  @Test(arguments: EncryptionFixtures.all)
  func `T15 every change of a token gets the one error, or is seen before any key is used`(
    fixture: EncryptionFixtures.Case
  ) throws {
    let policy = try EncryptionFixtures.permissivePolicy()
    let key = try fixture.decryptionKey()
    let encryption = try #require(fixture.encryptions.last)
    let token = try CompactJWE.encrypt(
      [1, 2, 3], with: fixture.encryptionKey(), encryption: encryption)
    let segments = try ForgedJWE.segments(token)
    for index in 1..<5 where !segments[index].isEmpty {
      var changed = segments
      for bit in [0, segments[index].count * 8 - 1] {
        changed[index] = flipped(segments[index], bit)
        let error = failure { try CompactJWE(ForgedJWE.join(changed)).decrypt(with: key, policy: policy) }
        #expect(error == .decryptionFailed, "segment \(index), bit \(bit)")
      }
    }
    // Another protected header of the same meaning: its text is what the tag covers.
    var changed = segments
    changed[0].insert(UInt8(ascii: " "), at: 1)
    #expect(
      failure { try CompactJWE(ForgedJWE.join(changed)).decrypt(with: key, policy: policy) }
        == .decryptionFailed)
  }

  @Test(arguments: EncryptionFixtures.all)
  func `T17 each part has its exact length, and an encrypted key is there exactly where it must be`(
    fixture: EncryptionFixtures.Case
  ) throws {
    let policy = try EncryptionFixtures.permissivePolicy()
    let key = try fixture.decryptionKey()
    for encryption in fixture.encryptions {
      let token = try CompactJWE.encrypt([1, 2, 3], with: fixture.encryptionKey(), encryption: encryption)
      let segments = try ForgedJWE.segments(token)
      let isEmpty = fixture.algorithm == .direct || fixture.algorithm == .ecdhES
      #expect(segments[1].isEmpty == isEmpty)
      for index in [1, 2, 4] {
        var lengths = [segments[index] + [0], [0] + segments[index], segments[index] + segments[index]]
        lengths += [Array(segments[index].dropLast()), Array(segments[index].prefix(8)), []]
        for other in lengths where other.count != segments[index].count {
          var changed = segments
          changed[index] = other
          let code = refusal { try CompactJWE(ForgedJWE.join(changed)).decrypt(with: key, policy: policy) }
          #expect(code == .malformedToken, "segment \(index) of \(other.count) bytes")
        }
      }
    }
  }

  @Test(arguments: EncryptionFixtures.all)
  func `T2 a token's algorithm must be the decryption key's`(fixture: EncryptionFixtures.Case) throws {
    let policy = try EncryptionFixtures.permissivePolicy()
    let encryption = try #require(fixture.encryptions.first)
    let token = try CompactJWE.encrypt([1], with: fixture.encryptionKey(), encryption: encryption)
    let jwe = try CompactJWE(Array(token.utf8))
    for other in EncryptionFixtures.all where other.algorithm != fixture.algorithm {
      #expect(
        refusal { try jwe.decrypt(with: other.decryptionKey(), policy: policy) } == .algorithmMismatch)
    }
  }

  @Test func `another key of the same algorithm gets the one error`() throws {
    let policy = try EncryptionFixtures.permissivePolicy()
    for algorithm in [KeyManagementAlgorithm.a128KW, .a256GCMKW, .ecdhESA128KW, .ecdhES] {
      let token = try CompactJWE.encrypt([1], with: EncryptionFixtures.first(algorithm).encryptionKey())
      let other = try DecryptionKey(JWK.generate(algorithm))
      #expect(
        failure { try CompactJWE(Array(token.utf8)).decrypt(with: other, policy: policy) }
          == .decryptionFailed)
    }
    let password = try EncryptionKey(password: EncryptionPassword("swordfish"), iterations: 1000)
    let token = try CompactJWE.encrypt([1], with: password)
    let other = try DecryptionKey(password: EncryptionPassword("Swordfish"))
    #expect(
      failure { try CompactJWE(Array(token.utf8)).decrypt(with: other, policy: policy) } == .decryptionFailed)
  }

  @Test func `T17 a key that unwraps to another length than enc demands gets the one error`() throws {
    let policy = try EncryptionFixtures.permissivePolicy()
    let rsa = EncryptionFixtures.first(.rsaOAEP256)
    guard case .rsa(let pair) = rsa.jwk.material else { return }
    let sealer = try #require(RSAEncryptionKey(pair.publicKey, .rsaOAEP256))
    for count in [0, 15, 17, 32] {
      let encryptedKey = try sealer.encrypted([UInt8](repeating: 7, count: count))
      let token = try ForgedJWE.token(
        header: #"{"alg":"RSA-OAEP-256","enc":"A128GCM"}"#, encryptedKey: encryptedKey,
        contentKey: [UInt8](repeating: 7, count: 16))
      #expect(
        failure { try CompactJWE(token).decrypt(with: rsa.decryptionKey(), policy: policy) }
          == .decryptionFailed)
    }
    let encryptedKey = try sealer.encrypted([UInt8](repeating: 7, count: 16))
    let token = try ForgedJWE.token(
      header: #"{"alg":"RSA-OAEP-256","enc":"A128GCM"}"#, encryptedKey: encryptedKey,
      contentKey: [UInt8](repeating: 7, count: 16))
    #expect(try CompactJWE(token).decrypt(with: rsa.decryptionKey(), policy: policy) == [1, 2, 3])
  }

  @Test func `a compact serialization has five segments and three that are not empty`() throws {
    let token = try CompactJWE.encrypt([1], with: EncryptionFixtures.first(.a128KW).encryptionKey())
    let segments = token.split(separator: ".").map(String.init)
    for count in [1, 2, 3, 4] {
      let text = segments.prefix(count).joined(separator: ".")
      #expect(refusal { try CompactJWE(Array(text.utf8)) } == .malformedToken)
    }
    for suffix in [".", ".AAAA", ".."] {
      #expect(refusal { try CompactJWE(Array((token + suffix).utf8)) } == .malformedToken)
    }
    for index in [0, 2, 4] {
      var changed = segments
      changed[index] = ""
      #expect(refusal { try CompactJWE(Array(changed.joined(separator: ".").utf8)) } == .malformedToken)
    }
    for index in 0..<5 {
      for bad in ["=", "+", " ", "\u{0}"] {
        var changed = segments
        changed[index] = String(segments[index].dropLast()) + bad
        #expect(refusal { try CompactJWE(Array(changed.joined(separator: ".").utf8)) } == .malformedBase64URL)
      }
    }
    #expect(refusal { try CompactJWE([]) } == .malformedToken)
  }

  @Test func `T9 the size of a JWE is checked before anything else`() throws {
    let token = Array(
      try CompactJWE.encrypt([1], with: EncryptionFixtures.first(.a128KW).encryptionKey()).utf8)
    #expect(refusal { try CompactJWE(token, maximumBytes: token.count) } == nil)
    #expect(refusal { try CompactJWE(token, maximumBytes: token.count - 1) } == .tooLarge)
    #expect(refusal { try CompactJWE([UInt8](repeating: 46, count: 16_385)) } == .tooLarge)
  }

  @Test func `T15 what is signed is never taken for what is encrypted, nor the other way round`() throws {
    let signed = try CompactJWS.sign(payload: [1], type: nil, with: TestKeys.signing(.hs256))
    #expect(refusal { try CompactJWE(Array(signed.utf8)) } == .malformedToken)
    let encrypted = try CompactJWE.encrypt([1], with: EncryptionFixtures.first(.a128KW).encryptionKey())
    #expect(refusal { try CompactJWS(Array(encrypted.utf8)) } == .malformedToken)
    // The algorithms of one are unknown to the other.
    let header = try ForgedJWE.token(
      header: #"{"alg":"HS256","enc":"A128GCM"}"#, contentKey: FreshBytes.key(16))
    #expect(refusal { try CompactJWE(header) } == .unsupportedAlgorithm)
    #expect(refusal { try CompactJWS(Forge.unsigned(header: #"{"alg":"dir"}"#)) } == .unsupportedAlgorithm)
  }

  @Test func `descriptions show neither a token nor a key`() throws {
    let fixture = EncryptionFixtures.first(.a128KW)
    let token = try CompactJWE.encrypt([1], with: fixture.encryptionKey())
    let jwe = try CompactJWE(Array(token.utf8))
    #expect("\(jwe)" == "CompactJWE(A128KW, A256GCM, \(token.utf8.count) bytes)")
    #expect("\(try fixture.encryptionKey())" == "EncryptionKey(A128KW)")
    #expect("\(try fixture.decryptionKey())" == "DecryptionKey(A128KW)")
    #expect("\(try EncryptionPassword("swordfish"))" == "EncryptionPassword")
    for value in [jwe as Any, try fixture.encryptionKey(), try EncryptionPassword("swordfish")] {
      #expect(Mirror(reflecting: value).children.isEmpty)
    }
  }
}

/// The error with which `body` refuses; nil when it accepts.
func failure<Value>(_ body: () throws -> Value) -> JOSEError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? JOSEError ?? JOSEError(JOSEError.Code(rawValue: "not a JOSEError"), "\(error)")
  }
}

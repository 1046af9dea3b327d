import JOSE
import SignetTesting
import Testing

/// What one encrypts the others decrypt, for each `alg` and `enc` that both have; and nobody takes the near
/// misses.
@Suite(.serialized, .blocking, Peers.isAvailable) struct EncryptionInteropTests {
  private static let payload = Array("What is this world? — “A pot of message.”".utf8)

  @Test(arguments: KeyManagementAlgorithm.allCases)
  func `what is encrypted on one side is decrypted on the other, by every enc`(
    algorithm: KeyManagementAlgorithm
  ) throws {
    for encryption in ContentEncryptionAlgorithm.allCases {
      let pair = Pair(
        algorithm, encryption, try InteropKeys.encrypting(algorithm, encryption),
        stranger: try InteropKeys.encrypting(algorithm, encryption, isStranger: true))
      for peer in Interop.peers(for: algorithm, encryption) { try Self.check(pair, peer) }
    }
  }

  @Test(arguments: JWK.AgreementCurve.allCases)
  func `keys are agreed on over every curve`(curve: JWK.AgreementCurve) throws {
    for algorithm in [KeyManagementAlgorithm.ecdhES, .ecdhESA128KW] {
      let pair = Pair(
        algorithm, .a128GCM, try InteropKeys.encrypting(algorithm, .a128GCM, curve: curve),
        stranger: try InteropKeys.encrypting(algorithm, .a128GCM, curve: curve))
      let peers = Interop.peers(for: algorithm).filter { $0 != "jose" || !curve.rawValue.hasPrefix("X") }
      #expect(peers.count >= 2)
      for peer in peers { try Self.check(pair, peer) }
    }
  }

  @Test(arguments: ["joserfc", "jwcrypto"])
  func `what is compressed on one side is inflated on the other`(peer: String) throws {
    let key = try InteropKeys.encrypting(.a128KW, .a128GCM)
    let pair = Pair(.a128KW, .a128GCM, key, stranger: try InteropKeys.encrypting(.a128KW, .a128GCM))
    try Self.check(pair, peer, isCompressed: true)
  }

  @Test(arguments: ["joserfc", "jwcrypto", "jose"], ["flattened", "general"])
  func `JSON serializations go both ways`(peer: String, form: String) throws {
    for algorithm in [KeyManagementAlgorithm.a256KW, .ecdhESA128KW, .rsaOAEP256]
    where Interop.peers(for: algorithm).contains(peer) {
      let key = try InteropKeys.encrypting(algorithm, .a128GCM)
      let pair = Pair(algorithm, .a128GCM, key, stranger: key)
      let recipient = try EncryptionKey(key, algorithm: algorithm)
      // Another recipient, to whom the peer has no key, makes the text general.
      let other = try EncryptionKey(JWK.generate(.a192KW, keyID: "other"))
      let keys = form == "general" ? [recipient, other] : [recipient]
      let text = try JSONJWE.encrypt(Self.payload, to: keys, encryption: .a128GCM)
      let job = try pair.job(["token": Peers.object(Array(text.utf8))])
      let there = try Peers.ask(peer, to: "decrypt", job)
      #expect(there.payload == Self.payload, "\(algorithm): \(there.reason)")
      let bad = text.replacing("\"ciphertext\":\"", with: "\"ciphertext\":\"AAAA")
      let refused = try pair.job(["token": Peers.object(Array(bad.utf8))])
      #expect(try !Peers.ask(peer, to: "decrypt", refused).isGood, "\(algorithm)")
      let answer = try Peers.ask(peer, to: "encrypt", pair.job(["form": form]))
      let jwe = try JSONJWE(Array(#require(answer.token, "\(algorithm): \(answer.reason)").utf8))
      #expect(jwe.isFlattened == (form == "flattened"))
      let policy = try DecryptionPolicy(allowing: [.a128GCM])
      let decrypted = try jwe.decrypt(with: DecryptionKey(key, algorithm: algorithm), policy: policy)
      #expect(decrypted.plaintext == Self.payload)
      let stranger = try InteropKeys.encrypting(algorithm, .a128GCM, isStranger: true)
      #expect(throws: JOSEError.self) {
        try jwe.decrypt(with: DecryptionKey(stranger, algorithm: algorithm), policy: policy)
      }
    }
  }

  /// The command writes `zip` into the header and compresses nothing: nobody decrypts that, nor does it.
  @Test func `what the command calls compressed is refused here as there`() throws {
    let key = try InteropKeys.encrypting(.a128KW, .a128GCM)
    let pair = Pair(.a128KW, .a128GCM, key, stranger: key)
    let token = try #require(Peers.ask("jose", to: "encrypt", pair.job(["zip": "DEF"])).token)
    #expect(try !Peers.ask("jose", to: "decrypt", pair.job(["token": token])).isGood)
    let policy = try DecryptionPolicy(allowing: [.a128GCM], allowsCompression: true)
    #expect(throws: JOSEError.self) {
      try CompactJWE(Array(token.utf8)).decrypt(with: DecryptionKey(key, algorithm: .a128KW), policy: policy)
    }
    let ours = try CompactJWE.encrypt(
      Self.payload, with: pair.encryptionKey(key), encryption: .a128GCM, isCompressed: true)
    #expect(try Peers.ask("jose", to: "decrypt", pair.job(["token": ours])).payload == Self.payload)
  }

  // MARK: - One key

  private struct Pair {
    let algorithm: KeyManagementAlgorithm
    let encryption: ContentEncryptionAlgorithm
    let key: JWK
    let stranger: JWK

    init(
      _ algorithm: KeyManagementAlgorithm, _ encryption: ContentEncryptionAlgorithm, _ key: JWK,
      stranger: JWK
    ) {
      (self.algorithm, self.encryption, self.key, self.stranger) = (algorithm, encryption, key, stranger)
    }

    func job(_ more: [String: Any]) throws -> [String: Any] {
      [
        "alg": algorithm.rawValue, "enc": encryption.rawValue,
        "jwk": try Peers.object(key.privateJSON().encoded()), "payload": Base64URL.encode(payload),
      ].merging(more) { $1 }
    }

    func encryptionKey(_ key: JWK) throws -> EncryptionKey {
      guard algorithm.isPasswordBased, case .string(let text)? = key.privateJSON()["k"] else {
        return try EncryptionKey(key, algorithm: algorithm)
      }
      return try EncryptionKey(
        password: EncryptionPassword(bytes: Base64URL.decode(text)), algorithm: algorithm, iterations: 1000,
        keyID: "k1")
    }
  }

  private static func check(_ pair: Pair, _ peer: String, isCompressed: Bool = false) throws {
    let name = "\(peer), \(pair.algorithm), \(pair.encryption)"
    func ours(_ key: JWK) throws -> String {
      try CompactJWE.encrypt(
        payload, with: pair.encryptionKey(key), encryption: pair.encryption, isCompressed: isCompressed)
    }
    let token = try ours(pair.key)
    let there = try Peers.ask(peer, to: "decrypt", pair.job(["token": token]))
    #expect(there.payload == payload, "\(name): \(there.reason)")
    for bad in [try ours(pair.stranger), changed(token, segment: 3), changed(token, segment: 4)] {
      #expect(try !Peers.ask(peer, to: "decrypt", pair.job(["token": bad])).isGood, "\(name)")
    }
    let answer = try Peers.ask(peer, to: "encrypt", pair.job(isCompressed ? ["zip": "DEF"] : [:]))
    let theirs = try #require(answer.token, "\(name): \(answer.reason)")
    let policy = try DecryptionPolicy(
      allowing: [pair.encryption], allowsCompression: isCompressed, passwordIterations: 1000...1_200_000)
    let key = try DecryptionKey(pair.key, algorithm: pair.algorithm)
    #expect(try CompactJWE(Array(theirs.utf8)).decrypt(with: key, policy: policy) == payload, "\(name)")
    let stranger = try DecryptionKey(pair.stranger, algorithm: pair.algorithm)
    for (bad, key) in [
      (theirs, stranger), (changed(theirs, segment: 3), key), (changed(theirs, segment: 4), key),
    ] {
      #expect(throws: JOSEError.self, "\(name)") {
        try CompactJWE(Array(bad.utf8)).decrypt(with: key, policy: policy)
      }
    }
  }

  /// The token with another character in the middle of a segment.
  private static func changed(_ token: String, segment: Int) -> String {
    var segments = token.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
    let middle = segments[segment].count / 2
    segments[segment][middle] = segments[segment][middle] == 0x41 ? 0x42 : 0x41
    return segments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
  }
}

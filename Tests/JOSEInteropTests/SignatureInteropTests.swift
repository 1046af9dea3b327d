import JOSE
import SignetTesting
import Testing

/// What one signs the others verify, for each algorithm that both have; and nobody takes the near misses.
@Suite(.serialized, .blocking, Peers.isAvailable) struct SignatureInteropTests {
  /// libjwt takes an object, and writes it with its members sorted.
  private static let payload = Array(#"{"name":"Ålice","sub":"alice"}"#.utf8)

  @Test(arguments: SignatureAlgorithm.allCases)
  func `what is signed here verifies everywhere, and the near misses do not`(
    algorithm: SignatureAlgorithm
  ) throws {
    let key = try InteropKeys.signing(algorithm)
    let token = try CompactJWS.sign(payload: Self.payload, type: "JWT", with: Self.signer(key, algorithm))
    let other = try InteropKeys.signing(algorithm, isStranger: true)
    let foreign = try CompactJWS.sign(payload: Self.payload, type: "JWT", with: Self.signer(other, algorithm))
    for peer in Interop.peers(for: algorithm) {
      let answer = try Self.verify(token, key, algorithm, peer)
      #expect(answer.payload == Self.payload, "\(peer): \(answer.reason)")
      for bad in [foreign, Self.changed(token, segment: 1), Self.changed(token, segment: 2)] {
        #expect(try !Self.verify(bad, key, algorithm, peer).isGood, "\(peer)")
      }
    }
  }

  @Test(arguments: SignatureAlgorithm.allCases)
  func `what is signed elsewhere verifies here, and the near misses do not`(
    algorithm: SignatureAlgorithm
  ) throws {
    let key = try InteropKeys.signing(algorithm)
    let verifier = try VerificationKey(key, algorithm: algorithm)
    let stranger = try VerificationKey(
      InteropKeys.signing(algorithm, isStranger: true), algorithm: algorithm)
    for peer in Interop.peers(for: algorithm) {
      let answer = try Peers.ask(peer, to: "sign", Self.job(key, algorithm, isPrivate: true))
      let token = try #require(answer.token, "\(peer): \(answer.reason)")
      let payload = try Self.read(token).verify(with: verifier)
      #expect(try Peers.text(Peers.object(payload)) == Peers.text(Peers.object(Self.payload)), "\(peer)")
      #expect(throws: JOSEError.self, "\(peer)") { try Self.read(token).verify(with: stranger) }
      for segment in 1...2 {
        let bad = Self.changed(token, segment: segment)
        #expect(throws: JOSEError.self, "\(peer)") { try Self.read(bad).verify(with: verifier) }
      }
    }
  }

  @Test(arguments: ["joserfc", "jwcrypto", "jose"], ["flattened", "general"])
  func `JSON serializations go both ways`(peer: String, form: String) throws {
    for algorithm in [SignatureAlgorithm.hs256, .es256, .ps384] {
      let key = try InteropKeys.signing(algorithm)
      let signatory = JSONJWS.Signatory(try Self.signer(key, algorithm))
      let text =
        form == "general"
        ? try JSONJWS.sign(payload: Self.payload, by: [signatory])
        : try JSONJWS.sign(payload: Self.payload, by: signatory)
      let there = try Self.verify(text, key, algorithm, peer)
      #expect(there.payload == Self.payload, "\(algorithm): \(there.reason)")
      let bad = text.replacing("\"signature\":\"", with: "\"signature\":\"AA")
      #expect(try !Self.verify(bad, key, algorithm, peer).isGood, "\(algorithm)")
      let answer = try Peers.ask(
        peer, to: "sign", Self.job(key, algorithm, isPrivate: true, ["form": form]))
      let jws = try JSONJWS(Array(#require(answer.token, "\(algorithm): \(answer.reason)").utf8))
      #expect(jws.isFlattened == (form == "flattened"))
      let verifier = try VerificationKey(key, algorithm: algorithm)
      #expect(try jws.verify(.all, with: [verifier]).payload == Self.payload)
      let stranger = try VerificationKey(
        InteropKeys.signing(algorithm, isStranger: true), algorithm: algorithm)
      #expect(throws: JOSEError.self) { try jws.verify(.all, with: [stranger]) }
    }
  }

  // MARK: - Questions

  private static func signer(_ key: JWK, _ algorithm: SignatureAlgorithm) throws -> SigningKey {
    try SigningKey(key, algorithm: algorithm)
  }

  private static func read(_ token: String) throws -> CompactJWS { try CompactJWS(Array(token.utf8)) }

  private static func verify(
    _ token: String, _ key: JWK, _ algorithm: SignatureAlgorithm, _ peer: String
  ) throws -> Peers.Answer {
    let value: Any = token.hasPrefix("{") ? try Peers.object(Array(token.utf8)) : token
    return try Peers.ask(peer, to: "verify", job(key, algorithm, isPrivate: false, ["token": value]))
  }

  private static func job(
    _ key: JWK, _ algorithm: SignatureAlgorithm, isPrivate: Bool, _ more: [String: Any] = [:]
  ) throws -> [String: Any] {
    var job: [String: Any] = ["alg": algorithm.rawValue, "payload": Base64URL.encode(payload)]
    let isSecret = isPrivate || key.keyType == .octets
    job["jwk"] = try Peers.object((isSecret ? key.privateJSON() : key.publicJSON()).encoded())
    if key.keyType == .rsa || key.keyType == .ellipticCurve {
      job["pem"] = try isPrivate ? key.privatePEM() : key.publicPEM()
    }
    return job.merging(more) { $1 }
  }

  /// The token with another character in the middle of a segment.
  private static func changed(_ token: String, segment: Int) -> String {
    var segments = token.split(separator: ".").map { Array($0.utf8) }
    let middle = segments[segment].count / 2
    segments[segment][middle] = segments[segment][middle] == 0x41 ? 0x42 : 0x41
    return segments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
  }
}

/// Who is asked about what: each peer about what it says that it has.
enum Interop {
  static func peers(for algorithm: SignatureAlgorithm) -> [String] {
    Peers.names.filter { Peers.abilities[$0]?.signing.contains(algorithm.rawValue) ?? false }
  }

  static func peers(for algorithm: KeyManagementAlgorithm) -> [String] {
    Peers.names.filter { Peers.abilities[$0]?.keyManagement.contains(algorithm.rawValue) ?? false }
  }

  static func peers(
    for algorithm: KeyManagementAlgorithm, _ encryption: ContentEncryptionAlgorithm
  ) -> [String] {
    peers(for: algorithm).filter {
      Peers.abilities[$0]?.encryption.contains(encryption.rawValue) ?? false
    }
  }
}

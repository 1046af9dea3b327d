import Foundation
import SignetTesting
import Testing

@testable import JOSE

/// Random and mutated tokens, to which this library and others may say different things. Each kind of
/// difference is explained in ``Differences``; one that is not there fails.
@Suite(.serialized, .blocking, Peers.isAvailable) struct DifferentialTests {
  /// How many tokens of each kind, and how many with random changes for each of those. The sequence is the
  /// same in each run, unless `SIGNET_SEED` says otherwise: then the table may lack a row.
  private static let (rounds, randomChanges) = (12, 40)

  private static var random: SplitMix64 {
    guard ProcessInfo.processInfo.environment["SIGNET_SEED"] == nil else {
      return Seed.fromEnvironment().generator()
    }
    return SplitMix64(seed: 7)
  }

  @Test func `verdicts on signed tokens differ where the table says so, and nowhere else`() throws {
    var random = Self.random
    let keys = try [SignatureAlgorithm.hs256, .es256, .edDSA].map { ($0, try InteropKeys.signing($0)) }
    var observed = Differences.Observed()
    for round in 0..<Self.rounds {
      let (algorithm, jwk) = keys[round % keys.count]
      let key = try SigningKey(jwk, algorithm: algorithm)
      let payload = Base64URL.encode(Array("{\"n\":\(random.next() % 100_000)}".utf8))
      for mutation in HeaderMutation.all {
        let header = mutation.text("\"alg\":\"\(algorithm.rawValue)\"", &random)
        let message = "\(Base64URL.encode(header)).\(payload)"
        let signature = try Base64URL.encode(key.signature(over: Array(message.utf8)))
        try Self.compare("\(message).\(signature)", mutation.name, jwk, algorithm, &observed)
      }
      let good = try CompactJWS.sign(payload: Base64URL.decode(payload), type: nil, with: key)
      let parts = good.split(separator: ".").map(String.init)
      for mutation in TextMutation.all {
        let isRandom = mutation.name == TextMutation.all.last?.name
        for _ in 0..<(isRandom ? Self.randomChanges : 1) {
          let token = try mutation.token(parts, key, &random)
          try Self.compare(token, mutation.name, jwk, algorithm, &observed)
        }
      }
    }
    observed.expectExplained(by: Differences.signed)
  }

  @Test func `verdicts on encrypted tokens differ where the table says so, and nowhere else`() throws {
    var random = Self.random
    let jwk = try InteropKeys.encrypting(.direct, .a256GCM)
    let secret = try #require(
      jwk.privateJSON()["k"].flatMap { if case .string(let k) = $0 { k } else { nil } })
    let contentKey = try Base64URL.decode(secret)
    var observed = Differences.Observed()
    for _ in 0..<Self.rounds {
      let plaintext = Array("{\"n\":\(random.next() % 100_000)}".utf8)
      for mutation in HeaderMutation.all {
        let header = Base64URL.encode(mutation.text(#""alg":"dir","enc":"A256GCM""#, &random))
        let vector = random.bytes(12)
        let sealed = try ContentEncryptionAlgorithm.a256GCM.seal(
          plaintext, key: contentKey, vector: vector, authenticating: Array(header.utf8))
        let parts = [vector, sealed.ciphertext, sealed.tag].map { Base64URL.encode($0) }
        try Self.compare("\(header)..\(parts.joined(separator: "."))", mutation.name, jwk, &observed)
      }
      let key = try EncryptionKey(jwk, algorithm: .direct)
      let good = try CompactJWE.encrypt(plaintext, with: key, encryption: .a256GCM)
      let parts = good.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      for mutation in EncryptedTextMutation.all {
        for _ in 0..<(mutation.name.hasSuffix("random characters") ? Self.randomChanges : 1) {
          try Self.compare(mutation.token(parts, &random), mutation.name, jwk, &observed)
        }
      }
    }
    observed.expectExplained(by: Differences.encrypted)
  }

  private static func compare(
    _ token: String, _ name: String, _ jwk: JWK, _ observed: inout Differences.Observed
  ) throws {
    let policy = try DecryptionPolicy(allowing: [.a256GCM])
    let ours = accepted {
      try CompactJWE(Array(token.utf8)).decrypt(with: DecryptionKey(jwk, algorithm: .direct), policy: policy)
    }
    let job: [String: Any] = [
      "alg": "dir", "enc": "A256GCM", "token": token, "jwk": try Peers.object(jwk.privateJSON().encoded()),
    ]
    for peer in Interop.peers(for: .direct, .a256GCM) {
      observed.add(name, peer, ours: ours, theirs: try Peers.ask(peer, to: "decrypt", job), token: token)
    }
  }

  private static func compare(
    _ token: String, _ name: String, _ jwk: JWK, _ algorithm: SignatureAlgorithm,
    _ observed: inout Differences.Observed
  ) throws {
    let ours = accepted {
      try CompactJWS(Array(token.utf8)).verify(with: VerificationKey(jwk, algorithm: algorithm))
    }
    let secret = jwk.keyType == .octets
    var job: [String: Any] = ["alg": algorithm.rawValue, "token": token]
    job["jwk"] = try Peers.object((secret ? jwk.privateJSON() : jwk.publicJSON()).encoded())
    if jwk.keyType == .ellipticCurve { job["pem"] = try jwk.publicPEM() }
    for peer in Interop.peers(for: algorithm) {
      let answer = try Peers.ask(peer, to: "verify", job)
      observed.add(name, peer, ours: ours, theirs: answer, token: token)
    }
  }

  /// What is inside; nil when the token is refused.
  private static func accepted(_ body: () throws -> [UInt8]) -> [UInt8]? {
    do {
      return try body()
    } catch {
      return nil
    }
  }
}

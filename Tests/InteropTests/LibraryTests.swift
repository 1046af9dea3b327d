import Foundation
import JOSE
import SignetTesting
import Testing

/// Signet's library against other people's: what one signs the other verifies, and both refuse what is wrong.
@Suite(.serialized, .blocking, PythonPeers.isAvailable) struct LibraryTests {
  private static let issuer = "https://id.example.com"
  private static let audience = "https://api.example.com"
  private static let algorithms: [SignatureAlgorithm] = [.es256, .edDSA, .rs256, .ps256, .es384, .hs256]

  @Test(arguments: algorithms)
  func `what Signet signs verifies in every library, and the near misses do not`(
    algorithm: SignatureAlgorithm
  ) throws {
    let key = try JWK.generate(algorithm, keyID: "k1")
    let stranger = try JWK.generate(algorithm, keyID: "k1")
    let good = try Self.token(key)
    let cases: [(name: String, token: String, isGood: Bool)] = [
      ("as issued", good, true),
      ("expired", try Self.token(key, secondsLeft: -60), false),
      ("for another audience", try Self.token(key, audience: "https://other.example.com"), false),
      ("from another issuer", try Self.token(key, issuer: "https://evil.example.com"), false),
      ("signed by a stranger", try Self.token(stranger), false),
      ("one bit flipped in the payload", Self.flipped(good), false),
    ]
    let keys = try Self.published(key)
    let jobs = PythonPeers.libraries.flatMap { library in
      cases.map { Self.verification(of: $0.token, library: library, keys: keys, algorithm) }
    }
    let answers = try PythonPeers.ask(jobs)
    for (index, answer) in answers.enumerated() {
      let (name, _, isGood) = cases[index % cases.count]
      let library = jobs[index].library
      #expect(answer.ok == isGood, "\(library), \(algorithm), \(name): \(answer.error ?? "accepted")")
      if isGood { #expect(answer.claims?["sub"] == .string("alice"), "\(library)") }
    }
  }

  @Test(arguments: algorithms)
  func `what every library signs verifies here, and the near misses do not`(
    algorithm: SignatureAlgorithm
  ) throws {
    let key = try JWK.generate(algorithm, keyID: "k1")
    let jobs = try PythonPeers.libraries.map { library in
      PythonPeers.Job(
        library: library, action: "sign", jwk: try JSONText(key.privateJSON().encoded()),
        algorithm: algorithm.rawValue, type: "at+jwt", claims: try JSONText(Self.claims().encoded()))
    }
    let now = Self.now
    for (job, answer) in zip(jobs, try PythonPeers.ask(jobs)) {
      let token = try #require(answer.token, "\(job.library): \(answer.error ?? "") \(answer.detail ?? "")")
      let verified = try Self.verify(token, key, at: now)
      #expect(try verified.value.string("sub") == "alice")
      #expect(throws: JOSEError.self) { try Self.verify(Self.flipped(token), key, at: now) }
      #expect(throws: JOSEError.self) { try Self.verify(token, key, at: now + .seconds(3600)) }
      #expect(throws: JOSEError.self) { try Self.verify(token, try JWK.generate(algorithm), at: now) }
      #expect(throws: JOSEError.self) {
        try Self.verify(token, key, audience: "https://other.example.com", at: now)
      }
    }
  }

  // MARK: - What is signed

  /// The libraries read the wall clock, so the tokens must be of now.
  private static let now = Timestamp(seconds: Int64(Foundation.Date.now.timeIntervalSince1970))

  private static func claims(
    issuer: String = issuer, audience: String = audience, secondsLeft: Int64 = 600
  ) -> JSON {
    [
      "iss": .string(issuer), "sub": "alice", "aud": .string(audience), "client_id": "signet", "jti": "t-1",
      "iat": .integer(now.seconds - 120), "exp": .integer(now.seconds + secondsLeft),
      "name": "Ålice “quoted” \u{1F511}",
    ]
  }

  private static func token(
    _ key: JWK, issuer: String = issuer, audience: String = audience, secondsLeft: Int64 = 600
  ) throws -> String {
    let claims = claims(issuer: issuer, audience: audience, secondsLeft: secondsLeft)
    return try JWT.sign(claims, type: "at+jwt", with: SigningKey(key))
  }

  private static func verify(
    _ token: String, _ key: JWK, audience: String = audience, at now: Timestamp
  ) throws -> Verified<Claims> {
    let key = try VerificationKey(key)
    let policy = try ClaimsPolicy.accessToken(issuer: issuer, audience: audience, algorithms: [key.algorithm])
    return try JWT.verify(CompactJWS(Array(token.utf8)), with: key, policy: policy, at: now)
  }

  private static func published(_ key: JWK) throws -> JSONText {
    let member = key.keyType == .octets ? key.privateJSON() : try key.publicKey().publicJSON()
    return try JSONText(JSON.object([JSONMember(name: "keys", value: .array([member]))]).encoded())
  }

  private static func verification(
    of token: String, library: String, keys: JSONText, _ algorithm: SignatureAlgorithm
  ) -> PythonPeers.Job {
    PythonPeers.Job(
      library: library, action: "verify", token: token, jwks: keys, algorithms: [algorithm.rawValue],
      issuer: issuer, audience: audience)
  }

  /// The token with one bit of its payload's middle flipped, still base64url.
  private static func flipped(_ token: String) -> String {
    var bytes = Array(token.utf8)
    let middle = bytes.count / 2
    bytes[middle] = bytes[middle] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
    return String(decoding: bytes, as: UTF8.self)
  }
}

import SignetTesting
import Testing

@testable import JOSE

@Suite struct BitFlipTests {
  private static let now = Timestamp(seconds: 1_800_000_000)
  private static let claims: JSON = [
    "iss": "https://id.example.com", "sub": "a", "aud": "api", "exp": 1_800_000_300, "iat": 1_800_000_000,
    "client_id": "c", "jti": "j",
  ]

  private static func policy() throws -> ClaimsPolicy {
    try .accessToken(
      issuer: "https://id.example.com", audience: "api", algorithms: Set(SignatureAlgorithm.allCases))
  }

  @Test(arguments: SignatureAlgorithm.allCases)
  func `one bit flipped anywhere in a token is refused`(algorithm: SignatureAlgorithm) throws {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    let token = Array(try JWT.sign(Self.claims, type: "at+jwt", with: TestKeys.signing(algorithm)).utf8)
    let key = try TestKeys.verification(algorithm)
    let policy = try Self.policy()
    func verify(_ token: [UInt8]) throws -> Verified<Claims> {
      try JWT.verify(CompactJWS(token), with: key, policy: policy, at: Self.now)
    }
    #expect(refusal { try verify(token) } == nil)
    // Every bit where checking is cheap; a sample where it takes a millisecond.
    let isCheap = [.hs256, .es256].contains(algorithm)
    let bits =
      isCheap
      ? Array(0..<token.count * 8) : (0..<250).map { _ in Int(random.next() % UInt64(token.count * 8)) }
    for bit in bits {
      var changed = token
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(refusal { try verify(changed) } != nil, "bit \(bit), \(seed)")
    }
  }

  @Test(arguments: SignatureAlgorithm.allCases)
  func `a byte removed, added or doubled is refused`(algorithm: SignatureAlgorithm) throws {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    let token = Array(try JWT.sign(Self.claims, type: "at+jwt", with: TestKeys.signing(algorithm)).utf8)
    let key = try TestKeys.verification(algorithm)
    let policy = try Self.policy()
    for round in 0..<60 {
      var changed = token
      let index = Int(random.next() % UInt64(token.count))
      switch round % 3 {
      case 0: changed.remove(at: index)
      case 1: changed.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
      default: changed.insert(changed[index], at: index)
      }
      let code = refusal { try JWT.verify(CompactJWS(changed), with: key, policy: policy, at: Self.now) }
      #expect(code != nil, "\(round) at \(index), \(seed)")
    }
  }

  @Test func `T21 no bytes trap the token reader`() throws {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    let token = Array(try JWT.sign(Self.claims, type: "at+jwt", with: TestKeys.signing(.hs256)).utf8)
    let headers = [
      #"{"alg":"HS256","b64":false,"crit":["b64"]}"#, #"{"alg":"RS256","kid":"\u0000"}"#, "{}",
      "[[[[[[[[[[[[[[[[[[",
    ]
    let keys = try SignatureAlgorithm.allCases.map { try TestKeys.verification($0) }
    for round in 0..<6000 {
      var bytes: [UInt8]
      switch round % 3 {
      case 0: bytes = random.bytes(Int(random.next() % 64))
      case 1:
        let header = headers[Int(random.next() % UInt64(headers.count))]
        let signature = Base64URL.encode(random.bytes(Int(random.next() % 140)))
        bytes = Array(
          "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(random.bytes(8))).\(signature)".utf8)
      default: bytes = token
      }
      for _ in 0..<random.next() % 4 where !bytes.isEmpty {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      let isUnchanged = bytes == token
      let code = refusal {
        let jws = try CompactJWS(bytes)
        let key = keys.first { $0.algorithm == jws.header.algorithm }
        return try jws.verify(with: #require(key))
      }
      #expect((code == nil) == isUnchanged, seed.comment)
    }
  }
}

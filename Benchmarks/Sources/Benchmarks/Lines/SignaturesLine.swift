import CAllocations
import Crypto
import CryptoExtras
import Foundation
import JOSE

/// What it costs to sign claims and to check a token in full, beside the primitive alone over the same
/// bytes, and how often a check asks for memory.
struct SignaturesLine: Line {
  static let name = "jose"
  static let summary = "signing and checking in this process, beside swift-crypto's primitive alone"

  private static let algorithms: [SignatureAlgorithm] = [
    .hs256, .hs512, .es256, .es384, .edDSA, .rs256, .ps256, .mlDSA65,
  ]
  private static let rounds = 9

  init(tools: Tools) {}

  func run() throws -> String {
    var table = Table(
      "210 bytes of claims", "sign µs", "primitive", "more", "verify µs", "primitive", "more",
      "allocations of verify", "of the primitive")
    for algorithm in Self.algorithms {
      let token = try SignedToken(algorithm)
      let primitive = try Primitive(algorithm, message: token.message)
      let sign = try Comparison(token.sign, primitive.sign, rounds: Self.rounds)
      let verify = try Comparison(token.verify, primitive.verify, rounds: Self.rounds)
      table.add(
        algorithm.rawValue, sign.ours.text(2), sign.primitive.text(2), sign.difference.text(2),
        verify.ours.text(2), verify.primitive.text(2), verify.difference.text(2),
        try Comparison.allocations(token.verify).text(), try Comparison.allocations(primitive.verify).text())
    }
    return table.markdown
  }
}

/// Two ways in turn, round by round: microseconds, medians.
private struct Comparison {
  let ours: Double
  let primitive: Double
  /// The median of what the rounds say, each about both.
  let difference: Double

  init(_ ours: () throws -> Int, _ primitive: () throws -> Int, rounds: Int) throws {
    let count = try Self.count(for: primitive)
    var (first, second) = ([Double](), [Double]())
    for _ in 0..<rounds {
      first.append(try Self.microseconds(count, ours))
      second.append(try Self.microseconds(count, primitive))
    }
    self.ours = first.median
    self.primitive = second.median
    difference = zip(first, second).map { $0 - $1 }.median
  }

  /// So many that a round takes some 20 ms.
  private static func count(for work: () throws -> Int) throws -> Int {
    _ = try microseconds(3, work)
    return max(3, Int(20_000 / (try microseconds(20, work))))
  }

  private static func microseconds(_ count: Int, _ work: () throws -> Int) throws -> Double {
    var sum = 0
    let duration = try ContinuousClock().measure { for _ in 0..<count { sum &+= try work() } }
    guard sum > 0 else { throw BenchmarkError("nothing was done") }
    return duration / .microseconds(1) / Double(count)
  }

  /// How often a call asks for memory, once everything is warm.
  static func allocations(_ work: () throws -> Int) throws -> Double {
    for _ in 0..<10 { _ = try work() }
    let before = allocation_count()
    for _ in 0..<100 { _ = try work() }
    return Double(allocation_count() - before) / 100
  }
}

/// A token with claims of 210 bytes, and who signs and checks it.
private struct SignedToken {
  /// What its signature is over.
  let message: [UInt8]
  let sign: () throws -> Int
  let verify: () throws -> Int

  init(_ algorithm: SignatureAlgorithm) throws {
    let claims: JSON = [
      "iss": "https://issuer.example", "sub": "4f6a2c1e-8f3b-4e7d-9a21-0b5c6d7e8f90",
      "aud": "https://api.example", "exp": 1_800_000_300, "iat": 1_800_000_000,
      "jti": "01J9Z3X6Q8T4V5W7Y9A1B2C3D4", "scope": "orders:read orders:refund",
    ]
    guard claims.encoded().count == 210 else { throw BenchmarkError("the claims have not 210 bytes") }
    let jwk = try JWK.generate(algorithm, keyID: "2026-11")
    let (signer, key) = (try SigningKey(jwk), try VerificationKey(jwk))
    let policy = try ClaimsPolicy(
      issuer: "https://issuer.example", audience: "https://api.example", type: "JWT",
      algorithms: [algorithm])
    let token = Array(try JWT.sign(claims, type: "JWT", with: signer).utf8)
    message = Array(token[..<(token.lastIndex(of: UInt8(ascii: ".")) ?? 0)])
    sign = { try JWT.sign(claims, type: "JWT", with: signer).utf8.count }
    let now = Timestamp(seconds: 1_800_000_100)
    verify = {
      let jws = try CompactJWS(token)
      return try JWT.verify(jws, with: key, policy: policy, at: now).value.json.source.count
    }
  }
}

/// swift-crypto alone over the same bytes: its key prepared, its signature decoded.
private struct Primitive {
  let sign: () throws -> Int
  let verify: () throws -> Int

  init(_ algorithm: SignatureAlgorithm, message: [UInt8]) throws {
    switch algorithm {
    case .hs256: (sign, verify) = Self.code(HMAC<SHA256>(key: SymmetricKey(size: .bits256)), message)
    case .hs512:
      (sign, verify) = Self.code(
        HMAC<SHA512>(key: SymmetricKey(size: SymmetricKeySize(bitCount: 512))), message)
    case .es256:
      let key = P256.Signing.PrivateKey()
      let signature = Array(try key.signature(for: message).rawRepresentation)
      let publicKey = key.publicKey
      sign = { try key.signature(for: message).rawRepresentation.count }
      verify = {
        let signature = try P256.Signing.ECDSASignature(rawRepresentation: signature)
        return publicKey.isValidSignature(signature, for: message) ? 1 : 0
      }
    case .es384:
      let key = P384.Signing.PrivateKey()
      let signature = Array(try key.signature(for: message).rawRepresentation)
      let publicKey = key.publicKey
      sign = { try key.signature(for: message).rawRepresentation.count }
      verify = {
        let signature = try P384.Signing.ECDSASignature(rawRepresentation: signature)
        return publicKey.isValidSignature(signature, for: message) ? 1 : 0
      }
    case .edDSA:
      let key = Curve25519.Signing.PrivateKey()
      let (signature, publicKey) = (Array(try key.signature(for: message)), key.publicKey)
      sign = { try key.signature(for: message).count }
      verify = { publicKey.isValidSignature(signature, for: message) ? 1 : 0 }
    case .mlDSA65:
      let key = try MLDSA65.PrivateKey()
      let (signature, publicKey) = (Array(try key.signature(for: message)), key.publicKey)
      sign = { try key.signature(for: message).count }
      verify = { publicKey.isValidSignature(signature, for: message) ? 1 : 0 }
    default: (sign, verify) = try Self.rsa(algorithm == .ps256 ? .PSS : .insecurePKCS1v1_5, message)
    }
  }

  private typealias Work = () throws -> Int

  /// A copy of a value that has its key already.
  private static func code<Hash: HashFunction>(_ keyed: HMAC<Hash>, _ message: [UInt8]) -> (Work, Work) {
    let code = {
      var copy = keyed
      copy.update(data: message)
      return copy.finalize().byteCount
    }
    return (code, code)
  }

  private static func rsa(_ padding: _RSA.Signing.Padding, _ message: [UInt8]) throws -> (Work, Work) {
    let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    let signature = Array(try key.signature(for: message, padding: padding).rawRepresentation)
    let publicKey = key.publicKey
    let verify = {
      let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
      return publicKey.isValidSignature(signature, for: message, padding: padding) ? 1 : 0
    }
    return ({ try key.signature(for: message, padding: padding).rawRepresentation.count }, verify)
  }
}

import CryptoExtras
import Foundation
import JWTKit

/// jwt-kit, as its documentation has it used.
struct JWTKitPeer: Peer {
  /// With the private key.
  private let signing = JWTKeyCollection()
  /// With the public half.
  private let verifying = JWTKeyCollection()
  private let algorithm: String
  private let folder: Folder
  private let payload: KitClaims
  private let tokens: [String]

  init(_ algorithm: String, _ folder: Folder) throws {
    self.algorithm = algorithm
    self.folder = folder
    let claims = try folder.claims()
    payload = KitClaims(
      iss: IssuerClaim(value: claims.iss), sub: SubjectClaim(value: claims.sub),
      aud: AudienceClaim(value: claims.aud),
      exp: ExpirationClaim(value: Date(timeIntervalSince1970: Double(claims.exp))),
      iat: IssuedAtClaim(value: Date(timeIntervalSince1970: Double(claims.iat))),
      jti: IDClaim(value: claims.jti), scope: claims.scope)
    tokens = try folder.tokens(algorithm)
  }

  func token() async throws -> String {
    try await addKeys()
    return try await signing.sign(payload)
  }

  func accepts(_ token: String) async -> Bool {
    do {
      try await addKeys()
      return try await !verifying.verify(token, as: KitClaims.self).sub.value.isEmpty
    } catch {
      return false
    }
  }

  func make(_ count: Int) async throws -> Duration {
    try await addKeys()
    var bytes = 0
    let duration = try await ContinuousClock().measure {
      for _ in 0..<count { bytes += try await signing.sign(payload).utf8.count }
    }
    guard bytes > count else { throw PeerError("nothing was signed") }
    return duration
  }

  func read(_ count: Int) async throws -> Duration {
    try await addKeys()
    var bytes = 0
    let duration = try await ContinuousClock().measure {
      for round in 0..<count {
        bytes += try await verifying.verify(tokens[round & 63], as: KitClaims.self).jti.value.utf8.count
      }
    }
    guard bytes > count else { throw PeerError("nothing was verified") }
    return duration
  }

  /// Adds the keys, unless they are there: an initializer cannot wait for an actor.
  private func addKeys() async throws {
    do {
      _ = try await verifying.getKey()
    } catch {
      switch algorithm {
      case "HS256":
        let secret = HMACKey(from: try folder.secret("HS256"))
        for keys in [signing, verifying] { await keys.add(hmac: secret, digestAlgorithm: .sha256) }
      case "ES256":
        await signing.add(ecdsa: try ES256PrivateKey(pem: folder.privatePEM(algorithm)))
        await verifying.add(ecdsa: try ES256PublicKey(pem: folder.publicPEM(algorithm)))
      case "EdDSA":
        await signing.add(eddsa: try EdDSA.PrivateKey(pem: folder.privatePEM(algorithm)))
        await verifying.add(eddsa: try EdDSA.PublicKey(pem: folder.publicPEM(algorithm)))
      default:
        await signing.add(
          rsa: try Insecure.RSA.PrivateKey(pem: folder.privatePEM(algorithm)), digestAlgorithm: .sha256)
        await verifying.add(
          rsa: try Insecure.RSA.PublicKey(pem: folder.publicPEM(algorithm)), digestAlgorithm: .sha256)
      }
    }
  }
}

/// The claims in jwt-kit's types, checked where jwt-kit has them checked.
private struct KitClaims: JWTPayload {
  let iss: IssuerClaim
  let sub: SubjectClaim
  let aud: AudienceClaim
  let exp: ExpirationClaim
  let iat: IssuedAtClaim
  let jti: IDClaim
  let scope: String

  func verify(using key: some JWTAlgorithm) throws {
    try exp.verifyNotExpired()
    guard iss.value == "https://id.example.com" else { throw PeerError("another issuer") }
    try aud.verifyIntendedAudience(includes: "https://api.example.com")
  }
}

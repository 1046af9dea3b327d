import Foundation
import JOSE

/// This package's own library, claims as JSON.
struct SignetPeer: Peer {
  private let keys: SignetKeys
  private let claims: JSON

  init(_ algorithm: String, _ folder: Folder) throws {
    keys = try SignetKeys(algorithm, folder)
    let claims = try folder.claims()
    self.claims = [
      "iss": .string(claims.iss), "sub": .string(claims.sub), "aud": .string(claims.aud),
      "exp": .integer(claims.exp), "iat": .integer(claims.iat), "jti": .string(claims.jti),
      "scope": .string(claims.scope),
    ]
  }

  func token() throws -> String { try JWT.sign(claims, type: "JWT", with: keys.signer) }

  func forge(_ payload: String) throws -> String {
    try CompactJWS.sign(payload: Array(payload.utf8), type: "JWT", with: keys.signer)
  }

  func accepts(_ token: String) -> Bool {
    do {
      return try keys.verify(token).subject != nil
    } catch {
      return false
    }
  }

  func make(_ count: Int) throws -> Duration {
    var bytes = 0
    let duration = try ContinuousClock().measure {
      for _ in 0..<count { bytes += try JWT.sign(claims, type: "JWT", with: keys.signer).utf8.count }
    }
    guard bytes > count else { throw PeerError("nothing was signed") }
    return duration
  }

  func read(_ count: Int) throws -> Duration {
    var bytes = 0
    let duration = try ContinuousClock().measure {
      for round in 0..<count { bytes += try keys.verify(keys.tokens[round & 63]).json.source.count }
    }
    guard bytes == count * 210 else { throw PeerError("nothing was verified") }
    return duration
  }
}

/// The same library, claims as a structure.
struct SignetCodablePeer: Peer {
  private let keys: SignetKeys
  private let claims: TokenClaims

  init(_ algorithm: String, _ folder: Folder) throws {
    keys = try SignetKeys(algorithm, folder)
    claims = try folder.claims()
  }

  func token() throws -> String { try JWT.sign(claims, type: "JWT", with: keys.signer) }

  func accepts(_ token: String) -> Bool {
    do {
      return try !keys.verify(token).decode(TokenClaims.self).sub.isEmpty
    } catch {
      return false
    }
  }

  func make(_ count: Int) throws -> Duration {
    var bytes = 0
    let duration = try ContinuousClock().measure {
      for _ in 0..<count { bytes += try JWT.sign(claims, type: "JWT", with: keys.signer).utf8.count }
    }
    guard bytes > count else { throw PeerError("nothing was signed") }
    return duration
  }

  func read(_ count: Int) throws -> Duration {
    var seconds: Int64 = 0
    let duration = try ContinuousClock().measure {
      for round in 0..<count {
        seconds &+= try keys.verify(keys.tokens[round & 63]).decode(TokenClaims.self).exp
      }
    }
    guard seconds != 0 else { throw PeerError("nothing was verified") }
    return duration
  }
}

/// Keys, policy and tokens, for both.
private struct SignetKeys: Sendable {
  let signer: SigningKey
  let tokens: [String]
  private let key: VerificationKey
  private let policy: ClaimsPolicy

  init(_ name: String, _ folder: Folder) throws {
    guard let algorithm = SignatureAlgorithm(rawValue: name) else { throw PeerError("\(name) is unknown") }
    if algorithm == .hs256 {
      let secret = Base64URL.encode(try folder.secret("HS256"))
      let jwk = try JWK(parsing: Array(#"{"kty":"oct","k":"\#(secret)"}"#.utf8))
      signer = try SigningKey(jwk, algorithm: algorithm)
      key = try VerificationKey(jwk, algorithm: algorithm)
    } else {
      signer = try SigningKey(JWK(pem: folder.privatePEM(name), algorithm: algorithm))
      key = try VerificationKey(JWK(pem: folder.publicPEM(name), algorithm: algorithm))
    }
    let claims = try folder.claims()
    policy = try ClaimsPolicy(
      issuer: claims.iss, audience: claims.aud, type: "JWT", algorithms: [algorithm])
    tokens = try folder.tokens(name)
  }

  /// The clock is read each time, as a server would.
  func verify(_ token: String) throws -> Claims {
    let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    let jws = try CompactJWS(token)
    return try JWT.verify(jws, with: key, policy: policy, at: now).value
  }
}

import Crypto
import CryptoExtras
import Foundation
import JOSE

/// swift-crypto alone: the signature over the same bytes, with the key prepared, the signature decoded, and
/// nothing parsed. What any library on it pays at least.
struct SwiftCryptoPeer: Peer {
  private let key: PrimitiveKey
  private let signatures: [(message: [UInt8], signature: [UInt8])]

  init(_ algorithm: String, _ folder: Folder) throws {
    key = try PrimitiveKey(algorithm, folder)
    signatures = try folder.tokens(algorithm).map(Self.parts)
  }

  /// The bytes that are signed, and the signature.
  private static func parts(of token: String) throws -> (message: [UInt8], signature: [UInt8]) {
    guard let dot = token.lastIndex(of: ".") else { throw PeerError("a token without a dot") }
    return (Array(token[..<dot].utf8), try Base64URL.decode(token[token.index(after: dot)...]))
  }

  func token() throws -> String {
    let message = signatures[0].message
    return "\(String(decoding: message, as: UTF8.self)).\(Base64URL.encode(try key.signature(over: message)))"
  }

  func accepts(_ token: String) -> Bool {
    do {
      let (message, signature) = try Self.parts(of: token)
      return try key.verifies(signature, over: message)
    } catch {
      return false
    }
  }

  func make(_ count: Int) throws -> Duration {
    var bytes = 0
    let duration = try ContinuousClock().measure {
      for round in 0..<count { bytes += try key.signatureByteCount(over: signatures[round & 63].message) }
    }
    guard bytes > count else { throw PeerError("nothing was signed") }
    return duration
  }

  func read(_ count: Int) throws -> Duration {
    var verified = 0
    let duration = try ContinuousClock().measure {
      for round in 0..<count {
        let (message, signature) = signatures[round & 63]
        if try key.verifies(signature, over: message) { verified += 1 }
      }
    }
    guard verified == count else { throw PeerError("a good signature is refused") }
    return duration
  }
}

/// The keys of one algorithm, in swift-crypto's types. HMAC's is a copy of a value that has its key already.
private enum PrimitiveKey: Sendable {
  case hs256(HMAC<SHA256>)
  case es256(P256.Signing.PrivateKey, P256.Signing.PublicKey)
  case edDSA(Curve25519.Signing.PrivateKey, Curve25519.Signing.PublicKey)
  case rs256(_RSA.Signing.PrivateKey, _RSA.Signing.PublicKey)

  init(_ algorithm: String, _ folder: Folder) throws {
    switch algorithm {
    case "HS256": self = .hs256(HMAC(key: SymmetricKey(data: try folder.secret("HS256"))))
    case "ES256":
      self = .es256(
        try P256.Signing.PrivateKey(pemRepresentation: folder.privatePEM(algorithm)),
        try P256.Signing.PublicKey(pemRepresentation: folder.publicPEM(algorithm)))
    case "EdDSA":
      self = .edDSA(
        try Curve25519.Signing.PrivateKey(pemRepresentation: folder.privatePEM(algorithm)),
        try Curve25519.Signing.PublicKey(pemRepresentation: folder.publicPEM(algorithm)))
    default:
      self = .rs256(
        try _RSA.Signing.PrivateKey(pemRepresentation: folder.privatePEM(algorithm)),
        try _RSA.Signing.PublicKey(pemRepresentation: folder.publicPEM(algorithm)))
    }
  }

  /// Signs, and leaves the signature in the type that it came in: HMAC's would pay for being copied.
  func signatureByteCount(over message: [UInt8]) throws -> Int {
    guard case .hs256(var keyed) = self else { return try signature(over: message).count }
    keyed.update(data: message)
    return keyed.finalize().byteCount
  }

  func signature(over message: [UInt8]) throws -> Data {
    switch self {
    case .hs256(var keyed):
      keyed.update(data: message)
      return Data(keyed.finalize())
    case .es256(let key, _): return try key.signature(for: message).rawRepresentation
    case .edDSA(let key, _): return try key.signature(for: message)
    case .rs256(let key, _):
      return try key.signature(for: message, padding: .insecurePKCS1v1_5).rawRepresentation
    }
  }

  func verifies(_ signature: [UInt8], over message: [UInt8]) throws -> Bool {
    switch self {
    case .hs256(var keyed):
      keyed.update(data: message)
      return keyed.finalize() == signature
    case .es256(_, let key):
      return key.isValidSignature(
        try P256.Signing.ECDSASignature(rawRepresentation: signature), for: message)
    case .edDSA(_, let key): return key.isValidSignature(signature, for: message)
    case .rs256(_, let key):
      return key.isValidSignature(
        _RSA.Signing.RSASignature(rawRepresentation: signature), for: message, padding: .insecurePKCS1v1_5)
    }
  }
}

import Crypto
import CryptoExtras
import Foundation
import JOSE

/// This package's own library, encrypting: A256GCM under a key that is shared, encrypted or agreed upon.
struct SignetEncryptionPeer: Peer {
  private let encrypting: EncryptionKey
  private let decrypting: DecryptionKey
  private let policy: DecryptionPolicy
  private let payload: [UInt8]
  private let tokens: [String]

  init(_ name: String, _ folder: Folder) throws {
    guard let algorithm = KeyManagementAlgorithm(rawValue: name) else {
      throw PeerError("\(name) is unknown")
    }
    if algorithm == .direct {
      let secret = Base64URL.encode(try folder.secret(name))
      let jwk = try JWK(parsing: Array(#"{"kty":"oct","k":"\#(secret)","alg":"A256GCM"}"#.utf8))
      encrypting = try EncryptionKey(jwk, algorithm: algorithm)
      decrypting = try DecryptionKey(jwk, algorithm: algorithm)
    } else {
      encrypting = try EncryptionKey(
        JWK(pem: folder.publicPEM(name), algorithm: nil), algorithm: algorithm)
      decrypting = try DecryptionKey(
        JWK(pem: folder.privatePEM(name), algorithm: nil), algorithm: algorithm)
    }
    policy = try DecryptionPolicy(allowing: [.a256GCM])
    payload = try folder.claimBytes()
    tokens = try folder.tokens(name)
  }

  func token() throws -> String { try CompactJWE.encrypt(payload, with: encrypting) }

  func forge(_ payload: String) throws -> String {
    try CompactJWE.encrypt(Array(payload.utf8), with: encrypting)
  }

  func accepts(_ token: String) -> Bool {
    do {
      return try CompactJWE(token).decrypt(with: decrypting, policy: policy).count == 210
    } catch {
      return false
    }
  }

  func make(_ count: Int) throws -> Duration {
    var bytes = 0
    let duration = try ContinuousClock().measure {
      for _ in 0..<count { bytes += try CompactJWE.encrypt(payload, with: encrypting).utf8.count }
    }
    guard bytes > count else { throw PeerError("nothing was encrypted") }
    return duration
  }

  func read(_ count: Int) throws -> Duration {
    var bytes = 0
    let duration = try ContinuousClock().measure {
      for round in 0..<count {
        let token = try CompactJWE(tokens[round & 63])
        bytes += try token.decrypt(with: decrypting, policy: policy).count
      }
    }
    guard bytes == count * 210 else { throw PeerError("nothing was decrypted") }
    return duration
  }
}

/// swift-crypto alone, encrypting: the same primitives one after the other, with keys prepared, and nothing
/// parsed or encoded.
struct SwiftCryptoEncryptionPeer: Peer {
  private let algorithm: String
  private let key: EncryptionPrimitive
  private let payload: [UInt8]
  private let tokens: [EncryptedParts]

  init(_ algorithm: String, _ folder: Folder) throws {
    self.algorithm = algorithm
    key = try EncryptionPrimitive(algorithm, folder)
    payload = try folder.claimBytes()
    tokens = try folder.tokens(algorithm).map { try EncryptedParts($0) }
  }

  /// A token that is made here would need a header; it is the parts that are looked at.
  func token() throws -> String {
    throw PeerError("swift-crypto alone makes no token")
  }

  func accepts(_ token: String) -> Bool {
    do {
      return try key.decrypt(EncryptedParts(token)).count == 210
    } catch {
      return false
    }
  }

  func make(_ count: Int) throws -> Duration {
    var bytes = 0
    let header = tokens[0].header
    let duration = try ContinuousClock().measure {
      for _ in 0..<count { bytes += try key.encrypt(payload, header).ciphertext.count }
    }
    guard bytes == count * 210 else { throw PeerError("nothing was encrypted") }
    return duration
  }

  func read(_ count: Int) throws -> Duration {
    var bytes = 0
    let duration = try ContinuousClock().measure {
      for round in 0..<count { bytes += try key.decrypt(tokens[round & 63]).count }
    }
    guard bytes == count * 210 else { throw PeerError("nothing was decrypted") }
    return duration
  }
}

/// A JWE, taken apart.
private struct EncryptedParts: Sendable {
  /// The header as it stands, which is authenticated.
  let header: [UInt8]
  /// The sender's ephemeral point, 65 bytes; empty where nothing is agreed upon.
  let point: [UInt8]
  let encryptedKey: [UInt8]
  let nonce: [UInt8]
  let ciphertext: [UInt8]
  let tag: [UInt8]

  init(_ token: String) throws {
    let segments = token.split(separator: ".", omittingEmptySubsequences: false)
    header = Array(segments[0].utf8)
    let json = try ParsedJSON(parsing: Base64URL.decode(segments[0]))
    if let ephemeral = json["epk"], let x = ephemeral["x"]?.string, let y = ephemeral["y"]?.string {
      point = try [0x04] + Base64URL.decode(x) + Base64URL.decode(y)
    } else {
      point = []
    }
    encryptedKey = try Base64URL.decode(segments[1])
    nonce = try Base64URL.decode(segments[2])
    ciphertext = try Base64URL.decode(segments[3])
    tag = try Base64URL.decode(segments[4])
  }
}

/// The keys of one algorithm, in swift-crypto's types. It can be sent: swift-crypto says so of its keys that
/// sign, and those that encrypt hold the same immutable key.
private enum EncryptionPrimitive: @unchecked Sendable {
  case direct(SymmetricKey)
  case oaep(_RSA.Encryption.PrivateKey, _RSA.Encryption.PublicKey)
  case agreement(P256.KeyAgreement.PrivateKey, P256.KeyAgreement.PublicKey)

  init(_ algorithm: String, _ folder: Folder) throws {
    switch algorithm {
    case "dir": self = .direct(SymmetricKey(data: try folder.secret(algorithm)))
    case "RSA-OAEP":
      self = .oaep(
        try _RSA.Encryption.PrivateKey(pemRepresentation: folder.privatePEM(algorithm)),
        try _RSA.Encryption.PublicKey(pemRepresentation: folder.publicPEM(algorithm)))
    default:
      self = .agreement(
        try P256.KeyAgreement.PrivateKey(pemRepresentation: folder.privatePEM(algorithm)),
        try P256.KeyAgreement.PublicKey(pemRepresentation: folder.publicPEM(algorithm)))
    }
  }

  func encrypt(_ payload: [UInt8], _ header: [UInt8]) throws -> AES.GCM.SealedBox {
    let contentKey: SymmetricKey
    switch self {
    case .direct(let key): contentKey = key
    case .oaep(_, let key):
      contentKey = SymmetricKey(size: .bits256)
      // SAFETY: the bytes are copied while the buffer is valid.
      let bytes = unsafe contentKey.withUnsafeBytes { unsafe Array($0) }
      _ = try key.encrypt(bytes, padding: .PKCS1_OAEP)
    case .agreement(_, let key):
      contentKey = SymmetricKey(size: .bits256)
      let ephemeral = P256.KeyAgreement.PrivateKey()
      // What the header would have to hold.
      guard ephemeral.publicKey.x963Representation.count == 65 else { throw PeerError("an odd point") }
      let secret = try ephemeral.sharedSecretFromKeyAgreement(with: key)
      _ = try AES.KeyWrap.wrap(contentKey, using: Self.wrappingKey(secret))
    }
    return try AES.GCM.seal(payload, using: contentKey, authenticating: header)
  }

  func decrypt(_ parts: EncryptedParts) throws -> Data {
    let contentKey =
      switch self {
      case .direct(let key): key
      case .oaep(let key, _):
        SymmetricKey(data: try key.decrypt(parts.encryptedKey, padding: .PKCS1_OAEP))
      case .agreement(let key, _):
        try AES.KeyWrap.unwrap(
          parts.encryptedKey,
          using: Self.wrappingKey(
            key.sharedSecretFromKeyAgreement(
              with: P256.KeyAgreement.PublicKey(x963Representation: parts.point))))
      }
    let box = try AES.GCM.SealedBox(
      nonce: AES.GCM.Nonce(data: parts.nonce), ciphertext: parts.ciphertext, tag: parts.tag)
    return try AES.GCM.open(box, using: contentKey, authenticating: parts.header)
  }

  /// RFC 7518 §4.6.2 for A128KW, without `apu` and `apv`: one round of SHA-256.
  private static func wrappingKey(_ secret: SharedSecret) -> SymmetricKey {
    var hash = SHA256()
    hash.update(data: [0, 0, 0, 1])
    // SAFETY: the bytes are copied while the buffer is valid.
    hash.update(data: unsafe secret.withUnsafeBytes { unsafe Array($0) })
    hash.update(data: Self.context)
    return SymmetricKey(data: Array(hash.finalize().prefix(16)))
  }

  private static let context: [UInt8] =
    [0, 0, 0, 14] + Array("ECDH-ES+A128KW".utf8) + [0, 0, 0, 0] + [0, 0, 0, 0] + [0, 0, 0, 128]
}

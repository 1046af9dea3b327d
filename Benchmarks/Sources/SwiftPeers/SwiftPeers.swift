import Foundation

/// Measures one Swift library, as `Benchmarks/Peers/compare` asks it to: this package's own, jwt-kit, or
/// swift-crypto's bare primitives.
///
///     SwiftPeers signet FOLDER
///
/// Commands come as lines on standard input, one answer a line goes to standard output:
/// `Benchmarks/Peers/compare` says which. In `FOLDER` lie the keys, the claims and the tokens.
@main
struct SwiftPeers {
  /// What signs, and what encrypts, of each library.
  private static let kinds: [String: [any Peer.Type]] = [
    "signet": [SignetPeer.self, SignetEncryptionPeer.self], "signet-codable": [SignetCodablePeer.self],
    "jwt-kit": [JWTKitPeer.self], "swift-crypto": [SwiftCryptoPeer.self, SwiftCryptoEncryptionPeer.self],
  ]

  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let kinds = kinds[arguments[1]] else {
      FileHandle.standardError.write(Data("usage: SwiftPeers \(Self.kinds.keys.sorted()) FOLDER\n".utf8))
      exit(2)
    }
    // Not on the main thread: an actor would send every call to another.
    let task = Task.detached {
      let folder = Folder(path: arguments[2])
      var peers: [String: any Peer] = [:]
      for (kind, algorithms) in zip(kinds, [Folder.signing, Folder.encrypting]) {
        for algorithm in algorithms { peers[algorithm] = try kind.init(algorithm, folder) }
      }
      while let line = readLine() {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        print(try await answer(words, peers))
        fflush(nil)
      }
    }
    do {
      try await task.value
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }

  private static func answer(_ words: [String], _ peers: [String: any Peer]) async throws -> String {
    guard let command = words.first else { return "" }
    if command == "algorithms" { return peers.keys.sorted().joined(separator: " ") }
    // Which versions were built stands in Package.resolved.
    if command == "version" { return "-" }
    guard words.count > 1, let peer = peers[words[1]] else { throw PeerError("what is \(words)?") }
    let argument = words.count > 2 ? words[2] : ""
    switch command {
    case "token": return try await peer.token()
    case "forge": return try peer.forge(argument)
    case "check": return await peer.accepts(argument) ? "accepted" : "refused"
    case "sign", "encrypt", "verify", "decrypt":
      let (count, isMaking) = (Int(argument) ?? 1, ["sign", "encrypt"].contains(command))
      let duration = isMaking ? try await peer.make(count) : try await peer.read(count)
      return String(duration / .nanoseconds(1) / Double(count))
    default: throw PeerError("what is \(command)?")
    }
  }
}

/// One library with one algorithm's key.
protocol Peer: Sendable {
  init(_ algorithm: String, _ folder: Folder) throws
  /// A token of its own, with the folder's claims.
  func token() async throws -> String
  /// A token with just these bytes as its payload.
  func forge(_ payload: String) throws -> String
  /// Whether a token passes every check.
  func accepts(_ token: String) async -> Bool
  /// How long it takes to sign or encrypt so many times.
  func make(_ count: Int) async throws -> Duration
  /// How long it takes to verify or decrypt so many times, the folder's tokens in turn.
  func read(_ count: Int) async throws -> Duration
}

extension Peer {
  func forge(_ payload: String) throws -> String { throw PeerError("only this package's own library does") }
}

/// What the comparison hands to each peer.
struct Folder: Sendable {
  static let signing = ["HS256", "ES256", "EdDSA", "RS256"]
  static let encrypting = ["dir", "RSA-OAEP", "ECDH-ES+A128KW"]

  let path: String

  /// The shared secret, 32 bytes.
  func secret(_ algorithm: String) throws -> Data {
    try Data(contentsOf: URL(filePath: "\(path)/\(algorithm).key"))
  }

  /// A private key in PKCS#8.
  func privatePEM(_ algorithm: String) throws -> String { try text("\(algorithm).pem") }

  /// The public half.
  func publicPEM(_ algorithm: String) throws -> String { try text("\(algorithm).pub.pem") }

  /// 64 tokens that differ in their `jti`.
  func tokens(_ algorithm: String) throws -> [String] {
    try text("\(algorithm).tokens").split(separator: "\n").map(String.init)
  }

  /// The claims to sign.
  func claims() throws -> TokenClaims {
    try JSONDecoder().decode(TokenClaims.self, from: Data(claimBytes()))
  }

  /// The claims to encrypt.
  func claimBytes() throws -> [UInt8] { Array(try text("claims.json").utf8) }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }
}

/// The claims of the token that is measured.
struct TokenClaims: Codable, Sendable {
  let iss: String
  let sub: String
  let aud: String
  let exp: Int64
  let iat: Int64
  let jti: String
  let scope: String
}

/// Why a measurement cannot go on.
struct PeerError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

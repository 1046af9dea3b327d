@testable import JOSE

/// One key for each algorithm, made once a process. All RSA algorithms share a modulus, but no two share a
/// `JWK`: generating 4096 bits takes seconds in a debug build.
enum TestKeys {
  static let all: [SignatureAlgorithm: JWK] = {
    var keys: [SignatureAlgorithm: JWK] = [:]
    for algorithm in SignatureAlgorithm.allCases {
      do {
        keys[algorithm] = try make(algorithm)
      } catch {
        preconditionFailure("no key for \(algorithm): \(error)")
      }
    }
    return keys
  }()

  static func jwk(_ algorithm: SignatureAlgorithm) -> JWK {
    guard let key = all[algorithm] else { preconditionFailure("no key for \(algorithm)") }
    return key
  }

  static func signing(_ algorithm: SignatureAlgorithm) throws -> SigningKey {
    try SigningKey(jwk(algorithm))
  }

  static func verification(_ algorithm: SignatureAlgorithm) throws -> VerificationKey {
    try VerificationKey(jwk(algorithm))
  }

  /// The key as JSON, with `changes` and without the members `removed`.
  static func json(_ key: JWK, _ changes: [String: JSON] = [:], without removed: Set<String> = []) -> [UInt8]
  {
    guard case .object(let members) = key.privateJSON() else { return [] }
    let kept = members.filter { changes[$0.name] == nil && !removed.contains($0.name) }
    let changed = changes.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: $0.value) }
    return JSON.object(kept + changed).encoded()
  }

  /// The bytes of a member of the key.
  static func bytes(_ name: String, of key: JWK) throws -> [UInt8] {
    guard case .string(let text)? = key.privateJSON()[name] else {
      throw JOSEError(.invalidKey, "the test's key has no \(name)")
    }
    return try Base64URL.decode(text)
  }

  private static let rsa = Result { try JWK.generate(.rs256, keyID: "RS256") }

  private static func make(_ algorithm: SignatureAlgorithm) throws -> JWK {
    guard algorithm.keyType == .rsa else { return try JWK.generate(algorithm, keyID: algorithm.rawValue) }
    let name = JSON.string(algorithm.rawValue)
    return try JWK(parsing: json(rsa.get(), ["alg": name, "kid": name]))
  }
}

/// Tokens that ``JWT`` would not sign.
enum Forge {
  /// A token with any header and payload, whose signature by `key` is good.
  static func token(header: String, payload: String, by key: SigningKey) throws -> [UInt8] {
    let message = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(payload.utf8))"
    let signature = try key.signature(over: Array(message.utf8))
    return Array("\(message).\(Base64URL.encode(signature))".utf8)
  }

  /// A token of three segments whose signature is not even close.
  static func unsigned(header: String, payload: String = "{}", signature: String = "AAAA") -> [UInt8] {
    Array("\(Base64URL.encode(header.utf8)).\(Base64URL.encode(payload.utf8)).\(signature)".utf8)
  }
}

extension JSON {
  /// The object with the member `name` replaced, added, or with nil removed.
  func replacing(_ name: String, by value: JSON?) -> JSON {
    guard case .object(let members) = self else { return self }
    let kept = members.filter { $0.name != name }
    return .object(kept + (value.map { [JSONMember(name: name, value: $0)] } ?? []))
  }
}

import Testing

@testable import JOSE

/// A key of each kind that encrypts, made once a process: RSA takes a second in a debug build.
enum EncryptionFixtures {
  struct Case: Sendable, CustomTestStringConvertible {
    let algorithm: KeyManagementAlgorithm
    let jwk: JWK
    let name: String
    var testDescription: String { name }

    /// The `enc` that it can be for.
    var encryptions: [ContentEncryptionAlgorithm] {
      guard algorithm == .direct else { return ContentEncryptionAlgorithm.allCases }
      return jwk.directEncryption.map { [$0] } ?? []
    }

    func encryptionKey() throws -> EncryptionKey {
      guard algorithm.isPasswordBased else { return try EncryptionKey(jwk) }
      return try EncryptionKey(password: password(), algorithm: algorithm, iterations: 1000)
    }

    func decryptionKey() throws -> DecryptionKey {
      guard algorithm.isPasswordBased else { return try DecryptionKey(jwk) }
      return try DecryptionKey(password: password(), algorithm: algorithm)
    }

    private func password() throws -> EncryptionPassword {
      try EncryptionPassword(bytes: TestKeys.bytes("k", of: jwk))
    }
  }

  static let all: [Case] = {
    do {
      return try make()
    } catch {
      preconditionFailure("no keys: \(error)")
    }
  }()

  static func first(_ algorithm: KeyManagementAlgorithm) -> Case {
    guard let match = all.first(where: { $0.algorithm == algorithm }) else {
      preconditionFailure("no key for \(algorithm.rawValue)")
    }
    return match
  }

  /// All that a policy can allow.
  static func permissivePolicy() throws -> DecryptionPolicy {
    try DecryptionPolicy(
      allowing: Set(ContentEncryptionAlgorithm.allCases), allowsCompression: true,
      passwordIterations: DecryptionPolicy.iterationCounts)
  }

  private static func make() throws -> [Case] {
    var cases: [Case] = []
    let rsa = try JWK.generate(.rs256)
    for algorithm in KeyManagementAlgorithm.allCases {
      let name = algorithm.rawValue
      if algorithm.isRSA {
        let changes: [String: JSON] = ["alg": .string(name)]
        cases.append(
          Case(algorithm: algorithm, jwk: try JWK(parsing: TestKeys.json(rsa, changes)), name: name))
      } else if algorithm.isAgreement {
        for curve in JWK.AgreementCurve.allCases {
          let jwk = try JWK.generate(algorithm, curve: curve, keyID: curve.rawValue)
          cases.append(Case(algorithm: algorithm, jwk: jwk, name: "\(name) \(curve.rawValue)"))
        }
      } else if algorithm == .direct {
        for encryption in ContentEncryptionAlgorithm.allCases {
          let jwk = try JWK.generate(encryption)
          cases.append(Case(algorithm: algorithm, jwk: jwk, name: "\(name) \(encryption.rawValue)"))
        }
      } else if algorithm.isPasswordBased {
        let password = JSON.string(Base64URL.encode("correct horse battery staple".utf8))
        let json: JSON = ["kty": "oct", "alg": .string(name), "k": password]
        cases.append(Case(algorithm: algorithm, jwk: try JWK(parsing: json.encoded()), name: name))
      } else {
        cases.append(Case(algorithm: algorithm, jwk: try JWK.generate(algorithm), name: name))
      }
    }
    return cases
  }
}

/// Compact JWEs that ``CompactJWE`` would not make.
enum ForgedJWE {
  /// A token with the header `header`, whose content is encrypted under `contentKey` and authenticates that
  /// header.
  static func token(
    header: String, encryptedKey: [UInt8] = [], contentKey: [UInt8],
    encryption: ContentEncryptionAlgorithm = .a128GCM, plaintext: [UInt8] = [1, 2, 3]
  ) throws -> [UInt8] {
    let text = Base64URL.encode(header.utf8)
    let vector = encryption.freshInitializationVector()
    let sealed = try encryption.seal(
      plaintext, key: contentKey, vector: vector, authenticating: Array(text.utf8))
    let segments = [encryptedKey, vector, sealed.ciphertext, sealed.tag].map { Base64URL.encode($0) }
    return Array(([text] + segments).joined(separator: ".").utf8)
  }

  /// The five segments of a token, decoded.
  static func segments(_ token: String) throws -> [[UInt8]] {
    try token.split(separator: ".", omittingEmptySubsequences: false).map { try Base64URL.decode($0) }
  }

  static func join(_ segments: [[UInt8]]) -> [UInt8] {
    Array(segments.map { Base64URL.encode($0) }.joined(separator: ".").utf8)
  }
}

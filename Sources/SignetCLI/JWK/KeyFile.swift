internal import JOSE

/// A file of keys: one JWK, a JWK set, or one key as PEM or DER in any form that JOSE reads.
struct KeyFile {
  let path: String
  let keys: [JWK]
  /// Whether it is a JWK set, and not one key.
  let isSet: Bool
  /// What a set holds that cannot be used.
  let skipped: [SkippedKey]

  /// A member of a set that cannot be used.
  struct SkippedKey {
    /// Its place in the set, from 0.
    let index: Int
    /// Its `kid` and its `kty`, as far as they are text.
    let keyID: String?
    let keyType: String?
    let reason: JOSEError
  }

  /// What is read of a key or a set, in JSON.
  static let limits = JSONLimits(maximumBytes: 1 << 20)

  /// Reads the file.
  /// - Throws: ``CommandError`` that says why it holds no key: with status 2 for what is none, with 1 for a
  ///   key that is too weak, or that nothing here can be done with. The key is never part of it.
  init(_ path: String) throws(CommandError) {
    let bytes = try InputFile.bytes(path, limit: 1 << 20)
    self.path = path
    do throws(JOSEError) {
      guard bytes.first(where: { !Self.isWhiteSpace($0) }) == UInt8(ascii: "{") else {
        keys = [try Self.encodedKey(bytes)]
        isSet = false
        skipped = []
        return
      }
      let json = try ParsedJSON(parsing: bytes, limits: Self.limits)
      isSet = json["keys"] != nil && json["kty"] == nil
      guard isSet else {
        keys = [try JWK(json)]
        skipped = []
        return
      }
      (keys, skipped) = try Self.members(of: json)
    } catch {
      throw Self.refusal(of: path, error)
    }
  }

  /// The keys of a set. Unlike in a ``JWKSet`` several may have one name, so that this can be noticed.
  private static func members(of json: ParsedJSON) throws(JOSEError) -> ([JWK], [SkippedKey]) {
    guard let elements = json["keys"]?.elements else {
      throw JOSEError(.invalidKey, "a key set is an object whose member keys is an array")
    }
    guard elements.count <= JWKSet.maximumKeys else {
      throw JOSEError(.tooLarge, "a set of \(elements.count) keys; the limit is \(JWKSet.maximumKeys)")
    }
    var keys: [JWK] = []
    var skipped: [SkippedKey] = []
    for (index, element) in elements.enumerated() {
      do throws(JOSEError) {
        keys.append(try JWK(element))
      } catch {
        skipped.append(
          SkippedKey(
            index: index, keyID: element["kid"]?.string, keyType: element["kty"]?.string, reason: error))
      }
    }
    return (keys, skipped)
  }

  private static func refusal(of path: String, _ error: JOSEError) -> CommandError {
    let problem = "\(InputFile.name(path)) holds no key that can be used: \(error)"
    switch error.code {
    case .weakKey, .unsupportedAlgorithm, .algorithmMismatch:
      return CommandError(problem)
    default:
      return .usage(
        problem,
        next: "give a JWK, a JWK set, PEM or DER; `signet json check` tells what is wrong with a JSON file")
    }
  }

  /// The file's one key.
  func single() throws(CommandError) -> JWK {
    guard let key = keys.first, keys.count == 1 else {
      throw CommandError.usage("\(InputFile.name(path)) holds \(keys.count) keys; this command takes one")
    }
    return key
  }

  /// All keys; at least one.
  func all() throws(CommandError) -> [JWK] {
    guard !keys.isEmpty else {
      throw CommandError(
        "\(InputFile.name(path)) is a set without a key that can be used",
        next: skipped.isEmpty ? nil : skippedText)
    }
    return keys
  }

  /// The key for a token whose header names `keyID`.
  ///
  /// A single key is the caller's choice: it is used unless both name different keys. Of a set, the token
  /// must name one: there is no default key.
  func verificationKey(named keyID: String?, algorithm: SignatureAlgorithm?) throws(JOSEError)
    -> VerificationKey
  {
    try KeyFile.verificationKey(try key(named: keyID), algorithm: algorithm)
  }

  private func key(named keyID: String?) throws(JOSEError) -> JWK {
    guard let keyID else {
      guard !isSet, let key = keys.first else {
        throw JOSEError(.unknownKey, "the token names no key, and \(InputFile.name(path)) is a set")
      }
      return key
    }
    if !isSet, let key = keys.first, key.keyID == nil { return key }
    let called = keys.filter { $0.keyID.map { $0.utf8.elementsEqual(keyID.utf8) } ?? false }
    guard let key = called.first, called.count == 1 else {
      let known = keys.compactMap(\.keyID).joined(separator: " ")
      throw JOSEError(
        .unknownKey, "no key is called “\(keyID)”; there is \(known.isEmpty ? "none with a name" : known)")
    }
    return key
  }

  /// A key with one algorithm: its own, the caller's, or the only one that its curve allows. Never the
  /// token's.
  static func verificationKey(
    _ key: JWK, algorithm: SignatureAlgorithm?
  ) throws(JOSEError) -> VerificationKey {
    if algorithm == nil, key.algorithm == nil, let only = onlyAlgorithm(of: key) {
      return try VerificationKey(key, algorithm: only)
    }
    return try VerificationKey(key, algorithm: algorithm)
  }

  /// A key that signs, with one algorithm as above.
  static func signingKey(_ key: JWK, algorithm: SignatureAlgorithm?) throws(JOSEError) -> SigningKey {
    if algorithm == nil, key.algorithm == nil, let only = onlyAlgorithm(of: key) {
      return try SigningKey(key, algorithm: only)
    }
    return try SigningKey(key, algorithm: algorithm)
  }

  /// What a key on a curve can only be for; nil for RSA and for secrets, which fit several algorithms.
  private static func onlyAlgorithm(of key: JWK) -> SignatureAlgorithm? {
    do {
      return try VerificationKey(key, allowing: [.es256, .es384, .es512, .edDSA]).algorithm
    } catch {
      return nil
    }
  }

  private static func encodedKey(_ bytes: [UInt8]) throws(JOSEError) -> JWK {
    if bytes.first == 0x30 { return try JWK(der: bytes, algorithm: nil, keyID: nil) }
    guard let text = String(validating: bytes, as: UTF8.self), text.contains("-----BEGIN") else {
      throw JOSEError(.invalidKey, "it is neither JSON, PEM nor DER")
    }
    return try JWK(pem: text, algorithm: nil, keyID: nil)
  }

  private var skippedText: String {
    skipped.map { "key \($0.index): \($0.reason)" }.joined(separator: "; ")
  }

  private static func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }
}

internal import JOSE

/// What a JWE is decrypted with, when that is the caller's only word.
enum DecryptionSource {
  case file(KeyFile, KeyManagementAlgorithm?)
  case password(EncryptionPassword, KeyManagementAlgorithm?)

  /// Whether one of the keys is a password, so that hashing it often is worth it.
  var allowsPasswords: Bool {
    switch self {
    case .password: true
    case .file(let file, let chosen):
      file.keys.contains { $0.permittedKeyManagement(chosen).contains(where: \.isPasswordBased) }
    }
  }

  /// The most keys that are tried: each tries every recipient, and hashes its passwords.
  private static let maximumKeys = 64

  /// The keys for recipients who name these `kid` and algorithms, each once.
  /// - Returns: 1 to 64.
  /// - Throws: ``JOSEError`` with code `unknown_key`, why the last key cannot be used, or `too_large` for
  ///   more keys.
  func keys(
    for recipients: [(keyID: String?, algorithm: KeyManagementAlgorithm)]
  ) throws(JOSEError) -> [DecryptionKey] {
    let keys =
      switch self {
      case .file(let file, let chosen): try file.decryptionKeys(for: recipients, allowing: chosen)
      case .password(let password, let chosen): try Self.keys(of: password, chosen, for: recipients)
      }
    guard keys.count <= Self.maximumKeys else {
      throw JOSEError(
        .tooLarge, "\(keys.count) keys might be meant, and \(Self.maximumKeys) are tried: give the one")
    }
    return keys
  }

  private static func keys(
    of password: EncryptionPassword, _ chosen: KeyManagementAlgorithm?,
    for recipients: [(keyID: String?, algorithm: KeyManagementAlgorithm)]
  ) throws(JOSEError) -> [DecryptionKey] {
    var keys: [DecryptionKey] = []
    for algorithm in Set(recipients.map(\.algorithm))
    where algorithm.isPasswordBased && chosen ?? algorithm == algorithm {
      keys.append(try DecryptionKey(password: password, algorithm: algorithm))
    }
    guard !keys.isEmpty else {
      let names = recipients.map(\.algorithm.rawValue).joined(separator: ", ")
      throw JOSEError(.algorithmMismatch, "a password is not for \(names), which the header says")
    }
    return keys
  }
}

extension KeyFile {
  fileprivate func decryptionKeys(
    for recipients: [(keyID: String?, algorithm: KeyManagementAlgorithm)],
    allowing chosen: KeyManagementAlgorithm?
  ) throws(JOSEError) -> [DecryptionKey] {
    try once(for: recipients) { (key, algorithm: KeyManagementAlgorithm) throws(JOSEError) in
      guard key.permittedKeyManagement(chosen).contains(algorithm) else {
        throw JOSEError(
          .algorithmMismatch, "the key is not for \(algorithm.rawValue), which the header says")
      }
      return try DecryptionKey(key, algorithm: algorithm)
    }
  }
}

extension JWK {
  /// The key management algorithms that the command line takes it for.
  ///
  /// Every secret could be a password; it is one only when somebody says so.
  fileprivate func permittedKeyManagement(_ chosen: KeyManagementAlgorithm?) -> [KeyManagementAlgorithm] {
    let permitted: [KeyManagementAlgorithm] =
      switch algorithm {
      case .keyManagement(let own): [own]
      case .contentEncryption: [.direct]
      case .signature: []
      case nil: possibleKeyManagementAlgorithms.filter { !$0.isPasswordBased || $0 == chosen }
      }
    guard let chosen else { return permitted }
    return permitted.filter { $0 == chosen }
  }
}

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

  /// The keys for a header that names `keyID` and `algorithm`.
  /// - Returns: At least one.
  /// - Throws: ``JOSEError`` with code `unknown_key`, or why the last key cannot be used.
  func keys(
    named keyID: String?, for algorithm: KeyManagementAlgorithm
  ) throws(JOSEError) -> [DecryptionKey] {
    switch self {
    case .file(let file, let chosen):
      return try file.decryptionKeys(named: keyID, for: algorithm, allowing: chosen)
    case .password(let password, let chosen):
      guard chosen ?? algorithm == algorithm, algorithm.isPasswordBased else {
        throw JOSEError(
          .algorithmMismatch, "a password is not for \(algorithm.rawValue), which the header says")
      }
      return [try DecryptionKey(password: password, algorithm: algorithm)]
    }
  }
}

extension KeyFile {
  fileprivate func decryptionKeys(
    named keyID: String?, for algorithm: KeyManagementAlgorithm, allowing chosen: KeyManagementAlgorithm?
  ) throws(JOSEError) -> [DecryptionKey] {
    var found: [DecryptionKey] = []
    var failure = JOSEError(.unknownKey, "\(InputFile.name(path)) holds no key that can be used")
    for key in try keys(named: keyID) {
      do throws(JOSEError) {
        guard key.permittedKeyManagement(chosen).contains(algorithm) else {
          throw JOSEError(
            .algorithmMismatch, "the key is not for \(algorithm.rawValue), which the header says")
        }
        found.append(try DecryptionKey(key, algorithm: algorithm))
      } catch {
        failure = error
      }
    }
    guard !found.isEmpty else { throw failure }
    return found
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

internal import JOSE

/// Which keys of a file a token may be read with, when the file is the caller's only word.
///
/// A key that names its algorithm is for that one. A key that names none is for those that its type, curve
/// and size permit, of which the token names one; `--algorithm` leaves one of them. The library never does
/// this: it allows what it is told.
extension KeyFile {
  /// The keys that a token whose header names `keyID` may mean.
  ///
  /// A key that has a name is meant by its name, and a key without one by any token: the caller has chosen
  /// it. A token without `kid` may mean each key of the file. Two keys of one type cannot share a name, even
  /// if one cannot be used: the token would not say which it means. (Of different types they can, RFC 7517
  /// §4.5.)
  func keys(named keyID: String?) throws(JOSEError) -> [JWK] {
    guard let keyID else { return keys }
    let meant = keys.filter { $0.keyID == nil || $0.isCalled(keyID) }
    guard !meant.isEmpty else {
      throw JOSEError(.unknownKey, "no key of \(InputFile.name(path)) has the token's kid")
    }
    let types =
      meant.filter { $0.keyID != nil }.map { Optional($0.keyType.rawValue) }
      + skipped.filter { $0.keyID.map { $0.utf8.elementsEqual(keyID.utf8) } ?? false }.map(\.keyType)
    guard Set(types).count == types.count else {
      throw JOSEError(.unknownKey, "several keys of \(InputFile.name(path)) have the token's kid")
    }
    return meant
  }

  /// The keys to check signatures with, each once.
  /// - Parameters:
  ///   - signatures: the `kid` and the algorithm that each of them names.
  ///   - chosen: the only algorithm that the caller allows; nil allows those of the keys.
  /// - Returns: At least one.
  /// - Throws: ``JOSEError`` with code `unknown_key`, or why the last key cannot be used.
  func verificationKeys(
    for signatures: [(keyID: String?, algorithm: SignatureAlgorithm)], allowing chosen: SignatureAlgorithm?
  ) throws(JOSEError) -> [VerificationKey] {
    try requireOneSide()
    return try once(for: signatures) { (key, algorithm: SignatureAlgorithm) throws(JOSEError) in
      guard key.permittedSignatures(chosen).contains(algorithm) else {
        throw JOSEError(
          .algorithmMismatch, "the key is not for \(algorithm.rawValue), which the header says")
      }
      return try VerificationKey(key, algorithm: algorithm)
    }
  }

  /// What `make` makes of each key and algorithm that one of `wanted` may mean, each once.
  /// - Returns: At least one.
  /// - Throws: ``JOSEError`` with code `unknown_key`, or why the last key cannot be used.
  func once<Algorithm: Hashable, Made>(
    for wanted: [(keyID: String?, algorithm: Algorithm)],
    _ make: (JWK, Algorithm) throws(JOSEError) -> Made
  ) throws(JOSEError) -> [Made] {
    var seen: Set<KeyUse<Algorithm>> = []
    var found: [Made] = []
    var failure = JOSEError(.unknownKey, "\(InputFile.name(path)) holds no key that can be used")
    for (keyID, algorithm) in wanted {
      do throws(JOSEError) {
        for key in try keys(named: keyID)
        where seen.insert(KeyUse(thumbprint: key.thumbprint(), algorithm: algorithm)).inserted {
          do throws(JOSEError) {
            found.append(try make(key, algorithm))
          } catch {
            failure = error
          }
        }
      } catch {
        failure = error
      }
    }
    guard !found.isEmpty else { throw failure }
    return found
  }

  /// A set in which shared secrets stand beside public keys was put together of what may be published and
  /// what must not: whoever takes it for either is wrong about the other.
  private func requireOneSide() throws(JOSEError) {
    guard isSet, keys.contains(where: { $0.keyType == .octets }), keys.contains(where: { !$0.isPrivate })
    else {
      return
    }
    throw JOSEError(.invalidKey, "\(InputFile.name(path)) mixes shared secrets with public keys")
  }
}

extension JWK {
  /// The signature algorithms that the command line takes it for.
  func permittedSignatures(_ chosen: SignatureAlgorithm?) -> [SignatureAlgorithm] {
    let permitted = signatureAlgorithm.map { [$0] } ?? possibleSignatureAlgorithms
    guard let chosen else { return permitted }
    return permitted.filter { $0 == chosen }
  }

  fileprivate func isCalled(_ name: String) -> Bool {
    keyID.map { $0.utf8.elementsEqual(name.utf8) } ?? false
  }
}

/// A key under one of its algorithms, whatever names it.
private struct KeyUse<Algorithm: Hashable>: Hashable {
  let thumbprint: String
  let algorithm: Algorithm
}

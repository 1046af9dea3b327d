internal import Crypto
internal import CryptoExtras

/// The Concat KDF of NIST SP 800-56A §5.8.1 with SHA-256, as ECDH-ES uses it (RFC 7518 §4.6.2).
enum ConcatKDF {
  /// A key from a shared secret.
  /// - Parameters:
  ///   - secret: what both sides agreed upon.
  ///   - name: what the key is for: the `enc` for `ECDH-ES`, else the `alg`.
  ///   - partyU: `apu`, decoded; empty when it is absent.
  ///   - partyV: `apv`, decoded; empty when it is absent.
  ///   - byteCount: how many bytes the key has.
  /// - Returns: The key.
  static func key(
    from secret: [UInt8], for name: String, partyU: [UInt8], partyV: [UInt8], byteCount: Int
  ) -> [UInt8] {
    let context =
      lengthPrefixed(Array(name.utf8)) + lengthPrefixed(partyU) + lengthPrefixed(partyV)
      + BigEndian.bytes(UInt32(byteCount * 8))
    var key: [UInt8] = []
    var round: UInt32 = 1
    while key.count < byteCount {
      var hash = SHA256()
      hash.update(data: BigEndian.bytes(round))
      hash.update(data: secret)
      hash.update(data: context)
      key.append(contentsOf: hash.finalize())
      round += 1
    }
    return Array(key.prefix(byteCount))
  }

  private static func lengthPrefixed(_ bytes: [UInt8]) -> [UInt8] {
    BigEndian.bytes(UInt32(bytes.count)) + bytes
  }
}

/// The key that a password stands for, by PBKDF2 (RFC 7518 §4.8.1).
enum PasswordKeyDerivation: Sendable {
  case hs256A128KW, hs384A192KW, hs512A256KW

  /// The one of `algorithm`; nil for one that takes no password.
  init?(_ algorithm: KeyManagementAlgorithm) {
    switch algorithm {
    case .pbes2HS256A128KW: self = .hs256A128KW
    case .pbes2HS384A192KW: self = .hs384A192KW
    case .pbes2HS512A256KW: self = .hs512A256KW
    default: return nil
    }
  }

  /// How often the hash runs where nobody asks for another number: what OWASP advises for the three hashes,
  /// with SHA-384 counted as SHA-512, whose work it is.
  var defaultIterations: Int {
    switch self {
    case .hs256A128KW: 600_000
    case .hs384A192KW, .hs512A256KW: 210_000
    }
  }

  /// The wrapping key of `password`.
  /// - Parameters:
  ///   - password: its bytes.
  ///   - salt: `p2s`, decoded; the algorithm's name goes in front of it.
  ///   - iterations: `p2c`.
  /// - Returns: The key: 16, 24 or 32 bytes.
  /// - Throws: ``JOSEError`` with code `invalid_key` when the crypto library refuses.
  func key(from password: [UInt8], salt: [UInt8], iterations: Int) throws(JOSEError) -> SymmetricKey {
    let (algorithm, hash, byteCount): (KeyManagementAlgorithm, KDF.Insecure.PBKDF2.HashFunction, Int) =
      switch self {
      case .hs256A128KW: (.pbes2HS256A128KW, .sha256, 16)
      case .hs384A192KW: (.pbes2HS384A192KW, .sha384, 24)
      case .hs512A256KW: (.pbes2HS512A256KW, .sha512, 32)
      }
    do {
      // The label calls fewer than 210,000 iterations unsafe; the caller's policy bounds them.
      return try KDF.Insecure.PBKDF2.deriveKey(
        from: password, salt: Array(algorithm.rawValue.utf8) + [0] + salt, using: hash,
        outputByteCount: byteCount, unsafeUncheckedRounds: iterations)
    } catch {
      throw JOSEError(.invalidKey, "no key could be derived from the password")
    }
  }
}

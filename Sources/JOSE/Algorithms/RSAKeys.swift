internal import Crypto
internal import CryptoExtras
internal import SwiftASN1

/// The numbers of an RSA key, as JWK carries them: big-endian, without leading zeros (RFC 7518 §6.3).
struct RSANumbers: Equatable, Sendable {
  let modulus: [UInt8]
  let publicExponent: [UInt8]
}

/// The private numbers of a two-prime RSA key, in the order of PKCS#1 (RFC 8017 §A.1.2).
struct RSAPrivateNumbers: Equatable, Sendable {
  let privateExponent: [UInt8]
  let prime1: [UInt8]
  let prime2: [UInt8]
  let exponent1: [UInt8]
  let exponent2: [UInt8]
  let coefficient: [UInt8]
}

extension RSANumbers {
  /// RFC 7518 §3.3 demands 2048 bits; above 8192 a single verification takes milliseconds.
  static let modulusBits = 2048...8192

  /// The public key of these numbers.
  /// - Throws: ``JOSEError`` with code `weak_key` for a modulus outside 2048...8192 bits or whose primes
  /// can be
  ///   found out, or an exponent that is even, below 65,537 or beyond 32 bits; `invalid_key` for numbers that
  ///   are no key.
  func publicKey() throws(JOSEError) -> RSAPublicKey {
    try check()
    do {
      return RSAPublicKey(key: try _RSA.Signing.PublicKey(n: modulus, e: publicExponent), numbers: self)
    } catch {
      throw JOSEError(.invalidKey, "the RSA modulus and exponent are no key")
    }
  }

  /// The private key of these numbers and `numbers`.
  /// - Throws: ``JOSEError`` as ``publicKey()``; `invalid_key` when the private numbers do not belong to the
  ///   public ones or to each other.
  func privateKey(_ numbers: RSAPrivateNumbers) throws(JOSEError) -> RSAPrivateKey {
    try check()
    let key: _RSA.Signing.PrivateKey
    do {
      // BoringSSL checks n = p·q and that d inverts e.
      key = try _RSA.Signing.PrivateKey(
        n: modulus, e: publicExponent, d: numbers.privateExponent, p: numbers.prime1, q: numbers.prime2)
    } catch {
      throw JOSEError(.invalidKey, "the private RSA numbers do not belong to the modulus and exponent")
    }
    // BoringSSL computed the others itself; what was given must be the same.
    guard try PKCS1.privateNumbers(Array(key.derRepresentation)).1 == numbers else {
      throw JOSEError(.invalidKey, "the private RSA numbers contradict each other")
    }
    return RSAPrivateKey(key: key, numbers: numbers)
  }

  private func check() throws(JOSEError) {
    guard let first = modulus.first, first != 0 else {
      throw JOSEError(.invalidKey, "the RSA modulus is empty or has leading zeros")
    }
    let bits = modulus.count * 8 - first.leadingZeroBitCount
    guard Self.modulusBits.contains(bits) else {
      throw JOSEError(.weakKey, "an RSA modulus of \(bits) bits; from 2048 to 8192 are allowed")
    }
    guard publicExponent.first != 0, 1...4 ~= publicExponent.count else {
      throw JOSEError(.weakKey, "an RSA exponent that has leading zeros or more than 32 bits")
    }
    let exponent = publicExponent.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard exponent >= 65_537, exponent % 2 == 1 else {
      throw JOSEError(.weakKey, "an RSA exponent of \(exponent); odd ones from 65537 are allowed")
    }
    guard !hasGuessablePrimes else {
      throw JOSEError(.weakKey, "an RSA modulus whose primes can be found out (CVE-2017-15361)")
    }
  }
}

/// A public RSA key and its numbers.
struct RSAPublicKey: Sendable {
  let key: _RSA.Signing.PublicKey
  let numbers: RSANumbers
}

/// A private RSA key and its numbers.
struct RSAPrivateKey: Sendable {
  let key: _RSA.Signing.PrivateKey
  let numbers: RSAPrivateNumbers
}

extension KeyPair<RSAPublicKey, RSAPrivateKey> {
  /// A fresh key with e = 65,537.
  static func generate(modulusBits: Int) throws(JOSEError) -> Self {
    let key: _RSA.Signing.PrivateKey
    do {
      key = try _RSA.Signing.PrivateKey(keySize: _RSA.Signing.KeySize(bitCount: modulusBits))
    } catch {
      throw JOSEError(.invalidKey, "no RSA key could be generated")
    }
    let (numbers, privateNumbers) = try PKCS1.privateNumbers(Array(key.derRepresentation))
    return KeyPair(
      publicKey: RSAPublicKey(key: key.publicKey, numbers: numbers),
      privateKey: RSAPrivateKey(key: key, numbers: privateNumbers))
  }
}

/// The two structures of PKCS#1 (RFC 8017 §A.1).
enum PKCS1 {
  /// The numbers of an `RSAPublicKey`.
  static func publicNumbers(_ der: ArraySlice<UInt8>) throws(JOSEError) -> RSANumbers {
    let integers = try integers(der)
    guard integers.count == 2 else { throw JOSEError(.invalidKey, "an RSAPublicKey holds two integers") }
    return RSANumbers(modulus: integers[0], publicExponent: integers[1])
  }

  /// The numbers of an `RSAPrivateKey` of two primes.
  static func privateNumbers(
    _ der: some Collection<UInt8>
  ) throws(JOSEError) -> (RSANumbers, RSAPrivateNumbers) {
    let integers = try integers(ArraySlice(der))
    guard integers.count == 9, integers[0].isEmpty else {
      throw JOSEError(.invalidKey, "an RSAPrivateKey of two primes holds version 0 and eight integers")
    }
    let numbers = RSAPrivateNumbers(
      privateExponent: integers[3], prime1: integers[4], prime2: integers[5], exponent1: integers[6],
      exponent2: integers[7], coefficient: integers[8])
    return (RSANumbers(modulus: integers[1], publicExponent: integers[2]), numbers)
  }

  /// The integers of a SEQUENCE, big-endian and without leading zeros.
  private static func integers(_ der: ArraySlice<UInt8>) throws(JOSEError) -> [[UInt8]] {
    do {
      return try DER.sequence(DER.parse(der), identifier: .sequence) { nodes in
        var integers: [[UInt8]] = []
        while let node = nodes.next() {
          // SwiftASN1 refuses negative ones and drops the leading zero; of 0 nothing is left.
          integers.append(Array(try ArraySlice<UInt8>(derEncoded: node)))
        }
        return integers
      }
    } catch {
      throw JOSEError(.invalidKey, "not the DER of an RSA key (RFC 8017 §A.1)")
    }
  }
}

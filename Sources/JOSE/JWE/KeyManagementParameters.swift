/// The header parameters that a key management algorithm has of its own (RFC 7518 §4.6.1, §4.7.1, §4.8.1).
/// Those of other algorithms are passed over.
enum KeyManagementParameters: Sendable {
  case none
  /// The ephemeral public key, and who the two parties say they are.
  case agreement(AgreementPublicKey, partyU: [UInt8], partyV: [UInt8])
  /// The initialization vector (12 bytes) and the tag (16 bytes) of the encrypted key.
  case gcm(vector: [UInt8], tag: [UInt8])
  /// The salt, and how often the hash runs; what lies beyond 32 bits is as good as the most.
  case password(salt: [UInt8], iterations: Int)

  /// The least and the most bytes of a salt; RFC 7518 §4.8.1.1 demands the least.
  static let saltByteCounts = 8...1024

  /// Reads what `algorithm` needs.
  /// - Throws: ``JOSEError`` with code `malformed_header` for a parameter that is missing, malformed or of
  ///   another length, and for a point that is not on its curve; `unsupported_algorithm` for a curve that is
  ///   unknown.
  init(_ algorithm: KeyManagementAlgorithm, _ members: JWEHeaderMembers) throws(JOSEError) {
    switch algorithm {
    case .ecdhES, .ecdhESA128KW, .ecdhESA192KW, .ecdhESA256KW:
      self = .agreement(
        try Self.ephemeralKey(members), partyU: try members.bytes("apu") ?? [],
        partyV: try members.bytes("apv") ?? [])
    case .a128GCMKW, .a192GCMKW, .a256GCMKW:
      let vector = try members.requiredBytes("iv")
      let tag = try members.requiredBytes("tag")
      guard vector.count == GCMKeyWrap.vectorByteCount, tag.count == GCMKeyWrap.tagByteCount else {
        throw JOSEError(.malformedHeader, "an iv of \(vector.count) and a tag of \(tag.count) bytes")
      }
      self = .gcm(vector: vector, tag: tag)
    case .pbes2HS256A128KW, .pbes2HS384A192KW, .pbes2HS512A256KW:
      let salt = try members.requiredBytes("p2s")
      guard Self.saltByteCounts.contains(salt.count) else {
        throw JOSEError(.malformedHeader, "a p2s of \(salt.count) bytes; from 8 to 1024 are allowed")
      }
      guard let iterations = members["p2c"]?.integer, iterations > 0 else {
        throw JOSEError(.malformedHeader, "p2c is no positive number")
      }
      self = .password(salt: salt, iterations: Int(min(iterations, Int64(Int32.max))))
    default:
      self = .none
    }
  }

  private static func ephemeralKey(_ members: JWEHeaderMembers) throws(JOSEError) -> AgreementPublicKey {
    guard let json = members["epk"], json.kind == .object else {
      throw JOSEError(.malformedHeader, "epk is no key")
    }
    guard json["d"] == nil else { throw JOSEError(.malformedHeader, "epk holds a private key") }
    guard let name = json["crv"],
      let curve = JWK.AgreementCurve.allCases.first(where: { name.isString($0.rawValue) })
    else {
      throw JOSEError(.unsupportedAlgorithm, "epk is on a curve that is not supported")
    }
    guard json["kty"]?.isString(curve.keyType.rawValue) ?? false else {
      throw JOSEError(.malformedHeader, "epk has another kty than keys on \(curve.rawValue)")
    }
    let key = try JWEHeaderMembers(protected: json)
    let x = try key.requiredBytes("x")
    let y = curve.keyType == .octetKeyPair ? nil : try key.requiredBytes("y")
    do {
      return try AgreementPublicKey(on: curve, x: x, y: y)
    } catch {
      throw JOSEError(.malformedHeader, "epk: \(error.detail)")
    }
  }
}

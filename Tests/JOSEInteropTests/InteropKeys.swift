import JOSE

/// One key for each algorithm, made once a process, without `alg`: the caller says what it is for. All of RSA
/// share a modulus: making one takes seconds in a debug build.
enum InteropKeys {
  static func signing(_ algorithm: SignatureAlgorithm, isStranger: Bool = false) throws -> JWK {
    if algorithm.keyType == .rsa { return try open(isStranger ? strangerRSA.get() : rsa.get()) }
    return try open(JWK.generate(algorithm, keyID: "k1"))
  }

  static func encrypting(
    _ algorithm: KeyManagementAlgorithm, _ encryption: ContentEncryptionAlgorithm,
    curve: JWK.AgreementCurve = .p256, isStranger: Bool = false
  ) throws -> JWK {
    if algorithm.rawValue.hasPrefix("RSA") { return try open(isStranger ? strangerRSA.get() : rsa.get()) }
    // A password of 32 bytes is as good as any.
    if algorithm.isPasswordBased { return try open(JWK.generate(.a256KW, keyID: "k1")) }
    if algorithm == .direct { return try open(JWK.generate(encryption, keyID: "k1")) }
    return try open(JWK.generate(algorithm, curve: curve, keyID: "k1"))
  }

  private static let rsa = Result { try JWK.generate(.rs256, keyID: "k1") }
  private static let strangerRSA = Result { try JWK.generate(.rs256, keyID: "k1") }

  /// The key without its `alg`, where a key can be without one.
  private static func open(_ key: JWK) throws -> JWK {
    guard key.keyType != .algorithmKeyPair, case .object(let members) = key.privateJSON() else { return key }
    return try JWK(parsing: JSON.object(members.filter { $0.name != "alg" }).encoded())
  }
}

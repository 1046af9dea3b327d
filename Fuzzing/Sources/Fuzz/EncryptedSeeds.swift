import JOSE

extension Seeds {
  static let plaintexts: [[UInt8]] = [payload, []]

  static let encryptedTokens: [[UInt8]] = must("tokens") {
    try Keys.encrypted.flatMap { jwk, algorithm in
      let key = try encryptionKey(jwk, algorithm)
      return try ContentEncryptionAlgorithm.allCases.filter { algorithm != .direct || $0.keyByteCount == 32 }
        .flatMap { encryption in
          try [
            CompactJWE.encrypt(payload, contentType: "JWT", with: key, encryption: encryption),
            CompactJWE.encrypt(payload, with: key, encryption: encryption, isCompressed: true),
            CompactJWE.encrypt([], with: key, encryption: encryption),
          ]
        }.map { Array($0.utf8) }
    }
  }

  static let encryptedTexts: [[UInt8]] = must("texts") {
    let keys = try Keys.encrypted.map { try encryptionKey($0.jwk, $0.algorithm) }
    let alone = try keys.map {
      try JSONJWE.encrypt(
        payload, to: [$0], additionalAuthenticatedData: [1, 2, 3],
        unprotectedHeader: [JSONMember(name: "a", value: 1)])
    }
    let many = keys.filter { $0.algorithm != .direct && $0.algorithm != .ecdhES }
    let general = try [JSONJWE.encrypt(payload, to: many), JSONJWE.encrypt(payload, to: [many[0], many[0]])]
    return (alone + general).map { Array($0.utf8) }
  }

  private static func encryptionKey(_ jwk: JWK, _ algorithm: KeyManagementAlgorithm) throws -> EncryptionKey {
    guard algorithm.isPasswordBased else {
      return try EncryptionKey(jwk, algorithm: algorithm, partyUInfo: [1], partyVInfo: [2])
    }
    return try EncryptionKey(
      password: EncryptionPassword(bytes: Keys.secretBytes), algorithm: algorithm, iterations: 1000)
  }

  static let encryptedHeaders: [[UInt8]] = [
    #"{"alg":"dir","enc":"A256GCM"}"#, #"{"alg":"dir","enc":"A256GCM","zip":"DEF","cty":"JWT","kid":"k"}"#,
    #"{"alg":"ECDH-ES","enc":"A256GCM","epk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},"apu":"AA"}"#,
    #"{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2s":"AAAAAAAAAAA","p2c":1000}"#,
    #"{"alg":"A256GCMKW","enc":"A256GCM","iv":"AAAAAAAAAAAAAAAA","tag":"AAAAAAAAAAAAAAAAAAAAAA"}"#,
    #"{"alg":"dir","enc":"A256GCM","crit":["exp"],"exp":1}"#, #"{"alg":"RSA1_5","enc":"A128CBC-HS256"}"#,
  ].map { Array($0.utf8) }

  /// Streams of DEFLATE: stored, with the fixed code, with a code of its own, without an end.
  static let compressed: [[UInt8]] = [
    [0x01, 0x03, 0x00, 0xFC, 0xFF, 0x61, 0x62, 0x63], [0x4B, 0x4C, 0x4A, 0x06, 0x00], [0x03, 0x00], [0x07],
    [0x4B, 0x04, 0x00], [0x4B, 0x4C, 0x84, 0x81, 0x01],
    [
      0x05, 0xC0, 0x81, 0x08, 0x00, 0x00, 0x00, 0x00, 0x20, 0x7F, 0xEB, 0x0B, 0x00,
    ],
  ]
}

/// A signature algorithm of JOSE (RFC 7518 §3.1, RFC 8037 §3.1, RFC 8812 §3, RFC 9864 §2.2, RFC 9964).
///
/// `none` is no case: a token without a signature cannot be named, let alone accepted. Names compare
/// exactly and case-sensitively, and only while a header or a key is parsed.
public enum SignatureAlgorithm: String, CaseIterable, Hashable, Sendable {
  /// HMAC with SHA-256; keys of at least 32 bytes.
  case hs256 = "HS256"
  /// HMAC with SHA-384; keys of at least 48 bytes.
  case hs384 = "HS384"
  /// HMAC with SHA-512; keys of at least 64 bytes.
  case hs512 = "HS512"
  /// RSASSA-PKCS1-v1_5 with SHA-256; moduli of 2048 to 8192 bits.
  case rs256 = "RS256"
  /// RSASSA-PKCS1-v1_5 with SHA-384; moduli of 2048 to 8192 bits.
  case rs384 = "RS384"
  /// RSASSA-PKCS1-v1_5 with SHA-512; moduli of 2048 to 8192 bits.
  case rs512 = "RS512"
  /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, and a salt of 32 bytes.
  case ps256 = "PS256"
  /// RSASSA-PSS with SHA-384, MGF1 with SHA-384, and a salt of 48 bytes.
  case ps384 = "PS384"
  /// RSASSA-PSS with SHA-512, MGF1 with SHA-512, and a salt of 64 bytes.
  case ps512 = "PS512"
  /// ECDSA on P-256 with SHA-256; signatures of 64 bytes.
  case es256 = "ES256"
  /// ECDSA on P-384 with SHA-384; signatures of 96 bytes.
  case es384 = "ES384"
  /// ECDSA on P-521 with SHA-512; signatures of 132 bytes.
  case es512 = "ES512"
  /// Ed25519 under the name that RFC 8037 gave it; signatures of 64 bytes. With the trait `OpenSSL` also
  /// Ed448, whose signatures have 114: it is the key that says which of the two.
  case edDSA = "EdDSA"
  /// Ed25519 under the fully specified name of RFC 9864; signatures of 64 bytes.
  ///
  /// A key of one name does not verify tokens of the other: a key has exactly one algorithm.
  case ed25519 = "Ed25519"
  /// ML-DSA-65 (FIPS 204), which no quantum computer is known to break; signatures of 3,309 bytes.
  case mlDSA65 = "ML-DSA-65"
  /// ML-DSA-87 (FIPS 204), which no quantum computer is known to break; signatures of 4,627 bytes.
  case mlDSA87 = "ML-DSA-87"
  #if OpenSSL
    /// ECDSA on secp256k1 with SHA-256; signatures of 64 bytes. With the trait `OpenSSL` only.
    case es256K = "ES256K"
    /// Ed448 under the fully specified name of RFC 9864; signatures of 114 bytes. With the trait `OpenSSL`
    /// only.
    case ed448 = "Ed448"
  #endif

  /// Whether verifying takes only a public key. HMAC is the exception: who verifies can also sign.
  public var isAsymmetric: Bool {
    keyType != .octets
  }

  /// The `kty` of the keys that it takes.
  public var keyType: JWK.KeyType {
    switch self {
    case .hs256, .hs384, .hs512: .octets
    case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa
    case .es256, .es384, .es512: .ellipticCurve
    case .edDSA, .ed25519: .octetKeyPair
    case .mlDSA65, .mlDSA87: .algorithmKeyPair
    #if OpenSSL
      case .es256K: .ellipticCurve
      case .ed448: .octetKeyPair
    #endif
    }
  }

  /// The algorithm that `value` names, as a byte-exact string; nil for any other value.
  init?(named value: ParsedJSON) {
    guard let match = Self.all.first(where: { value.isString($0.rawValue) }) else { return nil }
    self = match
  }

  private static let all = allCases
}

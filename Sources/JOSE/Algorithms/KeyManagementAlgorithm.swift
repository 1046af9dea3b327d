/// How the key that encrypts a JWE's content reaches the recipient: the `alg` of a JWE (RFC 7518 §4.1).
///
/// `RSA1_5` is no case. Its padding is checked while it is taken off, and whoever learns the outcome (by an
/// error, by a duration) decrypts other people's tokens by asking often enough: Bleichenbacher's attack,
/// found again ever since 1998. `RSA-OAEP` does the same work without it. Names compare exactly and
/// case-sensitively, and only while a header or a key is parsed.
public enum KeyManagementAlgorithm: String, CaseIterable, Hashable, Sendable {
  /// RSAES-OAEP with SHA-1 and MGF1 with SHA-1; moduli of 2048 to 8192 bits.
  case rsaOAEP = "RSA-OAEP"
  /// RSAES-OAEP with SHA-256 and MGF1 with SHA-256; moduli of 2048 to 8192 bits.
  case rsaOAEP256 = "RSA-OAEP-256"
  /// Diffie-Hellman between an ephemeral key and the recipient's, whose outcome encrypts the content; on
  /// P-256, P-384, P-521 or X25519, and with the trait `OpenSSL` on X448.
  case ecdhES = "ECDH-ES"
  /// The same, whose outcome of 16 bytes wraps the content's key.
  case ecdhESA128KW = "ECDH-ES+A128KW"
  /// The same, whose outcome of 24 bytes wraps the content's key.
  case ecdhESA192KW = "ECDH-ES+A192KW"
  /// The same, whose outcome of 32 bytes wraps the content's key.
  case ecdhESA256KW = "ECDH-ES+A256KW"
  /// AES Key Wrap (RFC 3394) under a shared key of 16 bytes.
  case a128KW = "A128KW"
  /// AES Key Wrap under a shared key of 24 bytes.
  case a192KW = "A192KW"
  /// AES Key Wrap under a shared key of 32 bytes.
  case a256KW = "A256KW"
  /// AES-GCM under a shared key of 16 bytes.
  case a128GCMKW = "A128GCMKW"
  /// AES-GCM under a shared key of 24 bytes.
  case a192GCMKW = "A192GCMKW"
  /// AES-GCM under a shared key of 32 bytes.
  case a256GCMKW = "A256GCMKW"
  /// A shared key that encrypts the content itself; it is as long as `enc` demands.
  case direct = "dir"
  /// A key of 16 bytes, derived from a password by PBKDF2 with HMAC-SHA-256, wraps the content's key.
  case pbes2HS256A128KW = "PBES2-HS256+A128KW"
  /// A key of 24 bytes, derived from a password by PBKDF2 with HMAC-SHA-384, wraps the content's key.
  case pbes2HS384A192KW = "PBES2-HS384+A192KW"
  /// A key of 32 bytes, derived from a password by PBKDF2 with HMAC-SHA-512, wraps the content's key.
  case pbes2HS512A256KW = "PBES2-HS512+A256KW"
  #if OpenSSL
    /// RSAES-OAEP with SHA-384 and MGF1 with SHA-384; moduli of 2048 to 8192 bits. With the trait `OpenSSL`
    /// only.
    case rsaOAEP384 = "RSA-OAEP-384"
    /// RSAES-OAEP with SHA-512 and MGF1 with SHA-512; moduli of 2048 to 8192 bits. With the trait `OpenSSL`
    /// only.
    case rsaOAEP512 = "RSA-OAEP-512"
  #endif

  /// The algorithm that `value` names, as a byte-exact string; nil for any other value.
  init?(named value: ParsedJSON) {
    guard let match = Self.all.first(where: { value.isString($0.rawValue) }) else { return nil }
    self = match
  }

  private static let all = allCases
}

extension KeyManagementAlgorithm {
  /// Whether encrypting takes only a public key.
  public var isAsymmetric: Bool {
    isRSA || isAgreement
  }

  /// Whether the key is a password.
  public var isPasswordBased: Bool {
    switch self {
    case .pbes2HS256A128KW, .pbes2HS384A192KW, .pbes2HS512A256KW: true
    default: false
    }
  }

  /// Whether a Diffie-Hellman agreement makes the key.
  var isAgreement: Bool {
    switch self {
    case .ecdhES, .ecdhESA128KW, .ecdhESA192KW, .ecdhESA256KW: true
    default: false
    }
  }

  /// Whether an RSA key encrypts the content's key.
  var isRSA: Bool {
    switch self {
    case .rsaOAEP, .rsaOAEP256: true
    #if OpenSSL
      case .rsaOAEP384, .rsaOAEP512: true
    #endif
    default: false
    }
  }

  /// How many bytes the AES key has that wraps the content's key; nil for an algorithm that wraps with no AES
  /// key.
  var wrappingKeyByteCount: Int? {
    switch self {
    case .a128KW, .a128GCMKW, .ecdhESA128KW, .pbes2HS256A128KW: 16
    case .a192KW, .a192GCMKW, .ecdhESA192KW, .pbes2HS384A192KW: 24
    case .a256KW, .a256GCMKW, .ecdhESA256KW, .pbes2HS512A256KW: 32
    case .rsaOAEP, .rsaOAEP256, .ecdhES, .direct: nil
    #if OpenSSL
      case .rsaOAEP384, .rsaOAEP512: nil
    #endif
    }
  }
}

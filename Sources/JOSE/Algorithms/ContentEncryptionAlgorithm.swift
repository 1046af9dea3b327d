/// How a JWE's content is encrypted and authenticated: the `enc` of a JWE (RFC 7518 §5.1).
///
/// Names compare exactly and case-sensitively, and only while a header or a key is parsed.
public enum ContentEncryptionAlgorithm: String, CaseIterable, Hashable, Sendable {
  /// AES-GCM with a key of 16 bytes.
  case a128GCM = "A128GCM"
  /// AES-GCM with a key of 24 bytes.
  case a192GCM = "A192GCM"
  /// AES-GCM with a key of 32 bytes.
  case a256GCM = "A256GCM"
  /// AES-CBC with HMAC-SHA-256 and a key of 32 bytes: half of it for each.
  case a128CBCHS256 = "A128CBC-HS256"
  /// AES-CBC with HMAC-SHA-384 and a key of 48 bytes: half of it for each.
  case a192CBCHS384 = "A192CBC-HS384"
  /// AES-CBC with HMAC-SHA-512 and a key of 64 bytes: half of it for each.
  case a256CBCHS512 = "A256CBC-HS512"

  /// How many bytes its key has.
  public var keyByteCount: Int {
    switch self {
    case .a128GCM: 16
    case .a192GCM: 24
    case .a256GCM, .a128CBCHS256: 32
    case .a192CBCHS384: 48
    case .a256CBCHS512: 64
    }
  }

  /// How many bytes its initialization vector has, exactly.
  public var initializationVectorByteCount: Int {
    switch self {
    case .a128GCM, .a192GCM, .a256GCM: 12
    case .a128CBCHS256, .a192CBCHS384, .a256CBCHS512: 16
    }
  }

  /// How many bytes its authentication tag has, exactly.
  public var tagByteCount: Int {
    switch self {
    case .a128GCM, .a192GCM, .a256GCM, .a128CBCHS256: 16
    case .a192CBCHS384: 24
    case .a256CBCHS512: 32
    }
  }

  /// The algorithm that `value` names, as a byte-exact string; nil for any other value.
  init?(named value: ParsedJSON) {
    guard let match = Self.all.first(where: { value.isString($0.rawValue) }) else { return nil }
    self = match
  }

  private static let all = allCases
}

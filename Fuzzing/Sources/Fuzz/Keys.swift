import Crypto
import JOSE

/// The keys that sign what the fuzzer begins with. They are written down, and so good for nothing else: an
/// input that was kept in one run must mean the same in the next.
enum Keys {
  static let hmac = must("the HMAC key") { try VerificationKey(secret) }
  static let verifying = must("the keys") { try signing.map { try VerificationKey($0) } }
  static let signing = [secret, ed25519, es256]

  /// A secret that encrypts content itself.
  static let directSecret = key(
    "{\"kty\":\"oct\",\"alg\":\"dir\",\"k\":\"\(Base64URL.encode(secretBytes))\"}")
  static let direct = must("the key") { try DecryptionKey(directSecret) }

  /// One key for each way to reach the content's key, with its algorithm, but for RSA: a fresh one would not
  /// read what an earlier run kept, and a written one is long.
  static let encrypted: [(jwk: JWK, algorithm: KeyManagementAlgorithm)] = [
    (directSecret, .direct), (plainSecret, .a256KW), (plainSecret, .a256GCMKW),
    (plainSecret, .pbes2HS256A128KW),
    (agreement, .ecdhES), (agreement, .ecdhESA128KW),
  ]
  static let decrypting = must("the keys") {
    try encrypted.map { try DecryptionKey($0.jwk, algorithm: $0.algorithm) }
  }

  /// The signature's text over `message`.
  static func code(over message: [UInt8]) -> String {
    Base64URL.encode(
      Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: secretBytes))))
  }

  static let secretBytes = [UInt8](0..<32)
  private static let secret = key(
    "{\"kty\":\"oct\",\"kid\":\"k1\",\"alg\":\"HS256\",\"k\":\"\(Base64URL.encode(secretBytes))\"}")

  /// The private keys are the numbers 1, 2, 3… as bytes.
  private static let ed25519 = key(
    """
    {"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"k2","x":"ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ",\
    "d":"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"}
    """)
  private static let es256 = key(
    """
    {"kty":"EC","crv":"P-256","alg":"ES256","kid":"k3","x":"UVw9brnjlrkE0_7Kf1T9zQzB6Ze_N13KUVrQpsO0A18",\
    "y":"RTa-OlDzGPv5pUdZAqIhUCvvDVfgjFOyzApW8X2fk1Q","d":"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"}
    """)

  private static let plainSecret = key("{\"kty\":\"oct\",\"k\":\"\(Base64URL.encode(secretBytes))\"}")
  private static let agreement = key(
    """
    {"kty":"EC","crv":"P-256","kid":"k4","x":"UVw9brnjlrkE0_7Kf1T9zQzB6Ze_N13KUVrQpsO0A18",\
    "y":"RTa-OlDzGPv5pUdZAqIhUCvvDVfgjFOyzApW8X2fk1Q","d":"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"}
    """)

  private static func key(_ text: String) -> JWK {
    must("a key of ours") { try JWK(parsing: Array(text.utf8)) }
  }
}

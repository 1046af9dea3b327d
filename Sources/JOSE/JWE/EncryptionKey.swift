internal import Crypto
internal import CryptoExtras

/// A key that content is encrypted to, by exactly one key management algorithm.
public struct EncryptionKey: Sendable {
  /// The `kid` of the key; it goes into the header of what is encrypted to the key.
  public let keyID: String?
  /// The one algorithm of the key.
  public let algorithm: KeyManagementAlgorithm
  /// The one `enc` of a key that encrypts content itself and says so (its `alg` is an `enc`); nil for all
  /// others.
  public let encryption: ContentEncryptionAlgorithm?

  private let sealer: ContentKeySealer

  /// Fixes the key's algorithm.
  /// - Parameters:
  ///   - jwk: the recipient's public key (of a private one its public half is used), or a shared secret.
  ///   - algorithm: the algorithm, for a key that names none; else the same as the key's. A key whose `alg`
  ///     is an `enc` is for `dir`.
  ///   - partyUInfo: `apu`, what ECDH-ES binds the key to: who sends (RFC 7518 §4.6.1.2); nil omits it.
  ///   - partyVInfo: `apv`, the same: who receives; nil omits it.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` when the two differ, when both are nil, or when
  ///   such a key cannot have that algorithm; `weak_key` for a secret that is too short for it; `invalid_key`
  ///   when the key's `use` or `key_ops` exclude encrypting.
  public init(
    _ jwk: JWK, algorithm: KeyManagementAlgorithm? = nil, partyUInfo: [UInt8]? = nil,
    partyVInfo: [UInt8]? = nil
  ) throws(JOSEError) {
    let algorithm = try jwk.resolve(algorithm)
    try jwk.requireUse(forEncrypting: algorithm)
    if algorithm.isPasswordBased, case .octets(let secret) = jwk.material {
      try Self.requireLength(ofPassword: secret)
    }
    let parties = AgreementParties(partyU: partyUInfo, partyV: partyVInfo)
    guard let sealer = ContentKeySealer(jwk.material, algorithm, parties) else {
      throw JOSEError(.invalidKey, "an RSA key cannot encrypt whose modulus has bits beyond whole bytes")
    }
    self.init(keyID: jwk.keyID, algorithm, jwk.directEncryption, sealer)
  }

  /// A password.
  /// - Parameters:
  ///   - password: at least 8 bytes.
  ///   - algorithm: one of the three that take a password.
  ///   - iterations: `p2c`, within 1,000 to 1,200,000; nil for 600,000 with SHA-256 and 210,000 with the
  ///     others.
  ///   - keyID: the `kid`.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` for an algorithm that takes no password,
  ///   `weak_key` for a password that is too short, `invalid_policy` for a count out of range.
  public init(
    password: EncryptionPassword, algorithm: KeyManagementAlgorithm = .pbes2HS512A256KW,
    iterations: Int? = nil,
    keyID: String? = nil
  ) throws(JOSEError) {
    guard let derivation = PasswordKeyDerivation(algorithm) else {
      throw JOSEError(.algorithmMismatch, "\(algorithm.rawValue) takes no password")
    }
    try Self.requireLength(ofPassword: password.bytes)
    let iterations = iterations ?? derivation.defaultIterations
    guard DecryptionPolicy.iterationCounts.contains(iterations) else {
      throw JOSEError(.invalidPolicy, "a p2c of \(iterations); from 1000 to 1200000 can be chosen")
    }
    self.init(keyID: keyID, algorithm, nil, .password(password.bytes, derivation, iterations: iterations))
  }

  /// The fewest bytes of a password that something is encrypted under. To decrypt, any will do.
  public static let minimumPasswordBytes = 8

  private static func requireLength(ofPassword bytes: [UInt8]) throws(JOSEError) {
    guard bytes.count >= minimumPasswordBytes else {
      throw JOSEError(.weakKey, "a password of fewer than \(minimumPasswordBytes) bytes")
    }
  }

  private init(
    keyID: String?, _ algorithm: KeyManagementAlgorithm, _ encryption: ContentEncryptionAlgorithm?,
    _ sealer: ContentKeySealer
  ) {
    self.keyID = keyID
    self.algorithm = algorithm
    self.encryption = encryption
    self.sealer = sealer
  }

  /// Whether the key, or what is agreed upon with it, encrypts the content itself: there can be no other
  /// recipient then (RFC 7516 §5.1).
  var isDirect: Bool {
    algorithm == .direct || algorithm == .ecdhES
  }

  /// `p2c` of a password; 0 for other keys.
  var iterations: Int {
    guard case .password(_, _, let iterations) = sealer else { return 0 }
    return iterations
  }

  /// The `enc` to encrypt with.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` when the key has another one of its own.
  func encryption(_ chosen: ContentEncryptionAlgorithm?) throws(JOSEError) -> ContentEncryptionAlgorithm {
    guard let own = encryption else { return chosen ?? .a256GCM }
    guard chosen == nil || chosen == own else {
      throw JOSEError(.algorithmMismatch, "a key for \(own.rawValue) is to encrypt by another enc")
    }
    return own
  }

  /// A content key of the length that `encryption` demands, and what the recipient needs to find it out.
  ///
  /// Other recipients get `contentKey` as well; nil makes a fresh one.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` for a direct key of another length, `invalid_key`
  ///   when the recipient's key cannot be used.
  func seal(
    _ contentKey: [UInt8]?, for encryption: ContentEncryptionAlgorithm
  ) throws(JOSEError) -> SealedContentKey {
    try sealer.seal(contentKey, algorithm, encryption)
  }

  /// The members of a header that say how to find out the content's key.
  func members(_ sealed: SealedContentKey) -> [JSONMember] {
    var members = [JSONMember(name: "alg", value: .string(algorithm.rawValue))]
    if let keyID { members.append(JSONMember(name: "kid", value: .string(keyID))) }
    return members + sealed.members
  }
}

extension EncryptionKey: CustomStringConvertible, CustomReflectable {
  /// The algorithm and the key ID; never the key.
  public var description: String {
    "EncryptionKey(\(algorithm.rawValue)\(keyID.map { " kid=\($0)" } ?? ""))"
  }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a token, a key or a text was refused.
///
/// `detail` is for the developer's log: it names the check and the value that failed it, and never holds
/// a token, a signature or key material. A client learns neither.
public struct JOSEError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The class of failure. Open: a later version may add codes, so a `switch` needs a default.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) {
      self.rawValue = rawValue
    }
  }

  /// The class of failure; stable across versions.
  public let code: Code

  /// What failed, in words for a developer.
  public let detail: String

  /// An error of class `code`.
  public init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  public var description: String {
    "\(code.rawValue): \(detail)"
  }
}

extension JOSEError.Code {
  /// Text that is not canonical base64url (RFC 7515 §2).
  public static let malformedBase64URL = Self(rawValue: "malformed_base64url")
  /// Text that is not strict JSON (RFC 8259).
  public static let malformedJSON = Self(rawValue: "malformed_json")
  /// A JSON object that names one member twice (RFC 7515 §4).
  public static let duplicateMember = Self(rawValue: "duplicate_member")
  /// JSON of another shape than the Swift type it is decoded to.
  public static let unexpectedJSON = Self(rawValue: "unexpected_json")
  /// Input above its stated limit.
  public static let tooLarge = Self(rawValue: "too_large")
  /// Not the form that RFC 7515 §7.1 gives a compact serialization.
  public static let malformedToken = Self(rawValue: "malformed_token")
  /// An algorithm that is unknown, or that the caller does not allow.
  public static let unsupportedAlgorithm = Self(rawValue: "unsupported_algorithm")
  /// The header's `alg` is not the key's one algorithm (RFC 8725 §3.1).
  public static let algorithmMismatch = Self(rawValue: "algorithm_mismatch")
  /// No key has the token's `kid`.
  public static let unknownKey = Self(rawValue: "unknown_key")
  /// The signature does not verify.
  public static let invalidSignature = Self(rawValue: "invalid_signature")
  /// Key material that is malformed or inconsistent.
  public static let invalidKey = Self(rawValue: "invalid_key")
  /// A key below the strength that its algorithm demands (RFC 7518 §3.2, §3.3).
  public static let weakKey = Self(rawValue: "weak_key")
  /// A `crit` header parameter that is malformed or not understood (RFC 7515 §4.1.11).
  public static let criticalHeader = Self(rawValue: "critical_header")
  /// A header parameter of the wrong type.
  public static let malformedHeader = Self(rawValue: "malformed_header")
  /// `typ` is not the expected one (RFC 8725 §3.11).
  public static let typeMismatch = Self(rawValue: "type_mismatch")
  /// `iss` is not the expected one.
  public static let issuerMismatch = Self(rawValue: "issuer_mismatch")
  /// `aud` does not name this recipient.
  public static let audienceMismatch = Self(rawValue: "audience_mismatch")
  /// `exp` has passed (RFC 7519 §4.1.4).
  public static let expired = Self(rawValue: "expired")
  /// `nbf` lies ahead (RFC 7519 §4.1.5).
  public static let notYetValid = Self(rawValue: "not_yet_valid")
  /// `iat` lies ahead.
  public static let issuedInFuture = Self(rawValue: "issued_in_future")
  /// `iat` is further back than the policy's maximum age.
  public static let tooOld = Self(rawValue: "too_old")
  /// A policy that could not protect anything: an empty issuer, a leeway beyond its range.
  public static let invalidPolicy = Self(rawValue: "invalid_policy")
  /// A claim that the policy requires is absent.
  public static let missingClaim = Self(rawValue: "missing_claim")
  /// A claim of the wrong type or out of range.
  public static let malformedClaim = Self(rawValue: "malformed_claim")
}

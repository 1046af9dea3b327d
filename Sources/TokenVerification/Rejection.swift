public import JOSE

/// Why a request is refused: the reason for the log, and what the client is told, which is less.
///
/// The client's part is RFC 6750 §3: a status and one of three error codes. Whether a token was forged,
/// has expired or is revoked is not for whoever holds it to learn.
public struct Rejection: Error, Hashable, Sendable {
  /// The class of refusal, for logs and counters; a ``JOSEError``'s code, or one of those below. Open: a
  /// later version may add codes.
  public struct Reason: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) {
      self.rawValue = rawValue
    }
  }

  /// The class of refusal.
  public let reason: Reason
  /// What failed, in words for a developer: one line of at most 200 characters, without the token.
  public let detail: String

  private let answer: Answer

  /// What the client is told.
  private enum Answer: Hashable {
    case missingCredentials, invalidRequest, invalidToken, unavailable
    case insufficientScope(required: [String])
  }

  private init(_ reason: Reason, _ detail: String, _ answer: Answer) {
    self.reason = reason
    self.detail = detail.logLine()
    self.answer = answer
  }

  /// 400, 401 or 403 (RFC 6750 §3.1); 503 when there is no key to check any token with, or when it is not
  /// known any more what is revoked.
  public var statusCode: Int {
    switch answer {
    case .missingCredentials, .invalidToken: 401
    case .invalidRequest: 400
    case .insufficientScope: 403
    case .unavailable: 503
    }
  }

  /// The error code of RFC 6750 §3.1; nil for a request without credentials, which has made no error, and for
  /// 503.
  public var errorCode: String? {
    switch answer {
    case .missingCredentials, .unavailable: nil
    case .invalidRequest: "invalid_request"
    case .invalidToken: "invalid_token"
    case .insufficientScope: "insufficient_scope"
    }
  }

  /// The value of the `WWW-Authenticate` field (RFC 6750 §3); nil for 503, where credentials would not help.
  ///
  /// A request without credentials gets the challenge without an error. RFC 6750 wants at least one
  /// parameter after the scheme: the realm is it, and says nothing.
  public var wwwAuthenticate: String? {
    switch answer {
    case .missingCredentials: #"Bearer realm="access""#
    case .invalidRequest: #"Bearer error="invalid_request""#
    case .invalidToken: #"Bearer error="invalid_token""#
    case .insufficientScope(let required):
      #"Bearer error="insufficient_scope", scope="\#(required.joined(separator: " "))""#
    case .unavailable: nil
    }
  }
}

extension Rejection {
  /// A token that is refused for what it says or how it is signed: 401 `invalid_token`.
  public init(_ error: JOSEError) {
    self.init(Reason(rawValue: error.code.rawValue), error.detail, .invalidToken)
  }

  /// No credentials that are understood here: 401, without an error code.
  public static var missingCredentials: Self {
    Self(.missingCredentials, "the request carries no bearer token", .missingCredentials)
  }

  /// More than one credential: 400 `invalid_request`.
  public static var severalCredentials: Self {
    Self(.severalCredentials, "the request carries more than one bearer token", .invalidRequest)
  }

  /// A credential that is no token by its characters: 401 `invalid_token`.
  public static var malformedCredentials: Self {
    Self(
      .malformedCredentials, "the credential is not of the form that RFC 6750 §2.1 gives it", .invalidToken)
  }

  /// A token whose header names no key: 401 `invalid_token`. There is no default key.
  public static var missingKeyID: Self {
    Self(.missingKeyID, "the header has no “kid”", .invalidToken)
  }

  /// No key of the issuer has the token's `kid`: 401 `invalid_token`.
  public static func unknownKey(_ keyID: String) -> Self {
    Self(.unknownKey, "the issuer publishes no key “\(keyID)”", .invalidToken)
  }

  /// A token that was taken back: 401 `invalid_token`.
  public static var revoked: Self {
    Self(.revoked, "the token, or what it belongs to, is revoked", .invalidToken)
  }

  /// A valid token that may not do this: 403 `insufficient_scope`.
  /// - Parameter required: the scopes that would be enough; the client is told.
  /// - Returns: The refusal.
  public static func insufficientScope(required: [String]) -> Self {
    Self(
      .insufficientScope, "the token lacks one of: \(required.joined(separator: " "))",
      .insufficientScope(required: required))
  }

  /// No key set could be fetched yet, or the last one is too old: 503. A good token must not be called
  /// invalid for that; its holder would throw it away.
  public static var keysUnavailable: Self {
    Self(.keysUnavailable, "no key set of the issuer is at hand", .unavailable)
  }

  /// The token is good by all that is known, but the issuer's revocations have not been heard for too long:
  /// 503.
  public static var revocationsStale: Self {
    Self(.revocationsStale, "it is not known whether the token was revoked lately", .unavailable)
  }
}

extension Rejection.Reason {
  /// The request carries no bearer token.
  public static let missingCredentials = Self(rawValue: "missing_credentials")
  /// The request carries more than one credential.
  public static let severalCredentials = Self(rawValue: "several_credentials")
  /// The credential has characters that no token has.
  public static let malformedCredentials = Self(rawValue: "malformed_credentials")
  /// The token names no key.
  public static let missingKeyID = Self(rawValue: "missing_key_id")
  /// The token names a key that the issuer does not publish.
  public static let unknownKey = Self(rawValue: "unknown_key")
  /// The token, or what it belongs to, was revoked.
  public static let revoked = Self(rawValue: "revoked")
  /// The token lacks a scope.
  public static let insufficientScope = Self(rawValue: "insufficient_scope")
  /// No key set is at hand.
  public static let keysUnavailable = Self(rawValue: "keys_unavailable")
  /// What the issuer has revoked lately is not known.
  public static let revocationsStale = Self(rawValue: "revocations_stale")
}

extension Rejection: CustomStringConvertible {
  public var description: String { "\(reason.rawValue): \(detail)" }
}

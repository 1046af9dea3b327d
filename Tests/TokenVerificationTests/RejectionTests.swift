import JOSE
import Testing
import TokenVerification

@Suite struct RejectionTests {
  /// What a client learns of each refusal (RFC 6750 §3).
  static let table: [(Rejection, String, Int, String?)] = [
    (.missingCredentials, "missing_credentials", 401, #"Bearer realm="access""#),
    (.severalCredentials, "several_credentials", 400, #"Bearer error="invalid_request""#),
    (.malformedCredentials, "malformed_credentials", 401, #"Bearer error="invalid_token""#),
    (.missingKeyID, "missing_key_id", 401, #"Bearer error="invalid_token""#),
    (.unknownKey("k9"), "unknown_key", 401, #"Bearer error="invalid_token""#),
    (.revoked, "revoked", 401, #"Bearer error="invalid_token""#),
    (
      .insufficientScope(required: ["orders:read", "orders:write"]), "insufficient_scope", 403,
      #"Bearer error="insufficient_scope", scope="orders:read orders:write""#
    ),
    (.keysUnavailable, "keys_unavailable", 503, nil),
    (.revocationsStale, "revocations_stale", 503, nil),
  ]

  @Test(arguments: table)
  func `each refusal has its reason for the log and its answer for the client`(
    rejection: Rejection, reason: String, status: Int, challenge: String?
  ) {
    #expect(rejection.reason.rawValue == reason)
    #expect(rejection.statusCode == status)
    #expect(rejection.wwwAuthenticate == challenge)
    #expect(rejection.description == "\(reason): \(rejection.detail)")
    let code = rejection.errorCode
    #expect(
      code == nil ? status == 503 || reason == "missing_credentials" : challenge?.contains(code ?? "") == true
    )
  }

  static let codes: [JOSEError.Code] = [
    .malformedBase64URL, .malformedJSON, .duplicateMember, .tooLarge, .malformedToken, .unsupportedAlgorithm,
    .algorithmMismatch, .unknownKey, .invalidSignature, .invalidKey, .criticalHeader, .malformedHeader,
    .typeMismatch,
    .issuerMismatch, .audienceMismatch, .expired, .notYetValid, .issuedInFuture, .tooOld, .missingClaim,
    .malformedClaim, JOSEError.Code(rawValue: "something_new"),
  ]

  @Test(arguments: codes)
  func `whatever is wrong with a token, the client hears invalid_token`(code: JOSEError.Code) {
    let rejection = Rejection(JOSEError(code, "exp has passed 3 s ago"))
    #expect(rejection.reason.rawValue == code.rawValue)
    #expect(rejection.statusCode == 401)
    #expect(rejection.errorCode == "invalid_token")
    #expect(rejection.wwwAuthenticate == #"Bearer error="invalid_token""#)
    #expect(rejection.detail == "exp has passed 3 s ago")
  }

  @Test func `a token's header cannot write lines of its own into a log`() {
    let forged = Rejection.unknownKey("x\n2027-01-15 info: all is well\u{1B}[2J\u{2028}\u{202E}")
    #expect(forged.detail.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    #expect(forged.detail.contains("x?2027-01-15 info: all is well?[2J??"))
    #expect(Rejection.unknownKey(String(repeating: "k", count: 4000)).detail.count == 200)
  }
}

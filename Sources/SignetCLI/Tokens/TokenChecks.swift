internal import JOSE

/// One thing that was looked at, and what came of it.
struct TokenCheck {
  let name: String
  let isOK: Bool
  let detail: String

  var json: JSON {
    ["check": .string(name), "ok": .bool(isOK), "detail": .string(detail)]
  }
}

/// What is expected of a token.
struct TokenExpectation {
  let type: String
  let issuer: String
  let audience: String
  let leeway: Duration
}

/// All checks of one token, each on its own, so that one failure hides no other.
///
/// They only explain. What decides is ``JWT/verify(_:with:policy:at:)``, and a token counts as verified
/// when it and every line here agree.
struct TokenChecks {
  private(set) var checks: [TokenCheck] = []

  var allPassed: Bool { checks.allSatisfy(\.isOK) }
  var failedCount: Int { checks.count { !$0.isOK } }

  mutating func add(_ name: String, _ isOK: Bool, _ detail: String) {
    checks.append(TokenCheck(name: name, isOK: isOK, detail: detail))
  }

  mutating func add(_ name: String, failedBy error: JOSEError) {
    add(name, false, error.description)
  }

  /// The type that the header states, and the claims that the policy is about.
  mutating func addClaims(_ token: UnverifiedToken, _ expected: TokenExpectation, at now: Timestamp) {
    addType(token.header, expected)
    guard let payload = token.payload else { return }
    addText("iss", payload, expected.issuer)
    addAudience(payload, expected.audience)
    addTimes(payload, expected, at: now)
  }

  private mutating func addType(_ header: ParsedJSON, _ expected: TokenExpectation) {
    guard let type = header["typ"]?.string else {
      return add("typ", false, "absent; expected “\(expected.type)”")
    }
    let isOK = Self.mediaType(type) == Self.mediaType(expected.type)
    add("typ", isOK, isOK ? type : "is “\(type)”; expected “\(expected.type)”")
  }

  /// Media types compare without case, and `application/` may be left away (RFC 7515 §4.1.9).
  private static func mediaType(_ type: String) -> String {
    let lowered = type.lowercased()
    return lowered.hasPrefix("application/") ? String(lowered.dropFirst("application/".count)) : lowered
  }

  private mutating func addText(_ name: String, _ payload: ParsedJSON, _ expected: String) {
    guard let value = payload[name] else { return add(name, false, "absent; expected “\(expected)”") }
    guard let text = value.string else { return add(name, false, "is \(value.kind.rawValue), not a string") }
    let isOK = value.isString(expected)
    add(name, isOK, isOK ? text : "is “\(text)”; expected “\(expected)”")
  }

  private mutating func addAudience(_ payload: ParsedJSON, _ expected: String) {
    guard let value = payload["aud"] else { return add("aud", false, "absent; expected “\(expected)”") }
    let audiences = value.elements ?? [value]
    let texts = audiences.compactMap(\.string)
    guard texts.count == audiences.count else {
      return add("aud", false, "is neither a string nor a list of strings")
    }
    let isOK = audiences.contains { $0.isString(expected) }
    let list = texts.joined(separator: " ")
    add("aud", isOK, isOK ? list : "is “\(list)”; expected “\(expected)”")
  }

  private mutating func addTimes(_ payload: ParsedJSON, _ expected: TokenExpectation, at now: Timestamp) {
    guard let expiry = payload["exp"] else {
      add("exp", false, "absent: the token would be valid for ever")
      return
    }
    if let instant = Self.instant(expiry) {
      let isOK = now < instant + expected.leeway
      add("exp", isOK, isOK ? "in \((instant - now).text)" : "expired \((now - instant).text) ago")
    } else {
      add("exp", false, "is no NumericDate")
    }
    addStart("nbf", payload["nbf"], "valid", expected, at: now)
    addStart("iat", payload["iat"], "issued", expected, at: now)
  }

  /// A claim that must not lie ahead. It may be absent, unless the profile wants it; then the verdict says
  /// so.
  private mutating func addStart(
    _ name: String, _ value: ParsedJSON?, _ verb: String, _ expected: TokenExpectation, at now: Timestamp
  ) {
    guard let value else { return }
    guard let instant = Self.instant(value) else { return add(name, false, "is no NumericDate") }
    let isOK = instant <= now + expected.leeway
    add(name, isOK, isOK ? "\(verb) \((now - instant).text) ago" : "\(verb) only in \((instant - now).text)")
  }

  /// A NumericDate (RFC 7519 §2), cut to the range of a timestamp.
  private static func instant(_ value: ParsedJSON) -> Timestamp? {
    if let seconds = value.integer { return Timestamp(seconds: seconds) }
    guard let seconds = value.double, seconds.magnitude < 1e12 else { return nil }
    return Timestamp(milliseconds: Int64(seconds * 1000))
  }
}

extension Duration {
  /// `42 s`, `4 min 12 s`, `3 h 5 min`, `12 d 4 h`: the two largest units.
  var text: String {
    let seconds = max(0, components.seconds)
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
    case ..<86_400: return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    default: return "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
    }
  }
}

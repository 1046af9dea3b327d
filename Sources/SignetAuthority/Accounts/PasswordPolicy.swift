/// Which new passwords are accepted (NIST SP 800-63B-4 §3.1.1): length and a block-list, no composition
/// rules. What was accepted once is not asked about again: a login never comes here.
package struct PasswordPolicy: Sendable {
  /// Why a new password is refused. The raw value of ``code`` is stable.
  package enum Refusal: Hashable, Sendable {
    case tooShort(minimum: Int)
    /// A word that many choose, alone or with little added.
    case common
    /// Repetitions, runs such as `12345` or `qwerty`, years.
    case predictable
    /// A name of the account, of its mail's host or of this service, alone or with little added.
    case containsName

    package var code: String {
      switch self {
      case .tooShort: "password_too_short"
      case .common: "password_too_common"
      case .predictable: "password_predictable"
      case .containsName: "password_contains_name"
      }
    }
  }

  /// The least number of code points, 8 or more; 15 by default, as for a password that is the only factor.
  package let minimumLength: Int
  private let common: CommonPasswords

  /// No configuration goes below this many code points.
  package static let floor = 8
  package static let defaultMinimumLength = 15

  /// A policy; nil when `minimumLength` is below ``floor``. `common` is what many choose.
  package init?(minimumLength: Int = Self.defaultMinimumLength, common: CommonPasswords = .none) {
    guard minimumLength >= Self.floor else { return nil }
    self.minimumLength = minimumLength
    self.common = common
  }

  /// Why `password` is refused for an account with these names, at a service with that one; nil when it is
  /// accepted.
  package func refusal(of password: Password, names: [String], service: String = "") -> Refusal? {
    if password.codePointCount < minimumLength { return .tooShort(minimum: minimumLength) }
    let pieces = PasswordPieces(password)
    let least = PasswordPieces.leastWeight
    if pieces.weight(common: .none) < least { return .predictable }
    if pieces.weight(common: common) < least { return .common }
    let known = (names + [service]).flatMap(Self.words)
    return pieces.weight(common: common, known: known) < least ? .containsName : nil
  }

  /// A name, and the parts of it that are long enough to mean something.
  private static func words(of name: String) -> [String] {
    let parts = name.split { !$0.isLetter && !$0.isNumber }
    return [name, parts.joined()] + parts.filter { $0.unicodeScalars.count >= 4 }.map(String.init)
  }
}

extension AuthorityPolicy {
  /// Why `password` is refused for an account with these names; nil when it is accepted.
  package func refusal(of password: Password, names: [String]) -> PasswordPolicy.Refusal? {
    let host = issuer.drop { $0 != ":" }.drop { $0 == ":" || $0 == "/" }.prefix { $0 != "/" && $0 != ":" }
    return passwords.refusal(of: password, names: names, service: String(host))
  }
}

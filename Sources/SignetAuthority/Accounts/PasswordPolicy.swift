/// Which new passwords are accepted (NIST SP 800-63B-4 §3.1.1): length and a block-list, no composition
/// rules.
package struct PasswordPolicy: Sendable {
  /// Why a new password is refused.
  package enum Refusal: Hashable, Sendable {
    case tooShort(minimum: Int)
    case blocked
    case containsLoginName
  }

  /// The least number of code points, 8 or more; 15 by default, as for a password that is the only factor.
  package let minimumLength: Int
  private let isBlocked: @Sendable (Password) -> Bool

  /// No configuration goes below this many code points.
  package static let floor = 8
  package static let defaultMinimumLength = 15

  /// A policy; nil when `minimumLength` is below ``floor``. `isBlocked` says whether a password is commonly
  /// used, expected or compromised.
  package init?(
    minimumLength: Int = Self.defaultMinimumLength,
    isBlocked: @escaping @Sendable (Password) -> Bool = { _ in false }
  ) {
    guard minimumLength >= Self.floor else { return nil }
    self.minimumLength = minimumLength
    self.isBlocked = isBlocked
  }

  /// Why `password` is refused for an account with these names; nil when it is accepted.
  package func refusal(of password: Password, names: [String]) -> Refusal? {
    if password.codePointCount < minimumLength { return .tooShort(minimum: minimumLength) }
    // A name of three letters may well occur in an honest passphrase; the whole name as password may not.
    let typed = String(decoding: password.bytes, as: UTF8.self).lowercased()
    if names.contains(where: { $0 == typed }) { return .containsLoginName }
    return isBlocked(password) ? .blocked : nil
  }
}

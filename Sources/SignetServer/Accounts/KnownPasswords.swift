internal import CPasswordList
package import SignetAuthority

extension CommonPasswords {
  /// The list that is compiled in: see `Scripts/password-list`.
  /// - Throws: ``PasswordListError``.
  package static func compiledIn() throws(PasswordListError) -> CommonPasswords {
    try embedded.get()
  }

  /// A list that a program may start with, from its text.
  init(list text: [UInt8]) throws(PasswordListError) {
    guard let list = CommonPasswords(sorted: text), list.count >= Self.leastCount else {
      throw PasswordListError()
    }
    self = list
  }

  private static let embedded = Result { () throws(PasswordListError) in
    try CommonPasswords(list: (0..<signet_password_list_count()).map { signet_password_list_byte($0) })
  }

  /// A list of fewer words has lost some.
  static let leastCount = 50_000
}

/// The list of common passwords that is compiled in is damaged or cut short: it would let them pass.
package struct PasswordListError: Error, Hashable, CustomStringConvertible {
  package var description: String {
    "the list of common passwords in this program is damaged, and passwords that many choose would be "
      + "accepted; install it again, or build it from an unchanged Sources/CPasswordList"
  }
}

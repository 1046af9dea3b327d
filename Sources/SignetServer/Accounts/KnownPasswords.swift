internal import CPasswordList
package import SignetAuthority

extension CommonPasswords {
  /// The list that is compiled in: see `Scripts/password-list`.
  package static let compiledIn: CommonPasswords = {
    let count = signet_password_list_count()
    return CommonPasswords(sorted: (0..<count).map { signet_password_list_byte($0) }) ?? .none
  }()
}

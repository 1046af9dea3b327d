/// Why a session, an account's sessions or a key was ended. The raw value is what the database and the
/// audit log hold.
package enum RevocationCause: String, CaseIterable, Sendable {
  /// Its owner logged this session out.
  case logout = "logout"
  /// Its owner logged out everywhere.
  case logoutEverywhere = "logout_everywhere"
  /// Its owner logged out all sessions but the one they used.
  case logoutOthers = "logout_others"
  /// A login took its place in the same browser.
  case replaced = "replaced"
  /// The account had as many as it may, and this was the oldest when another began.
  case crowdedOut = "crowded_out"
  case passwordChanged = "password_changed"
  case accountDisabled = "account_disabled"
  /// A refresh token was used twice.
  case refreshTokenReused = "refresh_token_reused"
  /// A refresh token of a generation that was never issued.
  case refreshTokenFromFuture = "refresh_token_from_future"
  /// An administrator ended it.
  case administrator = "administrator"
  /// A role was taken from the account, so what its tokens say is no longer true.
  case rolesChanged = "roles_changed"
  /// The database was restored from a backup, which does not know what has ended since.
  case restored = "restored"
}

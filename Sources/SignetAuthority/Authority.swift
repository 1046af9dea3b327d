package import JOSE

/// Who issues tokens: a value that holds the policy, the keyring and a random source, and nothing that
/// changes.
///
/// Each noun's folder adds its operations as an extension. An operation is synchronous, takes the
/// transaction and the time as arguments, returns a denial as a value, and writes what must be
/// remembered of it; so it can be run again after a conflict, simulated, and tested without a clock.
package struct Authority: Sendable {
  package let policy: AuthorityPolicy
  package let keyring: Keyring
  package let random: SecureRandom

  /// An authority under `policy`. The keyring seals signing keys and authenticates refresh tokens; `random`
  /// makes identifiers.
  package init(policy: AuthorityPolicy, keyring: Keyring, random: SecureRandom) {
    self.policy = policy
    self.keyring = keyring
    self.random = random
  }
}

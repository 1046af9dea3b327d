internal import JOSE

/// What a fetch has changed of an issuer's keys: how many.
package struct KeyChange: Hashable, Sendable {
  /// Keys whose name was not there before.
  package let new: Int
  /// Keys whose name is not there any more.
  package let gone: Int
  /// Names of which something else is said than before: another key, or another use of it.
  package let replaced: Int

  init(from before: PublishedKeys?, to after: PublishedKeys) {
    let (old, now) = (before?.keys ?? [:], after.keys)
    new = now.keys.count { old[$0] == nil }
    gone = old.keys.count { now[$0] == nil }
    replaced = now.count { key in old[key.key].map { $0 != key.value } ?? false }
  }
}

/// A key set's text, and its keys by name.
struct PublishedKeys: Sendable {
  let text: JSON
  let keys: [[UInt8]: JSON]

  init(_ set: JWKSet) {
    text = set.json()
    var keys: [[UInt8]: JSON] = [:]
    for key in set.keys {
      if let keyID = key.keyID { keys[Array(keyID.utf8)] = key.publicJSON() }
    }
    self.keys = keys
  }
}

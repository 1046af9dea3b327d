internal import CArgon2
internal import SignetAuthority

/// Argon2id version 1.3 by libargon2. Blocks the calling thread for as long as the cost says.
enum Argon2 {
  static let saltByteCount = 16
  private static let hashByteCount = 32

  /// The PHC string of `password` under `salt`.
  /// - Throws: ``HashingError/failed(code:)``, when there is no memory to be had.
  static func hash(
    _ password: Password, salt: [UInt8], cost: HashingCost
  ) throws(HashingError) -> PasswordHash {
    let length = argon2_encodedlen(
      cost.passes, cost.memoryKiB, cost.lanes, UInt32(salt.count), UInt32(hashByteCount), Argon2_id)
    var encoded = [CChar](repeating: 0, count: length)
    // SAFETY: every pointer is an array's own, lives for the call, and goes with that array's count.
    let code = unsafe argon2id_hash_encoded(
      cost.passes, cost.memoryKiB, cost.lanes, password.bytes, password.bytes.count, salt, salt.count,
      hashByteCount, &encoded, encoded.count)
    guard code == ARGON2_OK.rawValue else { throw HashingError.failed(code: code) }
    let text = String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let hash = PasswordHash(encoded: text) else { throw HashingError.failed(code: code) }
    return hash
  }

  /// Whether `password` is the one that `hash` was made of. Compares in constant time.
  /// - Throws: ``HashingError/failed(code:)`` for a hash that cannot be read, or when there is no memory.
  static func matches(_ password: Password, _ hash: PasswordHash) throws(HashingError) -> Bool {
    // SAFETY: both live for the call; the string ends with NUL, and the array goes with its count.
    let code = unsafe argon2id_verify(hash.encoded, password.bytes, password.bytes.count)
    switch code {
    case ARGON2_OK.rawValue: return true
    case ARGON2_VERIFY_MISMATCH.rawValue: return false
    default: throw HashingError.failed(code: code)
    }
  }
}

extension HashingError {
  /// Whether there was no memory for it just then.
  var isWantOfMemory: Bool { self == .failed(code: ARGON2_MEMORY_ALLOCATION_ERROR.rawValue) }
}

import CReferenceArgon2
import Foundation
import Synchronization

/// How many passwords libargon2 hashes in a second, with nothing beside it: what logins cannot exceed.
enum PasswordHashes {
  /// At the authority's cost (19 MiB, two passes, one lane), on so many threads.
  static func perSecond(threads count: Int, for seconds: Double) -> Double {
    let hashes = Atomic(0)
    let clock = ContinuousClock()
    let start = clock.now
    DispatchQueue.concurrentPerform(iterations: count) { _ in
      let password = Array("correct horse battery staple".utf8)
      let salt = [UInt8](repeating: 7, count: 16)
      var hash = [UInt8](repeating: 0, count: 32)
      while clock.now - start < .seconds(seconds) {
        // SAFETY: every pointer is an array's own, lives for the call, and goes with that array's count.
        let code = unsafe argon2id_hash_raw(
          2, 19_456, 1, password, password.count, salt, salt.count, &hash, hash.count)
        if code == ARGON2_OK.rawValue { hashes.wrappingAdd(1, ordering: .relaxed) }
      }
    }
    return Double(hashes.load(ordering: .relaxed)) / ((clock.now - start) / .seconds(1))
  }
}

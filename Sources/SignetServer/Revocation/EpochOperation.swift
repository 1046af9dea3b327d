internal import HummingbirdTokenVerification
package import SignetAuthority
internal import TokenVerification

extension AuthorityService {
  /// Begins another life of the revocation log: every token of before is refused, and every session ends.
  ///
  /// When it fails half-way tokens are taken back already, and it can be repeated. A database that was moved
  /// away while this server ran on it is not taken up again: two of one authority never run.
  /// - Returns: The name of the new life, and how many sessions ended.
  package func beginEpoch(origin: RequestOrigin) async throws -> (epoch: String, ended: Int) {
    let now = clock()
    let epoch = try await storage.write { [authority] tx in
      _ = try authority.checkBelonging(in: tx)
      try authority.beginNewEpoch(origin: origin, in: tx, at: now)
      return try tx.revocationPosition().epoch
    }
    try await revocations.reload(from: storage, at: now)
    try await readLog()
    var (ended, last) = (0, AccountID?.none)
    repeat {
      let page = try await storage.write { [authority, last] tx in
        try authority.endAllSessions(
          ofAccountsAfter: last, limit: Self.accountsAtOnce, cause: .restored, origin: origin, in: tx, at: now
        )
      }
      ended += page.ended
      last = page.last
    } while last != nil
    return (epoch, ended)
  }

  /// Few: logins of these accounts wait meanwhile.
  private static let accountsAtOnce = 20
}

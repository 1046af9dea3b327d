import JOSE
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

/// Random sequences of operations: an engine must answer every one as the model does.
@Suite(.blocking) struct RandomOperationsTests {
  @Test(arguments: Engine.allCases.filter { $0 != .memory })
  func `an engine answers any sequence of operations as the model does`(engine: Engine) async throws {
    let seed = Seed.fromEnvironment()
    var maker = OperationMaker(seed: seed)
    let (told, toldByModel) = (Told(), Told())
    let store = try engine.open(observer: told.observer)
    let model = MemoryStorage(observer: toldByModel.observer)
    var conflicts = 0
    for step in 0..<1500 {
      let operations = maker.transaction()
      let answer = await Self.run(operations, on: store.storage)
      let expected = await Self.run(operations, on: model)
      #expect(answer == expected, "step \(step) of \(seed): \(operations)")
      guard answer == expected else { return }
      if case .failed = answer { conflicts += 1 }
    }
    // The sequence is worth something only if it met both.
    #expect((50...1450).contains(conflicts), "\(seed)")
    #expect(told.all == toldByModel.all, "\(seed)")
    #expect(!told.all.isEmpty, "\(seed)")
  }

  enum Answer: Hashable {
    case done([Observation])
    case failed(StorageError)
    case broken(String)
  }

  private static func run(_ operations: [Operation], on storage: any AuthorityStorage) async -> Answer {
    do {
      return .done(try await storage.write { tx in try operations.map { try $0.run(in: tx) } })
    } catch let error as StorageError {
      return .failed(error)
    } catch {
      return .broken("\(error)")
    }
  }
}

/// What an operation answered.
enum Observation: Hashable, Sendable {
  case nothing
  case absent
  case count(Int)
  case settings(AuthoritySettings?)
  case accounts([Account])
  case sessions([Session])
  case grants([Grant])
  case keys([SigningKeyRecord])
  case entries([RevocationEntry])
  case events([AuditEvent])
  case position(RevocationPosition)
  case throttles([Throttle])
}

/// One operation on a transaction, as a value that can be printed and run again.
enum Operation: Hashable, Sendable {
  case insertAccount(Account), updateAccount(UInt8, displayName: String, isStale: Bool)
  case readAccount(UInt8), readName(LoginName), readAccounts(after: UInt8?, limit: Int)
  case insertSession(Session), endSession(UInt8, at: Int64, isStale: Bool)
  case readSessions(of: UInt8), deleteSessions(before: Int64, limit: Int)
  case insertGrant(Grant), rotateGrant(UInt8, isStale: Bool), readGrants(of: UInt8)
  case insertKey(SigningKeyRecord), retireKey(UInt8, isStale: Bool), deleteKey(UInt8), readKeys
  case insertSettings, readSettings
  case revoke([RevocationDraft]), deleteRevocations(before: Int64), readRevocations(after: Int64, limit: Int)
  case record(AuditEvent), readEvents(of: UInt8?, before: Int64?, limit: Int)
  case deleteEvents(before: Int64, limit: Int)
  case readPosition
  case insertThrottle(NumberedThrottle), spendThrottle(UInt8, isStale: Bool), readThrottle(UInt8)
  case deleteThrottles(before: Int64, limit: Int)

  func run(in tx: any AuthorityWrites) throws -> Observation {
    switch self {
    case .insertAccount, .updateAccount, .readAccount, .readName, .readAccounts: try runOnAccounts(tx)
    case .insertSession, .endSession, .readSessions, .deleteSessions: try runOnSessions(tx)
    case .insertGrant, .rotateGrant, .readGrants: try runOnGrants(tx)
    case .insertKey, .retireKey, .deleteKey, .readKeys, .insertSettings, .readSettings: try runOnKeys(tx)
    case .insertThrottle, .spendThrottle, .readThrottle, .deleteThrottles: try runOnThrottles(tx)
    default: try runOnLogs(tx)
    }
  }

  private func runOnAccounts(_ tx: any AuthorityWrites) throws -> Observation {
    switch self {
    case .insertAccount(let account): try tx.insert(account)
    case .updateAccount(let number, let displayName, let isStale):
      guard let account = try tx.account(.numbered(number)) else { return .absent }
      try tx.update(
        account.with(\.displayName, displayName).with(\.revision, account.revision - (isStale ? 1 : 0)))
    case .readAccount(let number): return .accounts(try tx.account(.numbered(number)).map { [$0] } ?? [])
    case .readName(let name): return .accounts(try tx.account(named: name).map { [$0] } ?? [])
    case .readAccounts(let after, let limit):
      return .accounts(try tx.accounts(after: after.map { .numbered($0) }, limit: limit))
    default: break
    }
    return .nothing
  }

  private func runOnSessions(_ tx: any AuthorityWrites) throws -> Observation {
    switch self {
    case .insertSession(let session): try tx.insert(session)
    case .endSession(let number, let at, let isStale):
      guard var session = try tx.session(.numbered(number)) else { return .absent }
      session.revision -= isStale ? 1 : 0
      session.lastActiveAt = .after(at)
      try tx.update(session.ended(at: at, cause: RevocationCause.allCases[Int(number) % 10]))
    case .readSessions(let account): return .sessions(try tx.unendedSessions(of: .numbered(account)))
    case .deleteSessions(let cutoff, let limit):
      return .count(try tx.deleteSessions(finishedBefore: .after(cutoff), limit: limit))
    default: break
    }
    return .nothing
  }

  private func runOnGrants(_ tx: any AuthorityWrites) throws -> Observation {
    switch self {
    case .insertGrant(let grant): try tx.insert(grant)
    case .rotateGrant(let number, let isStale):
      guard var grant = try tx.grant(.numbered(number)) else { return .absent }
      grant.revision -= isStale ? 1 : 0
      grant.generation += 1
      grant.retryKeyHash = grant.generation % 2 == 0 ? nil : [UInt8(truncatingIfNeeded: grant.generation)]
      try tx.update(grant)
    case .readGrants(let session): return .grants(try tx.grants(of: .numbered(session)))
    default: break
    }
    return .nothing
  }

  private func runOnKeys(_ tx: any AuthorityWrites) throws -> Observation {
    switch self {
    case .insertKey(let key): try tx.insert(key)
    case .retireKey(let number, let isStale):
      guard var key = try tx.signingKeys().first(where: { $0.keyID == "key-\(number)" }) else {
        return .absent
      }
      key.revision -= isStale ? 1 : 0
      key.state = .retired
      key.retiredAt = .after(Int64(number))
      try tx.update(key)
    case .deleteKey(let number): try tx.deleteSigningKey("key-\(number)")
    case .readKeys: return .keys(try tx.signingKeys())
    case .insertSettings: try tx.insert(AuthoritySettings.example)
    case .readSettings: return .settings(try tx.settings())
    default: break
    }
    return .nothing
  }

  private func runOnLogs(_ tx: any AuthorityWrites) throws -> Observation {
    switch self {
    case .revoke(let drafts): try tx.append(drafts)
    case .deleteRevocations(let cutoff):
      return .count(try tx.deleteRevocations(expiredBefore: .after(cutoff)))
    case .readRevocations(let after, let limit):
      return .entries(try tx.revocations(after: after, limit: limit))
    case .record(let event): try tx.append(event)
    case .readEvents(let account, let before, let limit):
      return .events(try tx.auditEvents(of: account.map { .numbered($0) }, before: before, limit: limit))
    case .deleteEvents(let cutoff, let limit):
      return .count(try tx.deleteAuditEvents(before: .after(cutoff), limit: limit))
    case .readPosition: return .position(try tx.revocationPosition())
    default: break
    }
    return .nothing
  }
}

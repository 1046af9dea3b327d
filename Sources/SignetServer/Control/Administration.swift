internal import JOSE
internal import Logging
internal import SignetAuthority

/// Carries out what administrators ask. The control socket of a running server and a command that has opened
/// the database itself come through here alike, so that both leave the same traces.
package struct Administration: Sendable {
  let service: AuthorityService

  package init(service: AuthorityService) {
    self.service = service
  }

  /// Carries out `request`. Whatever goes wrong is an answer as well: in words for the one who asked.
  package func answer(_ request: AdministrationRequest, by administrator: Administrator) async
    -> AdministrationAnswer
  {
    do {
      return try await perform(request, origin: administrator.origin(random: service.authority.random))
    } catch let refusal as AdministrationRefusal {
      return .refused(refusal)
    } catch let error as StorageError {
      return .refused(Self.refusal(error))
    } catch let error as OpeningError {
      return .refused(AdministrationRefusal("not_served", "\(error)", next: nil))
    } catch let error as HashingError {
      return .refused(Self.refusal(error))
    } catch {
      service.logger.error(
        "an administrator's command failed", metadata: ["error.type": "\(type(of: error))"])
      return .refused(
        AdministrationRefusal(
          "failed", "the command failed: \(type(of: error))", next: "the log may say more"))
    }
  }

  private func perform(
    _ request: AdministrationRequest, origin: RequestOrigin
  ) async throws -> AdministrationAnswer {
    switch request {
    case .addAccount(let new): try await addAccount(new, origin: origin)
    case .accounts(let after, let limit): try await accounts(after: after, limit: limit)
    case .account(let name): .account(AccountSummary(try await account(name)))
    case .disableAccount(let name): try await disable(name, origin: origin)
    case .enableAccount(let name): try await enable(name, origin: origin)
    case .setPassword(let name, let password): try await setPassword(password, of: name, origin: origin)
    case .setRoles(let name, let roles): try await setRoles(roles, of: name, origin: origin)
    case .endSessions(let name): try await endSessions(of: name, origin: origin)
    case .signingKeys: try await signingKeys()
    case .rotateKeys(let isForced, let resource):
      try await rotateKeys(isForced: isForced, resource: resource, origin: origin)
    case .resourceSecrets(let name): try await exportSecrets(of: name, origin: origin)
    case .revokeKey(let keyID): try await revokeKey(keyID, origin: origin)
    case .verificationKeys:
      .verificationKeys(
        issuer: service.authority.policy.issuer,
        keys: service.keys.current.published.json().encodedString())
    case .sessions(let name): try await sessions(of: name)
    case .revokeSession(let id): try await revokeSession(id, origin: origin)
    case .beginEpoch: try await beginEpoch(origin: origin)
    case .verdict(let token, let audience): try verdict(on: token, audience: audience)
    }
  }

  private static func refusal(_ error: StorageError) -> AdministrationRefusal {
    switch error {
    case .conflict:
      AdministrationRefusal("conflict", "somebody else changed the same thing meanwhile", next: "try again")
    case .unavailable(let reason):
      AdministrationRefusal(
        "unavailable", "the database cannot serve now: \(reason)", next: "nothing was changed")
    case .outcomeUnknown(let reason):
      AdministrationRefusal(
        "outcome_unknown", "the database was lost while it committed: \(reason)",
        next: "look whether it was done before you repeat it")
    case .corrupt(let reason):
      AdministrationRefusal(
        "corrupt", "the database is damaged: \(reason)", next: "restore it from a backup")
    }
  }

  private static func refusal(_ error: HashingError) -> AdministrationRefusal {
    switch error {
    case .overloaded:
      AdministrationRefusal("overloaded", "too many passwords are being hashed", next: "try again")
    case .stopped: AdministrationRefusal("stopping", "the server is going down", next: "try again")
    case .failed:
      AdministrationRefusal("failed", "the password could not be hashed", next: "free some memory")
    }
  }
}

extension AdministrationRefusal: Error {}

/// Who gives an order: the user that the kernel vouches for.
package struct Administrator: Hashable, Sendable {
  package let userID: UInt32

  package init(userID: UInt32) {
    self.userID = userID
  }

  /// What the audit log says of an order.
  func origin(random: SecureRandom) -> RequestOrigin {
    RequestOrigin(
      requestID: Base64URL.encode(random.bytes(12)), address: nil, userAgent: "signet command, uid \(userID)")
  }
}

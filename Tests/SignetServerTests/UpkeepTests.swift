import HummingbirdTokenVerification
import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing
import TokenVerification

@testable import SignetServer

@Suite struct UpkeepTests {
  @Test func `upkeep removes what has expired, and nothing else`() async throws {
    try await RunningAuthority.run { running in
      let service = running.service
      try await running.addAccount()
      let ended = try await running.logIn()
      _ = try await running.api.send(.POST, "/api/v1/logout", ended.bearer)
      _ = try await service.rotateKeys(isForced: true, origin: TestAuthority.origin).get()
      try await service.removeExpired()
      #expect(service.revocations.view.count == 1)
      #expect(service.keys.current.published.keys.count == 3)
      #expect(try await session(ended.session, in: service) != nil)

      running.clock.advance(by: .seconds(3_661))
      try await service.removeExpired()
      #expect(service.revocations.view.count == 0)
      #expect(service.keys.current.published.keys.count == 2)
      #expect(try await service.storage.read { tx in try tx.revocations(after: 0, limit: 10) }.isEmpty)
      #expect(try await session(ended.session, in: service) != nil)

      running.clock.advance(by: .seconds(31 * 86_400))
      try await service.removeExpired()
      #expect(try await session(ended.session, in: service) == nil)
    }
  }

  private func session(_ id: String, in service: AuthorityService) async throws -> Session? {
    let id = try #require(SessionID(id))
    return try await service.storage.read { tx in try tx.session(id) }
  }
}

import HummingbirdTokenVerification
import JOSE
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

/// A server that starts with another keyring than the last time.
@Suite struct KeyringChangeTests {
  private static let newLine = Keyring(from: .seeded(Seed(7))).text()

  private func open(
    _ service: AuthorityService, keyring: String, logger: LogRecorder = LogRecorder()
  ) async throws -> AuthorityService {
    try await AuthorityService.open(
      Authority(
        policy: service.authority.policy, keyring: try Keyring(text: keyring), random: .seeded(Seed(7))),
      storage: service.storage, hasher: service.hasher, revocations: RevocationState(),
      clock: service.clock, logger: logger.logger)
  }

  @Test func `after a start with a new first line the old one can be taken out`() async throws {
    let first = try await RunningAuthority.makeService(
      RunningAuthority.Options(), clock: TestClock(), logger: LogRecorder().logger)
    let old = first.authority.keyring.text()
    await #expect(throws: OpeningError.wrongKeyring) { try await open(first, keyring: Self.newLine) }
    let log = LogRecorder()
    let second = try await open(first, keyring: Self.newLine + old, logger: log)
    #expect(log.lines == ["notice sealed under the keyring's first line sealed=3"])
    let third = try await open(first, keyring: Self.newLine)
    for service in [second, third] {
      #expect(service.keys.current.signer.keyID == first.keys.current.signer.keyID)
    }
    await #expect(throws: OpeningError.wrongKeyring) { try await open(first, keyring: old) }
    let again = LogRecorder()
    _ = try await open(first, keyring: Self.newLine + old, logger: again)
    #expect(again.lines.isEmpty, "it is done once")
  }

  @Test func `what cannot be sealed again stops the start, and stays as it was`() async throws {
    let storage = FailingStorage()
    var options = RunningAuthority.Options()
    options.makeStorage = { _ in storage }
    let first = try await RunningAuthority.makeService(
      options, clock: TestClock(), logger: LogRecorder().logger)
    let old = first.authority.keyring.text()
    storage.fail(with: .unavailable("disk full"))
    await #expect(throws: StorageError.self) { try await open(first, keyring: Self.newLine + old) }
    storage.fail(with: nil)
    _ = try await open(first, keyring: old)
  }
}

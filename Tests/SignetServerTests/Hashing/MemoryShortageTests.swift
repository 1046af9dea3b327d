import Foundation
import JOSE
import NIOHTTP1
import SignetAuthority
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct MemoryShortageTests {
  /// Whether the kernel refuses what no machine has, as it does unless somebody tells it otherwise.
  private static var isRefused: Bool {
    let file = "/proc/sys/vm/overcommit_memory"
    return FileManager.default.contents(atPath: file).map { $0.first != UInt8(ascii: "1") } ?? false
  }

  @Test(.enabled(if: isRefused)) func `a login for which there is no memory is to be tried again`()
    async throws
  {
    try await RunningAuthority.run { running in
      let account = try await running.addAccount()
      // Four tebibytes.
      let salt = String(repeating: "A", count: 22)
      let greedy = try #require(
        PasswordHash(
          encoded: "$argon2id$v=19$m=4294967295,t=1,p=1$\(salt)$\(String(repeating: "A", count: 43))"))
      try await running.service.storage.write { tx in
        var changed = account
        changed.passwordHash = greedy
        try tx.update(changed)
      }
      let answer = try await running.api.post(
        "/api/v1/login", ["login": "ada", "password": .string(RunningAuthority.password)])
      #expect(answer.status == 503)
      #expect(answer.code == "overloaded")
      #expect(answer.headers.first(name: "retry-after") != nil)
      #expect(running.log.lines.contains { $0.contains("hashing failed") })
    }
  }

  @Test func `a hash that makes no sense is no want of memory`() {
    #expect(HashingError.failed(code: -22).isWantOfMemory)
    #expect(!HashingError.failed(code: -32).isWantOfMemory)
    #expect(!HashingError.overloaded.isWantOfMemory)
  }
}

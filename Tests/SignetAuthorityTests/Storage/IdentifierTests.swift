import JOSE
import SignetAuthority
import Testing

@Suite struct IdentifierTests {
  @Test func `a fresh identifier is never taken for an option, whatever was drawn`() {
    for first in UInt8.min...UInt8.max {
      let id = AccountID(from: SecureRandom { [first] + Array(repeating: 7, count: $0 - 1) })
      #expect(!id.description.hasPrefix("-"))
      #expect(AccountID(id.description) == id)
    }
    #expect(
      AccountID(from: SecureRandom { Array(repeating: 7, count: $0) }).bytes == Array(repeating: 7, count: 16)
    )
  }
}

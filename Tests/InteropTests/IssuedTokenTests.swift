import Foundation
import SignetTesting
import Testing

/// What the authority issues, in other people's hands: they know the published key set and nothing else.
@Suite(.serialized, .blocking, PythonPeers.isAvailable) struct IssuedTokenTests {
  @Test(.timeLimit(.minutes(10)), arguments: ["ES256", "EdDSA", "RS256"])
  func `an issued token verifies through the published key set in every library`(algorithm: String) throws {
    let password = "five words that nobody guesses"
    let authority = try RunningAuthority(signingWith: algorithm, password: password)
    let token = try authority.accessToken(password: password)
    #expect(token.utf8.count < (algorithm == "RS256" ? 900 : 600), "a token of \(token.utf8.count) bytes")
    let cases: [(name: String, token: String, audience: String, algorithms: [String], isGood: Bool)] = [
      ("as issued", token, RunningAuthority.audience, [algorithm], true),
      ("for another audience", token, "https://other.example.com", [algorithm], false),
      ("one bit flipped", Self.flipped(token), RunningAuthority.audience, [algorithm], false),
      ("another algorithm expected", token, RunningAuthority.audience, ["PS256"], false),
    ]
    let jobs = PythonPeers.libraries.flatMap { library in
      cases.map { test in
        PythonPeers.Job(
          library: library, action: "verify", token: test.token,
          jwksURL: "\(authority.address)/.well-known/jwks.json", algorithms: test.algorithms,
          issuer: RunningAuthority.issuer, audience: test.audience)
      }
    }
    for (index, answer) in try PythonPeers.ask(jobs).enumerated() {
      let test = cases[index % cases.count]
      let outcome = answer.error.map { "\($0) \(answer.detail ?? "")" } ?? "accepted"
      #expect(answer.ok == test.isGood, "\(jobs[index].library), \(algorithm), \(test.name): \(outcome)")
      if test.isGood { #expect(answer.claims?["scope"] == .string("orders:read")) }
    }
  }

  private static func flipped(_ token: String) -> String {
    var bytes = Array(token.utf8)
    let middle = bytes.count / 2
    bytes[middle] = bytes[middle] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
    return String(decoding: bytes, as: UTF8.self)
  }
}

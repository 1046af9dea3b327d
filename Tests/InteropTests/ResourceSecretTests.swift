import Foundation
import SignetTesting
import Testing

/// A token that is signed with a resource's own secret, in other people's hands: they have the exported file.
@Suite(.serialized, .blocking, PythonPeers.isAvailable) struct ResourceSecretTests {
  @Test(.timeLimit(.minutes(10)))
  func `a token for a resource with a secret verifies with the exported file in every library`() throws {
    let password = "five words that nobody guesses"
    let authority = try RunningAuthority(signingWith: "ES256", hasSecret: true, password: password)
    let token = try authority.accessToken(password: password)
    let secrets = try JSONText(Array(authority.secrets()))
    // What a resource holds that was given another secret under the same name.
    let stranger = try JSONText(
      Array(
        String(decoding: authority.secrets(), as: UTF8.self)
          .replacing(/"k":"[^"]*"/, with: #""k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#).utf8))
    let other = "https://other.example.com"
    let cases: [(name: String, keys: JSONText, audience: String, algorithm: String, isGood: Bool)] = [
      ("as issued", secrets, RunningAuthority.audience, "HS256", true),
      ("for another audience", secrets, other, "HS256", false),
      ("with another secret", stranger, RunningAuthority.audience, "HS256", false),
      ("another algorithm expected", secrets, RunningAuthority.audience, "ES256", false),
    ]
    let jobs = PythonPeers.libraries.flatMap { library in
      cases.map { test in
        PythonPeers.Job(
          library: library, action: "verify", token: token, jwks: test.keys, algorithms: [test.algorithm],
          issuer: RunningAuthority.issuer, audience: test.audience)
      }
    }
    for (index, answer) in try PythonPeers.ask(jobs).enumerated() {
      let test = cases[index % cases.count]
      let outcome = answer.error.map { "\($0) \(answer.detail ?? "")" } ?? "accepted"
      #expect(answer.ok == test.isGood, "\(jobs[index].library), \(test.name): \(outcome)")
      if test.isGood { #expect(answer.claims?["aud"] == .string(RunningAuthority.audience)) }
    }
  }
}

import Foundation
import SignetTesting
import Testing

/// `Examples/PythonVerifier` against a real authority: what docs/revocation-feed.md says is enough to go by.
@Suite(.serialized, .blocking, PythonPeers.isAvailable) struct PythonVerifierTests {
  private static let program = VectorFolder.packageRoot.appending(path: "Examples/PythonVerifier/verifier.py")

  @Test(.timeLimit(.minutes(10)))
  func `a consumer of fifty lines refuses a token once its session has ended, and no other`() throws {
    let password = "five words that nobody guesses"
    let authority = try RunningAuthority(signingWith: "ES256", password: password)
    let verifier = try Verifier(Self.program, of: authority)
    defer { verifier.stop() }
    let tokens = try (0..<2).map { _ in try authority.accessToken(password: password, forEverything: true) }
    // Until it has the log it refuses everything.
    let early = try verifier.answer(to: tokens[0]) { $0.hasPrefix("good") }
    #expect(early.dropLast().allSatisfy { $0 == "refused nobody knows what was revoked since" })
    #expect(try verifier.ask(tokens[1]).hasPrefix("good "))
    for token in ["", "x", String(tokens[0].dropLast()), tokens[0] + "A"] {
      #expect(try verifier.ask(token).hasPrefix("refused"))
    }
    try authority.logOut(tokens[0])
    let late = try verifier.answer(to: tokens[0]) { !$0.hasPrefix("good") }
    #expect(late.last == "refused revoked")
    #expect(try verifier.ask(tokens[1]).hasPrefix("good "))
    // One that comes later has the snapshot.
    let another = try Verifier(Self.program, of: authority)
    defer { another.stop() }
    _ = try another.answer(to: tokens[1]) { $0.hasPrefix("good") }
    #expect(try another.ask(tokens[0]) == "refused revoked")
  }

  @Test func `it has fifty lines at most`() throws {
    let lines = try String(contentsOf: Self.program, encoding: .utf8).split(separator: "\n")
    #expect(lines.count <= 50 && lines.allSatisfy { $0.count <= 120 })
  }
}

/// The example at work: a token in, a line out.
private struct Verifier {
  private let process: BackgroundProcess
  private let input = Pipe()
  private let errors: URL

  init(_ program: URL, of authority: RunningAuthority) throws {
    let process = Process()
    process.executableURL = URL(filePath: try PythonPeers.python())
    process.arguments = [
      program.path, RunningAuthority.issuer, RunningAuthority.audience, authority.address,
    ]
    process.standardInput = input
    errors = FileManager.default.temporaryDirectory.appending(path: "verifier-\(UUID().uuidString)")
    let file = try OutputFile(at: errors)
    process.standardError = file.handle
    self.process = try BackgroundProcess(process, errors: file)
  }

  func ask(_ token: String) throws -> String {
    try input.fileHandleForWriting.write(contentsOf: Data((token + "\n").utf8))
    let answer = process.nextLine()
    return try #require(answer, "the verifier has ended")
  }

  /// Asks again and again until the answer is as wanted.
  /// - Returns: All answers.
  func answer(to token: String, until isWanted: (String) -> Bool) throws -> [String] {
    var answers: [String] = []
    repeat { answers.append(try ask(token)) } while !isWanted(answers[answers.count - 1])
    return answers
  }

  /// It ends with its input.
  func stop() {
    try? input.fileHandleForWriting.close()
    process.waitForEnd()
    try? FileManager.default.removeItem(at: errors)
  }
}

import Foundation
import SignetTesting
import Testing

/// What docs/operations.md says about moving to PostgreSQL, and about upgrading there, is what happens.
@Suite(.blocking, .enabled(if: PostgresProcess.installed != nil || VectorFolder.isContinuousIntegration))
struct MovingPageTests {
  @Test(.timeLimit(.minutes(10)))
  func `every line of the page moves the authority along, and its tokens are good there`() throws {
    let page = try String(
      contentsOf: VectorFolder.packageRoot.appending(path: "docs/operations.md"), encoding: .utf8)
    let lines = try ["Moving to PostgreSQL", "Upgrades"].flatMap { try Self.commands(of: $0, in: page) }
    #expect(lines.count > 8)
    let postgres = try PostgresProcess()
    // The page's places, as this machine has them. The role `signet` is the test server's own.
    let steps = lines.map { line in
      let here = line.replacing("/var/lib/signet", with: "data")
        .replacing("'host=/run/postgresql", with: "'host=\(postgres.folder)")
        .replacing("database.url: host=/run/postgresql", with: "database.url: host=\(postgres.folder)")
        .replacing(
          "'database.password-file: data/database-password'",
          with: #""database.password-file: $directory/data/database-password""#
        )
        .replacing("ROLE signet", with: "ROLE mover").replacing("--owner=signet", with: "--owner=mover")
        .replacing("user=signet", with: "user=mover")
      return "> \(here)\n…\n! …"
    }
    let text = try [Self.script("before-the-move")] + steps + [Self.script("after-the-move")]
    let tools = try BuiltProducts.folder()
    let run = try ScriptRun(
      tools: tools,
      environment: [
        "SOCKETS": postgres.folder, "PATH": "bin:\(tools):\(postgres.tools):/usr/local/bin:/usr/bin:/bin",
      ])
    try run.run(Script(name: "docs/operations.md", text: text.joined(separator: "\n\n")))
    try postgres.stop()
  }

  private static func script(_ name: String) throws -> String {
    let file = "Tests/CommandTests/Scripts/Pages/\(name).txt"
    return try String(contentsOf: VectorFolder.packageRoot.appending(path: file), encoding: .utf8)
  }

  /// The lines of a section's blocks for a shell.
  private static func commands(of section: String, in page: String) throws -> [String] {
    let rest = try #require(page.components(separatedBy: "\n## \(section)\n").dropFirst().first)
    let text = rest.components(separatedBy: "\n## ")[0]
    return text.components(separatedBy: "```sh\n").dropFirst().flatMap { block in
      block.components(separatedBy: "\n```")[0].split(separator: "\n").map(String.init)
    }
  }
}

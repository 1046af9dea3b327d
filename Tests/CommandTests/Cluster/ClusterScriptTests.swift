import Foundation
import SignetTesting
import Testing

/// Scripts that need a PostgreSQL: `Scripts/Postgres/*.txt`. `$SOCKETS` is the folder of its socket, where
/// the superuser `signet` needs no password.
@Suite(.blocking, .enabled(if: PostgresProcess.installed != nil || VectorFolder.isContinuousIntegration))
struct ClusterScriptTests {
  @Test(.timeLimit(.minutes(10)), arguments: try Script.all(in: "Scripts/Postgres"))
  func `a command on PostgreSQL does what its script says`(_ script: Script) throws {
    let postgres = try PostgresProcess()
    let tools = try BuiltProducts.folder()
    let run = try ScriptRun(
      tools: tools,
      environment: [
        "SOCKETS": postgres.folder,
        "PATH": "\(tools):\(postgres.tools):/usr/local/bin:/usr/bin:/bin:/usr/sbin",
      ])
    try run.run(script)
    try postgres.stop()
  }
}

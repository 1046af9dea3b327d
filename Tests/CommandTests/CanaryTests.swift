import Foundation
import SignetTesting
import Testing

/// A session of everything against the real binary, its log at its most talkative. See `Scripts/canary.sh`.
@Suite(.blocking) struct CanaryTests {
  @Test
  func `A20 no secret reaches a log, an answer to others, a process, the configuration or the database`()
    throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: "signet-session-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts/canary.sh")
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-x", script.path]
    process.currentDirectoryURL = folder
    process.environment = [
      "PATH": "\(try BuiltProducts.folder()):/usr/local/bin:/usr/bin:/bin", "HOME": folder.path,
      "LC_ALL": "C.UTF-8",
    ]
    let trace = try OutputFile(at: folder.appending(path: "trace"))
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = trace.handle
    process.standardError = trace.handle
    try process.run()
    process.waitUntilExit()
    let end = try trace.lines().suffix(3).joined(separator: "\n")
    try #require(process.terminationStatus == 0, "the session ended early:\n\(end)")

    let text = String(decoding: try Data(contentsOf: folder.appending(path: "secrets")), as: UTF8.self)
    let secrets = text.split(separator: "\n").map { Data($0.utf8) }
    #expect(secrets.count >= 22)
    #expect(secrets.dropFirst().allSatisfy { $0.count >= 20 })
    let seen = folder.appending(path: "seen")
    let files = try FileManager.default.contentsOfDirectory(at: seen, includingPropertiesForKeys: nil)
    #expect(files.count > 60)
    for file in files {
      let content = try Data(contentsOf: file)
      for (index, secret) in secrets.enumerated() where content.range(of: secret) != nil {
        Issue.record("secret \(index + 1) of \(secrets.count) is in \(file.lastPathComponent)")
      }
    }
    // The search finds what is there: the account's name is no secret.
    for name in ["log", "database", "accounts"] {
      let content = try Data(contentsOf: seen.appending(path: name))
      #expect(content.range(of: Data((name == "log" ? "request" : "alice").utf8)) != nil, "\(name)")
    }
  }
}

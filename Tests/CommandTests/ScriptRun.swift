import Foundation
import SignetTesting
import Testing

/// One run of a script, in a directory of its own.
final class ScriptRun {
  private let directory: URL
  private let transcript: URL
  private let tools: String
  private let environment: [String: String]
  private var bindings = Bindings()
  private var servers: [BackgroundProcess] = []

  /// A run with the binaries that the folder `tools` holds, and with `environment` besides the usual.
  init(tools: String, environment: [String: String] = [:]) throws {
    self.tools = tools
    self.environment = environment
    let name = "signet-command-\(UUID().uuidString.prefix(8))"
    directory = FileManager.default.temporaryDirectory.appending(path: name)
    transcript = FileManager.default.temporaryDirectory.appending(path: name + ".io")
    for folder in [directory, transcript] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    bindings["directory"] = directory.path(percentEncoded: false)
  }

  /// Runs the script, or fails at its first step that goes otherwise.
  func run(_ script: Script) throws {
    defer { cleanUp() }
    for step in script.steps {
      let place = "\(script.name):\(step.line)"
      switch step.action {
      case .write(let file): try write(step.content, to: file)
      case .run(let command): try run(command, step, place)
      case .start(let command): try start(command, step, place)
      case .stop: try stop(step, place)
      }
    }
  }

  private func write(_ content: [String], to file: String) throws {
    let text = content.map { bindings.filled($0) + "\n" }.joined()
    try Data(text.utf8).write(to: directory.appending(path: file))
  }

  private func run(_ command: String, _ step: Script.Step, _ place: String) throws {
    let input = transcript.appending(path: "in")
    try Data(step.input.map { bindings.filled($0) + "\n" }.joined().utf8).write(to: input)
    let output = try OutputFile(at: transcript.appending(path: "out"))
    let errors = try OutputFile(at: transcript.appending(path: "err"))
    let process = process(command)
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = output.handle
    process.standardError = errors.handle
    try process.run()
    process.waitUntilExit()
    let (outputLines, errorLines) = (try output.lines(), try errors.lines())
    let all = (outputLines + errorLines).joined(separator: "\n")
    let status = process.terminationStatus
    guard status == step.status else {
      throw ScriptFailure("\(place): \(command) exited with \(status):\n\(all)")
    }
    try require(step.output, outputLines, "\(place): standard output of \(command)", all)
    try require(step.errors, errorLines, "\(place): standard error of \(command)", all)
  }

  private func start(_ command: String, _ step: Script.Step, _ place: String) throws {
    let errors = try OutputFile(at: transcript.appending(path: "server-\(servers.count)"))
    let process = process("exec \(command)")
    process.standardInput = FileHandle.nullDevice
    process.standardError = errors.handle
    let server = try BackgroundProcess(process, errors: errors)
    servers.append(server)
    for expected in step.output {
      guard let line = server.nextLine() else {
        let log = try errors.lines().joined(separator: "\n")
        throw ScriptFailure("\(place): \(command) ended early:\n\(log)")
      }
      try require([expected], [line], "\(place): the next line of \(command)", line)
    }
  }

  private func stop(_ step: Script.Step, _ place: String) throws {
    guard let server = servers.popLast() else { throw ScriptFailure("\(place): no server runs") }
    let status = server.stop()
    let errors = try server.errors.lines()
    guard status == step.status else {
      let log = errors.joined(separator: "\n")
      throw ScriptFailure("\(place): the server exited with \(status):\n\(log)")
    }
    if !step.errors.isEmpty {
      try require(step.errors, errors, "\(place): the server's log", errors.joined(separator: "\n"))
    }
  }

  private func require(_ expected: [String], _ actual: [String], _ what: String, _ all: String) throws {
    guard try !Expectation(lines: expected).matches(actual, &bindings) else { return }
    let wanted = expected.joined(separator: "\n")
    throw ScriptFailure("\(what) should be\n\(wanted)\nbut all that came is\n\(all)")
  }

  private func process(_ command: String) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = directory
    process.environment = bindings.values.merging([
      "PATH": "\(tools):/usr/local/bin:/usr/bin:/bin", "HOME": directory.path(percentEncoded: false),
      "LC_ALL": "C.UTF-8",
      "SWIFT_BACKTRACE": "enable=no",
    ]) { $1 }.merging(environment) { $1 }
    return process
  }

  private func cleanUp() {
    for server in servers { _ = server.stop() }
    for folder in [directory, transcript] {
      do {
        try FileManager.default.removeItem(at: folder)
      } catch {
        Issue.record("\(folder.path(percentEncoded: false)) is left behind")
      }
    }
  }
}

/// Where a script went otherwise than it says.
struct ScriptFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

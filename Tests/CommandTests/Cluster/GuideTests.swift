import Foundation
import SignetTesting
import Testing

/// `docs/operations.md`, “Several nodes”: every command of it runs, in its order, with three nodes behind a
/// real HAProxy on a real PostgreSQL.
@Suite(.blocking, .enabled(if: guideCanRun || VectorFolder.isContinuousIntegration))
struct GuideTests {
  @Test(.timeLimit(.minutes(10)))
  func `every command of the guide to several nodes runs and answers as shown`() throws {
    let section = try Self.section()
    try #require(section.commands.count > 20)
    // `signet doctor` says of another that it may lose what it has answered.
    let postgres = try PostgresProcess("fsync=on")
    let ports = try Self.freePorts(4)
    let script = try Self.script(of: section, sockets: postgres.folder, ports: ports)
    let tools = try BuiltProducts.folder()
    let run = try ScriptRun(
      tools: tools,
      environment: [
        // PostgreSQL's own programs run as its superuser does.
        "PGHOST": postgres.folder, "PGUSER": "signet",
        "PATH": "\(tools):\(postgres.tools):/usr/local/bin:/usr/bin:/bin:/usr/sbin",
      ])
    try run.run(script)
    try postgres.stop()
  }

  @Test func `no block of the guide is left out`() throws {
    let page = try Self.page()
    let section = try #require(page.components(separatedBy: "\n## Several nodes\n").dropFirst().first)
      .components(separatedBy: "\n## ")[0]
    let languages = section.matches(of: /\n```([a-z]+)\n/).map { String($0.output.1) }
    #expect(Set(languages) == ["console", "haproxy"])
  }

  private struct Section {
    /// The lines of the terminal, in order.
    let commands: [String]
    /// The proxy's configuration.
    let proxy: String
  }

  private static func page() throws -> String {
    try String(
      contentsOf: VectorFolder.packageRoot.appending(path: "docs/operations.md"), encoding: .utf8)
  }

  private static func section() throws -> Section {
    let text = try #require(try page().components(separatedBy: "\n## Several nodes\n").dropFirst().first)
      .components(separatedBy: "\n## ")[0]
    func blocks(_ language: String) -> [String] {
      text.components(separatedBy: "```\(language)\n").dropFirst().map {
        $0.components(separatedBy: "\n```")[0]
      }
    }
    return Section(
      commands: blocks("console").flatMap { $0.split(separator: "\n").map(String.init) },
      proxy: blocks("haproxy").joined(separator: "\n"))
  }

  /// The guide as a script: what differs from a machine of its own is where the socket is, which ports are
  /// free, how `id.example.com` is found, and who made its certificate.
  private static func script(of section: Section, sockets: String, ports: [UInt16]) throws -> Script {
    let places: [(String, String)] = [
      ("/run/postgresql", sockets), ("18081", "\(ports[1])"), ("18082", "\(ports[2])"),
      ("18083", "\(ports[3])"), ("https://id.example.com/", "https://id.example.com:\(ports[0])/"),
      ("bind :443 ssl crt /etc/haproxy/", "bind 127.0.0.1:\(ports[0]) ssl crt "),
      // The role `signet` is the test server's superuser.
      ("createuser signet", "createuser authority"), ("--owner=signet", "--owner=authority"),
      ("ROLE signet", "ROLE authority"), ("user=signet", "user=authority"),
    ]
    func placed(_ text: String) -> String {
      places.reduce(text) { text, place in text.replacing(place.0, with: place.1) }
    }
    let preparation = """
      file haproxy.cfg
      \(placed(section.proxy).split(separator: "\n", omittingEmptySubsequences: true).map { "  \($0)" }
        .joined(separator: "\n"))

      file .curlrc
        resolve = "id.example.com:\(ports[0]):127.0.0.1"
        cacert = "certificate.pem"

      > openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
      -subj /CN=id.example.com -addext subjectAltName=DNS:id.example.com \
      -keyout key.pem -out certificate.pem 2> /dev/null; \
      cat certificate.pem key.pem > id.example.com.pem

      """
    let steps = section.commands.map { line -> String in
      // What was started last ends first: the three nodes. The proxy ends with the test.
      if line == "$ systemctl stop signet" { return "\nstop\n\nstop\n\nstop\n" }
      guard line.hasPrefix("$ ") else { return line }
      let command = line.dropFirst(2)
      return command.hasSuffix(" &") ? "\n& \(command.dropLast(2))" : "\n> \(command)"
    }
    return Script(
      name: "docs/operations.md", text: preparation + placed(steps.joined(separator: "\n")) + "\n")
  }

  /// Ports that nobody listens on now.
  private static func freePorts(_ count: Int) throws -> [UInt16] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      """
      import socket
      held = [socket.socket() for _ in range(\(count))]
      for s in held: s.bind(('127.0.0.1', 0))
      print(*[s.getsockname()[1] for s in held])
      """,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let ports = text.split(whereSeparator: \.isWhitespace).compactMap { UInt16($0) }
    try #require(ports.count == count)
    return ports
  }
}

private let guideCanRun =
  PostgresProcess.installed != nil && FileManager.default.isExecutableFile(atPath: "/usr/sbin/haproxy")

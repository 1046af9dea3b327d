import Foundation
import SignetTesting
import Testing

@testable import SignetCLI

/// What README.md shows is what happens.
@Suite(.blocking) struct ReadmeTests {
  @Test(.timeLimit(.minutes(10)))
  func `every command of README.md runs and answers as shown`() throws {
    let blocks = try Self.blocks("console")
    try #require(blocks.count >= 3)
    let lines = blocks.flatMap { $0 }.map(Self.scriptLine)
    // A blank line ends a step, so one stands before each command.
    let text = lines.map { $0.hasPrefix("> ") || $0.hasPrefix("& ") ? "\n" + $0 : $0 }.joined(separator: "\n")
    let port = try Self.freePort()
    let script = Script(name: "README.md", text: text.replacing("8080", with: "\(port)"))
    // The port stands in the issuer; the server must be told besides.
    let run = try ScriptRun(
      tools: try BuiltProducts.folder(), environment: ["SIGNET_SERVER_PORT": "\(port)"])
    try run.run(script)
  }

  @Test func `every command of README.md that needs the checkout is a target of the Makefile`() throws {
    let makefile = try Self.text("Makefile")
    let commands = try Self.blocks("sh").flatMap { $0 }
    try #require(!commands.isEmpty)
    for command in commands {
      let words = command.split(separator: " ")
      #expect(words.first == "make", "\(command) is tested by nothing")
      #expect(words.count > 1 && makefile.contains("\n\(words[1]):"), "\(command): no such target")
    }
  }

  @Test func `every Swift line of README.md stands in code that is compiled`() throws {
    let sources = try [
      "Examples/ResourceServer/ResourceServer.swift",
      "Tests/JOSETests/Documentation/ImportSnippet.swift",
      "Tests/JOSETests/Documentation/QuickStartSnippets.swift",
      "Tests/HummingbirdTokenVerificationTests/ReadmeExampleTests.swift",
    ]
    .map { Self.unindented(try Self.text($0).split(separator: "\n").map(String.init)) }
    .joined(separator: "\n")
    let blocks = try Self.blocks("swift")
    try #require(!blocks.isEmpty)
    // The manifest is resolved by TidyTests.
    for block in blocks where block.first?.hasPrefix("// swift-tools-version") == false {
      let snippet = Self.unindented(block)
      #expect(sources.contains(snippet), "no source holds this:\n\(snippet)")
    }
  }

  private static func unindented(_ lines: [String]) -> String {
    lines.map { String($0.drop { $0 == " " }) }.joined(separator: "\n")
  }

  @Test func `every file that a page of the documentation names is there`() throws {
    let pages = try Self.pages()
    try #require(pages.count > 5)
    for page in pages {
      let text = try String(contentsOf: page, encoding: .utf8)
      for link in text.matches(of: /\]\(([^)#:]+)(?:#[^)]*)?\)/).map({ String($0.output.1) }) {
        let file = page.deletingLastPathComponent().appending(path: link).path
        #expect(FileManager.default.fileExists(atPath: file), "\(page.lastPathComponent): \(link) is missing")
      }
    }
  }

  @Test func `every command that a page of the documentation names is there`() throws {
    var count = 0
    for page in try Self.pages() {
      let text = try String(contentsOf: page, encoding: .utf8)
      for match in text.matches(of: /(?:`|\n|-- |\$ )signet ((?:[a-z]+(?:-[a-z]+)* ?)+)/) {
        count += 1
        var command = try CommandHelp.program()
        for word in match.output.1.split(separator: " ") where !command.shownSubcommands.isEmpty {
          command = try #require(
            command.shownSubcommands.first { $0.commandName == word },
            "\(page.lastPathComponent): signet \(match.output.1)")
        }
      }
    }
    #expect(count > 20)
  }

  /// The pages at the top of the checkout, and those of `docs/`.
  private static func pages() throws -> [URL] {
    let root = VectorFolder.packageRoot
    return try [root, root.appending(path: "docs")].flatMap { folder in
      try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "md" }
    }
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: VectorFolder.packageRoot.appending(path: path), encoding: .utf8)
  }

  /// The lines of each fenced block of `language`.
  private static func blocks(_ language: String) throws -> [[String]] {
    try text("README.md").components(separatedBy: "```\(language)\n").dropFirst().map { rest in
      let block = rest.components(separatedBy: "\n```")[0]
      return block.split(separator: "\n").map(String.init)
    }
  }

  /// A line of a terminal as a line of a script: `$ command` and, in the background, `$ command &`.
  private static func scriptLine(_ line: String) -> String {
    guard line.hasPrefix("$ ") else { return line }
    let command = line.dropFirst(2)
    return command.hasSuffix(" &") ? "& \(command.dropLast(2))" : "> \(command)"
  }

  /// A port that nobody listens on now. The system hands out another one each time.
  private static func freePort() throws -> UInt16 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return try #require(UInt16(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }
}

import Foundation

/// Measures the authority beside a bare server, and prints Markdown.
@main
struct Benchmarks {
  static let lines: [any Line.Type] = [
    SignaturesLine.self, ChecksLine.self, ProtectedLine.self, FeedLine.self, RefreshLine.self, LoginLine.self,
    FloodLine.self,
    MemoryLine.self, NodesLine.self, PeersLine.self,
  ]

  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    let chosen = lines.filter { arguments.contains($0.name) || arguments.contains("all") }
    guard !chosen.isEmpty else {
      for line in lines { print("Benchmarks/run \(line.name)  \(line.summary)") }
      return
    }
    do {
      let tools = try Tools(environment: ProcessInfo.processInfo.environment)
      for line in chosen {
        let result = try await line.init(tools: tools).run()
        print("\(line.name)\n\n\(result)\n")
        if arguments.contains("--write") { try Document.replace(line.name, with: result, in: line.page) }
      }
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }
}

/// One table of the documentation: what one command measures.
protocol Line: Sendable {
  static var name: String { get }
  static var summary: String { get }
  /// Where the result stands.
  static var page: String { get }
  init(tools: Tools)
  /// Measures.
  /// - Returns: The result in Markdown.
  func run() async throws -> String
}

extension Line {
  static var page: String { "docs/benchmarks.md" }
}

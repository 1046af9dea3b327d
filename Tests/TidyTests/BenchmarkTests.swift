import Testing

@Suite struct BenchmarkTests {
  @Test func `the documentation has every line that can be measured, and no other`() throws {
    let names = try Project.swiftFiles(in: "Benchmarks/Sources/Benchmarks/Lines").flatMap { file in
      file.lines.compactMap { $0.firstMatch(of: /static let name = "(\w+)"/).map { String($0.output.1) } }
    }
    let pages = try ["docs/benchmarks.md", "docs/scale.md"].map { try Project.text($0) }.joined()
    let commands = pages.matches(of: /Benchmarks\/run (\w+)/)
    #expect(names.count > 3)
    #expect(Set(commands.map { String($0.output.1) }).subtracting(["all"]) == Set(names))
  }

  @Test func `what is only measured against is in no user's manifest`() throws {
    let manifest = try Project.text("Package.swift")
    for dependency in ["jwt-kit", "Benchmarks"] {
      #expect(!manifest.contains(dependency), "Package.swift names \(dependency)")
    }
  }
}

import Testing

@Suite struct ShapeTests {
  @Test func `a file stays under 300 lines`() throws {
    for file in try Project.swiftFiles(in: "Sources", "Tests", "Examples", "Benchmarks") {
      #expect(file.lines.count < 300, "\(file) has \(file.lines.count) lines: split it by noun")
    }
  }

  @Test func `a line stays within 110 columns`() throws {
    for file in try Project.swiftFiles(in: "Sources", "Tests", "Examples", "Benchmarks") {
      for (index, line) in file.lines.enumerated() where line.count > 110 {
        Issue.record("\(file.place(index)) has \(line.count) columns")
      }
    }
  }

  @Test func `a function stays under 60 lines`() throws {
    for file in try Project.swiftFiles(in: "Sources", "Tests", "Examples", "Benchmarks") {
      for function in Self.functions(in: file) where function.count >= 60 {
        Issue.record("\(file.place(function.start)): a function of \(function.count) lines")
      }
    }
  }

  @Test func `no name says Manager, Helper, Util, Common or Base`() throws {
    let vague = /(Manager|Helper|Helpers|Util|Utils|Utility|Utilities|Common|Base)\b/
    let declaration = /\b(struct|class|enum|actor|protocol|typealias)\s+(\w+)/
    for file in try Project.swiftFiles(in: "Sources", "Tests", "Examples", "Benchmarks") {
      #expect(!file.name.matches(vague), "\(file): name the noun that it holds")
      for (index, line) in file.code.enumerated() {
        guard let name = line.firstMatch(of: declaration)?.output.2 else { continue }
        #expect(!String(name).matches(vague), "\(file.place(index)): \(name) says nothing")
      }
    }
  }

  @Test func `nothing is left to do, and no code is commented out`() throws {
    let unfinished = /\b(TODO|FIXME|XXX|HACK)\b/
    let dead = /^\s*\/\/\s*(let|var|func|guard|return|import|if|for|try|await)\b.*([{;]|\w\)|=\s*\S+)$/
    for file in try Project.swiftFiles(in: "Sources", "Tests", "Examples", "Benchmarks")
    where !file.path.hasPrefix("Tests/TidyTests/") {
      for (index, line) in file.lines.enumerated() {
        #expect(!line.matches(unfinished), "\(file.place(index)): finish it, or write the limit down")
        #expect(!line.matches(dead), "\(file.place(index)): commented-out code")
      }
    }
  }

  @Test func `the function rule sees a long function and not a protocol's requirement`() {
    let body = (0..<60).map { "    call(\($0))" }
    let long = SourceFile(path: "x", text: (["  func long() {"] + body + ["  }"]).joined(separator: "\n"))
    #expect(Self.functions(in: long).map(\.count) == [62])
    let requirements = SourceFile(path: "x", text: "protocol P {\n  func a()\n  func b() throws\n}")
    #expect(Self.functions(in: requirements).isEmpty)
  }

  /// The functions with a body: the formatter puts a body's closing brace under the declaration's first
  /// letter.
  private static func functions(in file: SourceFile) -> [(start: Int, count: Int)] {
    let declaration = /^\s*(@\w+(\(.*\))?\s+)*(\w+\s+)*(func\b|init[?(<]|subscript\b|deinit\b)/
    return file.code.indices.compactMap { start -> (start: Int, count: Int)? in
      guard file.code[start].matches(declaration) else { return nil }
      let indentation = file.lines[start].indentation
      if file.code[start].hasSuffix("}") { return (start, 1) }
      for end in (start + 1)..<max(start + 1, file.lines.count) {
        let line = file.lines[end]
        guard !line.allSatisfy(\.isWhitespace), line.indentation <= indentation else { continue }
        let text = line.drop { $0 == " " }
        if text.hasPrefix(")") || text.hasPrefix("{") || text.hasPrefix("where") { continue }
        return text.hasPrefix("}") && line.indentation == indentation ? (start, end - start + 1) : nil
      }
      return nil
    }
  }
}

import Testing

@Suite struct ArchitectureTests {
  @Test func `each module imports what ARCHITECTURE.md's table allows, and nothing else`() throws {
    let table = try Self.importTable()
    for file in try Project.swiftFiles(in: "Sources") {
      let allowed = try #require(table[file.target], "ARCHITECTURE.md has no imports for \(file.target)")
      for (index, line) in file.code.enumerated() {
        guard let module = Self.importedModule(line), module != "Synchronization" else { continue }
        #expect(allowed.contains(module), "\(file.place(index)): \(file.target) may not import \(module)")
      }
    }
    for target in table.keys { #expect(Project.exists("Sources/\(target)"), "\(target) is gone") }
  }

  @Test func `nothing that the import table allows is unused`() throws {
    let sources = try Project.swiftFiles(in: "Sources")
    for (target, modules) in try Self.importTable() {
      let files = sources.filter { $0.target == target }
      for module in modules {
        let isUsed = files.contains { $0.code.contains { Self.importedModule($0) == module } }
        #expect(isUsed, "ARCHITECTURE.md lets \(target) import \(module), which it does not")
      }
    }
  }

  @Test func `no public signature of JOSE and TokenVerification needs Foundation`() throws {
    for file in try Project.swiftFiles(in: "Sources/JOSE", "Sources/TokenVerification") {
      for (index, line) in file.code.enumerated() where line.matches(/public import Foundation/) {
        Issue.record("\(file.place(index)): Foundation in a public signature")
      }
    }
  }

  @Test func `every folder that ARCHITECTURE.md's map names is there, and every folder is on the map`() throws
  {
    let text = try Project.text("ARCHITECTURE.md")
    let named = Set(
      text.matches(of: /`((?:Sources|Tests|Examples)\/[\w\/]*\w)\/?`/).map { String($0.output.1) })
    for path in named { #expect(Project.exists(path), "ARCHITECTURE.md names \(path), which is gone") }
    let files = try Project.swiftFiles(in: "Sources", "Tests")
    let targets = Set(files.map { $0.path.split(separator: "/").prefix(2).joined(separator: "/") })
    for target in targets {
      #expect(named.contains(target), "\(target) is missing from ARCHITECTURE.md's map")
    }
    for folder in Set(files.filter { $0.path.hasPrefix("Sources/") }.compactMap(Self.nounFolder)) {
      #expect(named.contains(folder), "\(folder) is missing from ARCHITECTURE.md's map")
    }
  }

  @Test func `ARCHITECTURE.md stays readable in one sitting`() throws {
    #expect(SourceFile(path: "ARCHITECTURE.md", text: try Project.text("ARCHITECTURE.md")).lines.count <= 170)
  }

  @Test func `every dependency of the manifest has its line in ARCHITECTURE.md`() throws {
    let text = try Project.text("ARCHITECTURE.md")
    let dependency = /url: "https:\/\/github\.com\/[\w\-]+\/([\w.\-]+?)(?:\.git)?"/
    let urls = try Project.text("Package.swift").matches(of: dependency)
    #expect(urls.count > 5)
    for name in urls.map({ String($0.output.1) }) {
      #expect(text.contains("| \(name) |"), "say in ARCHITECTURE.md why the package depends on \(name)")
    }
  }

  /// The folder below a module's own, if the file lies in one: the noun.
  private static func nounFolder(_ file: SourceFile) -> String? {
    let parts = file.path.split(separator: "/")
    return parts.count > 3 ? parts.prefix(3).joined(separator: "/") : nil
  }

  /// The module that a line imports.
  private static func importedModule(_ line: String) -> String? {
    let words = line.split(separator: " ")
    guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.endIndex,
      words[..<keyword].allSatisfy({ $0.hasPrefix("@") || access.contains($0) })
    else { return nil }
    let kinds: Set<Substring> = ["struct", "enum", "class", "protocol", "func"]
    let name = kinds.contains(words[keyword + 1]) ? words.dropFirst(keyword + 2).first : words[keyword + 1]
    return name.map { String($0.prefix { $0 != "." }) }
  }

  private static let access: Set<Substring> = ["public", "package", "internal", "private", "fileprivate"]

  /// Module → what it may import, from the table under “Imports”.
  private static func importTable() throws -> [String: Set<String>] {
    let lines = try Project.text("ARCHITECTURE.md").split(separator: "\n", omittingEmptySubsequences: false)
    let section = lines.drop { !$0.hasPrefix("## Imports") }.dropFirst().prefix { !$0.hasPrefix("## ") }
    var table: [String: Set<String>] = [:]
    for row in section {
      let cells = row.split(separator: "|").map { $0.trimming(while: { $0 == " " || $0 == "`" }) }
      guard row.hasPrefix("| `"), cells.count >= 2 else { continue }
      table[String(cells[0])] = Set(
        cells[1].split(separator: ",").map { String($0.trimming(while: { $0 == " " })) })
    }
    try #require(!table.isEmpty, "ARCHITECTURE.md has no table under “## Imports”")
    return table
  }
}

extension Substring {
  func trimming(while predicate: (Character) -> Bool) -> Substring {
    var result = drop(while: predicate)
    while let last = result.last, predicate(last) { result.removeLast() }
    return result
  }
}

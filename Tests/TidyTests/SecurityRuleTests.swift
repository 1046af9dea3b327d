import Testing

/// `SECURITY.md` says which test defends each rule; these tests hold it to that.
@Suite struct SecurityRuleTests {
  @Test func `every rule of SECURITY.md names tests that exist`() throws {
    let tests = try Self.testNames()
    for (rule, names) in try Self.rules() {
      #expect(!names.isEmpty, "\(rule) has no test in SECURITY.md")
      for name in names { #expect(tests.contains(name), "\(rule): no test is called “\(name)”") }
    }
  }

  @Test func `every test named for a rule stands in SECURITY.md`() throws {
    let listed = Set(try Self.rules().flatMap(\.tests))
    for name in try Self.testNames() where name.matches(/^[TA]\d+\s/) {
      #expect(listed.contains(name), "SECURITY.md does not list “\(name)”")
    }
  }

  @Test func `every rule has a mutant whose original still stands exactly once`() throws {
    let mutants = try Project.files(in: "Tests/Mutants", ending: ".mutant")
    for (rule, _) in try Self.rules() {
      #expect(mutants.contains { $0.name == rule }, "Tests/Mutants/\(rule).mutant is missing")
    }
    for mutant in mutants {
      let target = try #require(Self.field("file", of: mutant), "\(mutant) names no file")
      let original = Self.block(of: mutant, from: "<<<<<<< original", to: "=======")
      let replacement = Self.block(of: mutant, from: "=======", to: ">>>>>>> mutant")
      #expect(!original.isEmpty && original != replacement, "\(mutant) changes nothing")
      let lines = SourceFile(path: target, text: try Project.text(target)).lines
      let places = lines.indices.filter { lines[$0...].starts(with: original) }
      #expect(places.count == 1, "\(mutant): its original stands \(places.count) times in \(target)")
    }
  }

  @Test func `every mutant is watched by a test that exists`() throws {
    let (tests, rules) = (try Self.testNames(), Set(try Self.rules().map(\.rule)))
    for mutant in try Project.files(in: "Tests/Mutants", ending: ".mutant") {
      if let test = Self.field("test", of: mutant) {
        #expect(tests.contains { $0.contains(test) }, "\(mutant): no test's name holds “\(test)”")
      } else {
        let rule = mutant.name.prefix { $0 != "-" }
        #expect(rules.contains(String(rule)), "\(mutant) is of no rule and names no test")
      }
    }
  }

  /// The rows `| T1 | the rule | “test”; “test” |` of SECURITY.md.
  private static func rules() throws -> [(rule: String, tests: [String])] {
    let rows = try Project.text("SECURITY.md").matches(of: /(?m)^\| ([TA]\d+) \|.*\|(.*)\|$/)
    try #require(rows.count > 20, "SECURITY.md has no table of rules")
    return rows.map { row in
      (String(row.output.1), row.output.2.matches(of: /“([^”]+)”/).map { String($0.output.1) })
    }
  }

  private static func testNames() throws -> Set<String> {
    let declaration = /\bfunc `([^`]+)`/
    return Set(
      try Project.swiftFiles(in: "Tests").flatMap { file in
        file.lines.compactMap { $0.firstMatch(of: declaration).map { String($0.output.1) } }
      })
  }

  private static func field(_ name: String, of mutant: SourceFile) -> String? {
    mutant.lines.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
  }

  private static func block(of mutant: SourceFile, from start: String, to end: String) -> [String] {
    let after = mutant.lines.drop { $0 != start }.dropFirst()
    return Array(after.prefix { $0 != end })
  }
}

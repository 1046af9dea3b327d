import Testing

@Suite struct PurityTests {
  /// What would make an answer depend on more than the arguments.
  private static var impurities: [(what: String, pattern: Regex<AnyRegexOutput>)] {
    [
      ("a wall clock", Regex(/\bDate\(\)|\bDate\.now\b|\bgettimeofday\b|\bclock_gettime\b|\btime\(nil\)/)),
      ("a clock", Regex(/\b(ContinuousClock|SuspendingClock|DispatchTime|NIODeadline)\b/)),
      ("an identifier of its own making", Regex(/\bUUID\(\)/)),
      ("randomness of its own", Regex(/\.random\(|\bSystemRandomNumberGenerator\b|\barc4random/)),
      ("waiting", Regex(/\bawait\b|\bTask\s*[.{]|\bDispatchQueue\b|\bThread\b/)),
      ("a log", Regex(/\bimport Logging\b|\bprint\(|\bdebugPrint\(|\bos_log\b/)),
      ("input or output", Regex(/\b(FileManager|FileHandle|URLSession|Process|getenv|fopen|open)\(/)),
    ]
  }

  @Test(arguments: Project.pureModules)
  func `a pure module has no clock, identifier, randomness, waiting, log or I/O of its own`(
    module: String
  ) throws {
    let files = try Project.swiftFiles(in: "Sources/\(module)")
    #expect(!files.isEmpty)
    for file in files {
      for (index, line) in file.code.enumerated() {
        for (what, pattern) in Self.impurities where line.matches(pattern) {
          // The keyring opens what it sealed; that is no file.
          if what == "input or output", line.matches(/\bfunc open\(|\.open\(/) { continue }
          Issue.record("\(file.place(index)): \(what); take it as an argument")
        }
      }
    }
  }

  @Test func `the rule sees what it forbids`() {
    let file = SourceFile(path: "x", text: "let now = Date()\n// Date() in prose\nlet text = \"UUID()\"")
    let seen = file.code.map { line in Self.impurities.contains { line.matches($0.pattern) } }
    #expect(seen == [true, false, false])
  }

  @Test func `SQL stands in SignetStorage alone`() throws {
    let statement = /"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP)\s+[A-Za-z*]/
    for file in try Project.swiftFiles(in: "Sources") where file.target != "SignetStorage" {
      for (index, line) in file.lines.enumerated() {
        #expect(!line.matches(statement), "\(file.place(index)): SQL outside SignetStorage")
      }
    }
  }

  @Test func `an engine is named in its own module and where the command line chooses it`() throws {
    let engine = /\b\w*(SQLite|GRDB|Postgres|libpq)\w*\b/
    for file in try Project.swiftFiles(in: "Sources")
    where !["SignetSQLite", "SignetPostgres", "SignetCLI"].contains(file.target) {
      for (index, line) in file.code.enumerated() {
        #expect(!line.matches(engine), "\(file.place(index)): an engine's name outside its module")
      }
    }
  }
}

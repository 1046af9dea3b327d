import Testing

@Suite struct SafetyTests {
  @Test func `unsafe code stands in the files that CONVENTIONS.md lists, each with its reason`() throws {
    let path = /`((?:Benchmarks\/)?Sources\/[\w\/]+\.swift)`/
    let listed = try Project.text("CONVENTIONS.md").matches(of: path).map { String($0.output.1) }
    for file in try Project.swiftFiles(in: "Sources", "Benchmarks") {
      for (index, line) in file.code.enumerated() where line.matches(/\bunsafe\s|@unsafe|@safe\b/) {
        #expect(listed.contains(file.path), "\(file.place(index)): list the file in CONVENTIONS.md")
        let reason = file.lines[max(0, index - 8)...index].contains { $0.contains("// SAFETY:") }
        #expect(reason, "\(file.place(index)): no `// SAFETY:` line above")
      }
    }
    for path in listed { #expect(Project.exists(path), "CONVENTIONS.md lists \(path), which is gone") }
  }

  @Test func `an unchecked Sendable carries its proof`() throws {
    for file in try Project.swiftFiles(in: "Sources", "Tests", "Benchmarks") {
      for (index, line) in file.code.enumerated() where line.contains("@unchecked Sendable") {
        let proof = file.lines[max(0, index - 6)...index].contains { $0.contains("//") }
        #expect(proof, "\(file.place(index)): say why it is safe")
      }
    }
  }

  @Test func `nothing is forced, and no error is dropped where it would matter`() throws {
    for file in try Project.swiftFiles(in: "Sources") {
      for (index, line) in file.code.enumerated() {
        #expect(!line.contains("try!"), "\(file.place(index)): try!")
        #expect(!line.matches(/\bas!/), "\(file.place(index)): as!")
        #expect(!line.contains("fatalError("), "\(file.place(index)): no input may end the process")
        if Project.pureModules.contains(file.target) {
          #expect(!line.matches(/\btry\?/), "\(file.place(index)): try? hides why something was refused")
        }
      }
    }
  }

  @Test func `tests have no sleep, no wall clock and no address beyond loopback`() throws {
    let clock =
      /\b(Task\.sleep|usleep|nanosleep|Thread\.sleep|ContinuousClock|SuspendingClock)\b|Date\(\)|\bsleep\(/
    let host = /https?:\/\/(?:[^\/"@\s]*@)?([A-Za-z0-9.\-]+|\[[0-9a-f:.]+\])/
    for file in try Project.swiftFiles(in: "Tests") where file.target != "TidyTests" {
      // How to ask for the time is what one of its lines shows; its tests pass at any time.
      for (index, line) in file.code.enumerated() where file.name != "QuickStartSnippets" {
        #expect(!line.matches(clock), "\(file.place(index)): wait for what happens, and pass the time in")
      }
      for (index, line) in file.lines.enumerated() {
        for match in line.matches(of: host) {
          #expect(Self.isHarmless(String(match.output.1)), "\(file.place(index)): \(match.output.1)")
        }
      }
    }
  }

  /// Loopback, a name without a dot or one that RFC 2606 and RFC 6761 reserve, an address that the T23 tests
  /// see refused, or the host in the name of an event that nobody asks (OpenID Connect Back-Channel Logout
  /// §2.4).
  private static func isHarmless(_ host: String) -> Bool {
    let reserved = [".example", ".test", ".invalid", ".localhost"]
    let documented = ["example.com", "example.net", "example.org", "schemas.openid.net"]
    return !host.contains(".") || host.hasPrefix("127.") || host.hasPrefix("[")
      || reserved.contains { host.hasSuffix($0) || host == $0.dropFirst() }
      || documented.contains { host == $0 || host.hasSuffix(".\($0)") }
      || host.matches(/^(10|192\.168|169\.254|172|100|192\.0\.2|198\.51\.100|203\.0\.113|0)\./)
  }
}

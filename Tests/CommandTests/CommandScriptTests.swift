import SignetTesting
import Testing

@Suite(.blocking) struct CommandScriptTests {
  @Test(.timeLimit(.minutes(10)), arguments: try Script.all())
  func `a command does what its script says`(_ script: Script) throws {
    #expect(!script.steps.isEmpty, "\(script.name) has no step")
    try ScriptRun(tools: try BuiltProducts.folder()).run(script)
  }

  @Test func `the runner sees a wrong line, a wrong word and a wrong number of lines`() throws {
    var bindings = Bindings()
    #expect(
      try Expectation(lines: ["added $id", "…", "end"]).matches(["added 7", "a", "b", "end"], &bindings))
    #expect(bindings["id"] == "7")
    #expect(try !Expectation(lines: ["is $id"]).matches(["is 8"], &bindings))
    #expect(try !Expectation(lines: ["a.c"]).matches(["abc"], &bindings))
    #expect(try !Expectation(lines: ["a"]).matches(["a", "b"], &bindings))
    #expect(try !Expectation(lines: ["a", "b"]).matches(["a"], &bindings))
    #expect(try !Expectation(lines: []).matches(["a"], &bindings))
  }

  @Test(arguments: [
    "> exit 3", "> echo a\nb", "> echo a >&2", "> true\n? 1", "& false\nready", "stop", "what",
  ])
  func `the runner fails a script whose command does otherwise`(_ text: String) throws {
    let run = try ScriptRun(tools: try BuiltProducts.folder())
    #expect(throws: ScriptFailure.self) { try run.run(Script(name: "wrong", text: text)) }
  }
}

internal import ArgumentParser

/// `signet doctor`.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what is wrong with an authority and its machine, and what to do.",
    discussion: """
      Looks at configuration, server, clock, issuer, proxies, TLS, files, keyring, database, keys and \
      hashing. It changes nothing, and works whether or not the server runs. The exit status is 1 when \
      there is a problem, and 0 when there are warnings alone.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Flag(help: "Answer in JSON, one finding a line.")
  var json = false

  mutating func run() async throws {
    let report = FindingReport(findings: await findings())
    if json {
      report.json.forEach(Output.json)
    } else {
      report.lines.forEach(Output.line)
      Output.line(report.summary)
    }
    guard !report.hasProblem else { throw ExitCode.failure }
  }

  private func findings() async -> [Finding] {
    do {
      let examination = try Examination(configuration.layers())
      return await examination.ofAll()
    } catch {
      let problem = Finding.problem("configuration", error: error)
      return [problem] + (await Examination.ofMachine())
    }
  }
}

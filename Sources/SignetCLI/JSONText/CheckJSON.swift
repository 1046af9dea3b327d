internal import ArgumentParser
internal import JOSE

/// `signet json check`.
struct CheckJSON: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Says whether a text is strict JSON (RFC 8259).",
    discussion: """
      Beyond the grammar it refuses what readers read differently: a member given twice, text that is not \
      UTF-8, numbers that are not finite, deep nesting, anything after the value.
      """)

  @Argument(help: "The text; - is standard input.")
  var file = "-"

  @Option(help: "How deep arrays and objects may nest, 1 to 128.")
  var maxDepth = 16

  @Flag(help: "Answer in JSON.")
  var json = false

  func validate() throws {
    guard (1...128).contains(maxDepth) else { throw ValidationError("--max-depth is from 1 to 128.") }
  }

  mutating func run() throws {
    let bytes = try InputFile.bytes(file)
    let limits = JSONLimits(maximumBytes: InputFile.maximumBytes, maximumDepth: maxDepth)
    do {
      let value = try ParsedJSON(parsing: bytes, limits: limits)
      write(value, byteCount: bytes.count)
    } catch {
      refuse(error)
      throw ExitCode.failure
    }
  }

  private func write(_ value: ParsedJSON, byteCount: Int) {
    guard !json else {
      return Output.json([
        "ok": true, "kind": .string(value.kind.rawValue), "bytes": .integer(Int64(byteCount)),
      ])
    }
    let count =
      value.members.map { ", \($0.count) members" } ?? value.elements.map { ", \($0.count) elements" } ?? ""
    Output.line("ok  \(value.kind.rawValue)\(count), \(byteCount) bytes")
  }

  private func refuse(_ error: JOSEError) {
    guard !json else {
      return Output.json([
        "ok": false, "code": .string(error.code.rawValue), "detail": .string(error.detail),
      ])
    }
    Output.line("failed  \(error.code.rawValue)  \(error.detail)")
  }
}

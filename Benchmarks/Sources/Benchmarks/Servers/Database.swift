import Foundation

/// A PostgreSQL of its own, which keeps what it has acknowledged through a power cut.
final class Database {
  /// For `--database-url`.
  let url: String
  private let process = Process()
  private let input = Pipe()
  private let server: Int

  init(_ tools: Tools) throws {
    process.executableURL = URL(filePath: tools.privatePostgres)
    process.arguments = ["fsync=on", "full_page_writes=on"]
    process.standardInput = input
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard let folder = line.wholeMatch(of: /ready (\S+)\n/).map({ String($0.output.1) }) else {
      throw BenchmarkError("PostgreSQL did not start: \(line)")
    }
    let pids = try String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
    guard let server = pids.split(separator: "\n").first.flatMap({ Int($0) }) else {
      throw BenchmarkError("PostgreSQL does not say which process it is")
    }
    self.server = server
    url = "host=\(folder) dbname=postgres user=signet"
  }

  func stop() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// User and system time of the server and its children so far, in seconds, those that have ended included
  /// (proc(5), fields 14 to 17).
  func cpuSeconds() throws -> Double {
    var ticks = 0.0
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
      // A process may end while this looks.
      guard let pid = Int(name), let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
      else { continue }
      let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
      guard fields.count > 15, pid == server || Int(fields[2]) == server else { continue }
      let counted = pid == server ? 12...15 : 12...13
      ticks += fields[counted].compactMap { Double($0) }.reduce(0, +)
    }
    return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}

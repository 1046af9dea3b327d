internal import Foundation
internal import Glibc

/// What the kernel knows of this process (proc(5)). Elsewhere than on Linux there is nothing to tell.
struct ProcessMetrics: Sendable {
  private let statistics: ProcessStatistics?
  private let openFiles: Int?

  /// Reads `/proc/self`. What cannot be read is left out of the page.
  init() {
    statistics = Self.text("/proc/self/stat").flatMap { ProcessStatistics($0) }
    do {
      // The folder itself is open while it is being read.
      openFiles = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count - 1
    } catch {
      openFiles = nil
    }
  }

  func samples() -> [MetricSample] {
    var samples: [MetricSample] = []
    if let statistics {
      samples = [
        MetricSample(.cpuSeconds, value: statistics.cpuTicks / Self.ticksPerSecond),
        MetricSample(.virtualMemory, value: statistics.virtualBytes),
        MetricSample(.residentMemory, value: statistics.residentPages * Self.pageBytes),
      ]
      if let boot = Self.bootTime {
        let start = boot + statistics.startTicks / Self.ticksPerSecond
        samples.append(MetricSample(.startTime, value: start))
      }
    }
    if let openFiles { samples.append(MetricSample(.openFiles, value: Double(openFiles))) }
    if let most = Self.maximumFiles { samples.append(MetricSample(.maximumFiles, value: most)) }
    return samples
  }

  private static func text(_ path: String) -> String? {
    do {
      return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    } catch {
      return nil
    }
  }

  private static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
  private static let pageBytes = Double(sysconf(Int32(_SC_PAGESIZE)))

  /// Seconds since 1970 at which the machine started. From the clocks: `/proc/stat` says it too, but is
  /// hidden from a service that sees its own processes alone.
  private static let bootTime: Double? = {
    var (now, sinceBoot) = (timespec(), timespec())
    // SAFETY: both pointers are to local values, which live for the calls that write them.
    let codes = unsafe [clock_gettime(CLOCK_REALTIME, &now), clock_gettime(CLOCK_BOOTTIME, &sinceBoot)]
    guard codes == [0, 0] else { return nil }
    return now.inSeconds - sinceBoot.inSeconds
  }()

  private static var maximumFiles: Double? {
    let line = text("/proc/self/limits")?.split(separator: "\n").first { $0.hasPrefix("Max open files") }
    return line?.dropFirst("Max open files".count).split(separator: " ").first.flatMap { Double($0) }
  }
}

extension timespec {
  fileprivate var inSeconds: Double { Double(tv_sec) + Double(tv_nsec) / 1e9 }
}

/// The fields of `/proc/PID/stat` that are shown.
struct ProcessStatistics: Equatable {
  let cpuTicks: Double
  let startTicks: Double
  let virtualBytes: Double
  let residentPages: Double

  /// Nil for a text of another form. The program's name, in parentheses, may hold spaces and parentheses:
  /// what counts comes after the last of them.
  init?(_ text: String) {
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    // The first field here is the third of the manual's.
    func field(_ number: Int) -> Double? {
      fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil
    }
    guard let user = field(14), let system = field(15), let start = field(22), let bytes = field(23),
      let pages = field(24)
    else { return nil }
    cpuTicks = user + system
    startTicks = start
    virtualBytes = bytes
    residentPages = pages
  }
}

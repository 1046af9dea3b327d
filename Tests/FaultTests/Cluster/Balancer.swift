import Foundation
import Glibc
import SignetTesting

/// HAProxy in front of the nodes: a request goes to one that says it is ready.
final class Balancer {
  let port: Int
  private let process = Process()

  static let program: String? = ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  init(nodes: [ClusterNode], port: Int, in folder: String) throws {
    guard let program = Self.program else { throw FixtureError() }
    self.port = port
    let servers = nodes.map { "  server \($0.name) 127.0.0.1:\($0.port) check" }
    let configuration = """
      global
        maxconn 1000
      defaults
        mode http
        timeout connect 2s
        timeout client 60s
        timeout server 60s
        # A busy machine is no dead node: without this, a check has as long as there is between two of them.
        timeout check 10s
        option redispatch
        option httpchk GET /health/ready
        default-server inter 100ms fall 1 rise 1
      listen cluster
        bind 127.0.0.1:\(port)
        balance roundrobin
      \(servers.joined(separator: "\n"))

      """
    let file = folder + "/haproxy.cfg"
    try Data(configuration.utf8).write(to: URL(filePath: file))
    process.executableURL = URL(filePath: program)
    // In the foreground, and without a word for each check.
    process.arguments = ["-db", "-q", "-f", file]
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    _ = Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

import Foundation
import Logging
import SignetTesting
import Testing

@testable import SignetCLI

/// What a supervisor hears, on a socket of Python's: one that is not ours.
@Suite(.blocking, .timeLimit(.minutes(10))) struct SupervisorNoticeTests {
  private static let listener = """
    import socket, sys
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    name = sys.argv[1]
    listener.bind('\\0' + name[1:] if name.startswith('@') else name)
    print('bound', flush=True)
    for _ in range(int(sys.argv[2])): print(listener.recv(99).decode(), flush=True)
    """

  private func hear(
    _ socket: String, _ count: Int, _ body: (BackgroundProcess) throws -> Void
  ) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.listener, socket, "\(count)"]
    let errors = FileManager.default.temporaryDirectory.appending(path: "signet-\(UUID().uuidString).err")
    let heard = try BackgroundProcess(process, errors: try OutputFile(at: errors))
    defer { _ = heard.stop() }
    try #require(heard.nextLine() == "bound")
    try body(heard)
    try FileManager.default.removeItem(at: errors)
  }

  private static func newName() -> String { "signet-\(UUID().uuidString.prefix(8)).notify" }

  @Test(arguments: [
    FileManager.default.temporaryDirectory.appending(path: newName()).path(percentEncoded: false),
    "@\(newName())",
  ])
  func `a state is one datagram, to a socket with a path and to an abstract one`(socket: String) throws {
    try hear(socket, 2) { heard in
      let notice = SupervisorNotice.given(
        logger: Logger(label: "test"), environment: ["NOTIFY_SOCKET": socket])
      notice.tell(.ready)
      notice.tell(.stopping)
      #expect(heard.nextLine() == "READY=1")
      #expect(heard.nextLine() == "STOPPING=1")
    }
  }

  @Test func `nobody who wants to know, and nobody who listens, is no failure`() {
    SupervisorNotice.given(logger: Logger(label: "test"), environment: [:]).tell(.ready)
    for socket in ["/nonexistent/notify", "", String(repeating: "x", count: 108)] {
      SupervisorNotice(socket: socket, logger: Logger(label: "test")).tell(.ready)
    }
  }
}

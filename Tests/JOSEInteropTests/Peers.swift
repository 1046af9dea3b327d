import Foundation
import JOSE
import SignetTesting
import Synchronization
import Testing

/// Other people's libraries for JOSE, unmodified: PyJWT, joserfc and jwcrypto from PyPI, the command `jose`
/// and libjwt from Debian. One process speaks for all of them: see `Peers/peers.py`.
enum Peers {
  static let names = ["PyJWT", "joserfc", "jwcrypto", "jose", "libjwt"]

  /// What a peer says: of a question, or of itself.
  struct Answer {
    let members: [String: Any]

    /// Whether it did what was asked.
    var isGood: Bool { members["ok"] as? Bool ?? false }
    /// The token: a compact one, or JSON as text.
    var token: String? {
      if let text = members["token"] as? String { return text }
      return (members["token"] as? [String: Any]).flatMap(Peers.text)
    }
    var payload: [UInt8]? {
      (members["payload"] as? String).flatMap { try? Base64URL.decode($0) }
    }
    var thumbprint: String? { members["thumbprint"] as? String }
    /// Why it did not.
    var reason: String { "\(members["error"] ?? "") \(members["detail"] ?? "")" }
  }

  /// What a library has, in its own words, by the names of JOSE.
  struct Abilities {
    let signing: Set<String>
    let keyManagement: Set<String>
    let encryption: Set<String>
  }

  /// Whether the libraries are there, or can be installed. In CI they must be.
  static var isAvailable: ConditionTrait {
    .enabled(if: process != nil || VectorFolder.isContinuousIntegration, "the peers cannot be installed")
  }

  /// Asks `library` one question.
  static func ask(_ library: String, to action: String, _ more: [String: Any]) throws -> Answer {
    try ask(more.merging(["library": library, "do": action]) { $1 })
  }

  static let abilities: [String: Abilities] = {
    let answer = try? ask(["do": "algorithms"])
    let libraries = answer?.members["algorithms"] as? [String: [String: [String]]] ?? [:]
    return libraries.mapValues { names in
      Abilities(
        signing: Set(names["jws"] ?? []), keyManagement: Set(names["jwe"] ?? []),
        encryption: Set(names["enc"] ?? []))
    }
  }()

  /// A value as a peer reads it: by Foundation, so that the tests do not trust the writer that they test.
  static func object(_ json: [UInt8]) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
  }

  static func text(_ object: [String: Any]) -> String? {
    (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  private static func ask(_ job: [String: Any]) throws -> Answer {
    let process = try #require(
      process, "the peers could not be installed: is there python3 with venv and pip?")
    let answer = try process.ask(JSONSerialization.data(withJSONObject: job))
    return Answer(members: try #require(JSONSerialization.jsonObject(with: answer) as? [String: Any]))
  }

  private static let process: PeerProcess? = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Peers")
    let environment = PythonEnvironment(
      "jose-interop-python", requirements: folder.appending(path: "requirements.txt"))
    return environment.interpreter.flatMap {
      try? PeerProcess($0, ["-B", "-W", "ignore", folder.appending(path: "peers.py").path])
    }
  }()
}

/// A process that answers each line with a line. It ends with its input, which ends with this process.
private final class PeerProcess: Sendable {
  private let pipes: Mutex<(input: FileHandle, output: FileHandle, unread: Data)>

  init(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    pipes = Mutex((input.fileHandleForWriting, output.fileHandleForReading, Data()))
  }

  func ask(_ line: Data) throws -> Data {
    try pipes.withLock { pipes in
      try pipes.input.write(contentsOf: line + Data([0x0A]))
      while true {
        if let end = pipes.unread.firstIndex(of: 0x0A) {
          let answer = Data(pipes.unread[..<end])
          pipes.unread = Data(pipes.unread[(end + 1)...])
          return answer
        }
        let more = pipes.output.availableData
        try #require(!more.isEmpty, "the peers' process ended")
        pipes.unread += more
      }
    }
  }
}

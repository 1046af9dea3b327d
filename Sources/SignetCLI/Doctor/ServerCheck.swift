internal import SignetServer

/// Whether a server runs on this data directory, and answers commands.
struct ServerCheck: Sendable {
  enum Answer: Hashable, Sendable {
    case answered
    case nobody
    case failed(ControlError)
  }

  var answer: Answer
  var socket: String
  /// Whether a process holds the database.
  var isDatabaseInUse: Bool

  var findings: [Finding] {
    switch answer {
    case .answered:
      [.ok(Self.subject, "running; it answers on \(socket)")]
    case .nobody where isDatabaseInUse:
      [
        .problem(
          Self.subject, "a process has the database open, but none answers on \(socket)",
          advice: "if it is a server that starts or a command, wait; else find it with: fuser -v \(socket)")
      ]
    case .nobody:
      [.ok(Self.subject, "not running")]
    case .failed(.peerRefused):
      [
        .problem(
          Self.subject, "it does not take commands from this user",
          advice: "run the command as the server's user, or as root")
      ]
    case .failed(let error):
      [
        .problem(
          Self.subject, "it runs, but gave no answer: \(error)",
          advice: "read its log; if this program was upgraded since, restart it")
      ]
    }
  }

  /// What was found by this command's settings: a server that answers need not have the same ones.
  func qualified(_ findings: [Finding]) -> [Finding] {
    guard answer == .answered else { return findings }
    return findings.map { finding in
      guard let advice = finding.advice else { return finding }
      return Finding(
        subject: finding.subject, level: finding.level,
        text: "as this command's settings have it: \(finding.text)",
        advice: "\(advice); if the server's unit has an environment file, first: \(Self.environmentFile)")
    }
  }

  private static let environmentFile = "set -a; . /etc/default/signet"

  /// Asks for what every version answers.
  static func ask(_ socket: String) async -> Answer {
    do {
      _ = try await ControlClient(path: socket).answer(to: .signingKeys)
      return .answered
    } catch ControlError.noServer {
      return .nobody
    } catch let error as ControlError {
      return .failed(error)
    } catch {
      return .failed(.noAnswer)
    }
  }

  private static let subject = "server"
}

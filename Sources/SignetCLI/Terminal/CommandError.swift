internal import ArgumentParser

/// Why a command did not do what it was asked, and what to do next.
struct CommandError: Error, CustomStringConvertible {
  let problem: String
  let next: String?
  /// 1: the answer is no. 2: the command was not used rightly.
  let exitStatus: Int32

  /// The answer is no.
  init(_ problem: String, next: String? = nil) {
    self.init(problem: problem, next: next, exitStatus: 1)
  }

  private init(problem: String, next: String?, exitStatus: Int32) {
    self.problem = problem
    self.next = next
    self.exitStatus = exitStatus
  }

  /// The command was not used rightly.
  static func usage(_ problem: String, next: String? = nil) -> CommandError {
    CommandError(problem: problem, next: next, exitStatus: 2)
  }

  var description: String {
    next.map { "\(problem)\n  \($0)" } ?? problem
  }
}

internal import JOSE

/// What one look at an authority found: that all is well, or what is wrong and what to do about it.
struct Finding: Hashable, Sendable {
  enum Level: String, CaseIterable, Sendable {
    case ok
    /// It works today; somebody should know.
    case warning
    /// It does not work, or is not safe.
    case problem
  }

  /// What was looked at, in a word: `clock`.
  let subject: String
  let level: Level
  let text: String
  /// What to do. Whatever is not well has one.
  let advice: String?

  static func ok(_ subject: String, _ text: String) -> Finding {
    Finding(subject: subject, level: .ok, text: text, advice: nil)
  }

  static func warning(_ subject: String, _ text: String, advice: String) -> Finding {
    Finding(subject: subject, level: .warning, text: text, advice: advice)
  }

  static func problem(_ subject: String, _ text: String, advice: String) -> Finding {
    Finding(subject: subject, level: .problem, text: text, advice: advice)
  }

  /// From an error that says what to do after a semicolon or on a line of its own.
  static func problem(_ subject: String, error: any Error) -> Finding {
    if let error = error as? CommandError {
      return .problem(subject, error.problem, advice: error.next ?? otherwise)
    }
    let words = FailureText.text(of: error)
    guard let end = words.firstRange(of: "; ") else { return .problem(subject, words, advice: otherwise) }
    return .problem(
      subject, String(words[..<end.lowerBound]), advice: String(words[end.upperBound...]))
  }

  private static let otherwise = "put right what it names, and look again"
}

/// Findings as an operator reads them.
struct FindingReport {
  let findings: [Finding]

  var hasProblem: Bool { findings.contains { $0.level == .problem } }

  /// One line a finding, what to do below it.
  var lines: [String] {
    let subjects = findings.map(\.subject.count).max() ?? 0
    let levels = findings.map(\.level.rawValue.count).max() ?? 0
    return findings.flatMap { finding -> [String] in
      let subject = finding.subject.padding(to: subjects)
      let level = finding.level.rawValue.padding(to: levels)
      let indentation = String(repeating: " ", count: subjects + levels + 4)
      return ["\(subject)  \(level)  \(finding.text)"]
        + (finding.advice.map { ["\(indentation)→ \($0)"] } ?? [])
    }
  }

  /// `all is well`, or how many things are not.
  var summary: String {
    let problems = count(.problem, "problem")
    let warnings = count(.warning, "warning")
    let parts = [problems, warnings].compactMap { $0 }
    return parts.isEmpty ? "all is well" : parts.joined(separator: ", ")
  }

  var json: [JSON] {
    findings.map { finding in
      .object(omittingNil: [
        "check": .string(finding.subject), "level": .string(finding.level.rawValue),
        "text": .string(finding.text), "advice": finding.advice.map { .string($0) },
      ])
    }
  }

  private func count(_ level: Finding.Level, _ noun: String) -> String? {
    let count = findings.count { $0.level == level }
    return count == 0 ? nil : "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

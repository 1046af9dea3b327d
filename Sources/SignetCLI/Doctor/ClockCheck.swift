internal import CKernelClock
internal import JOSE

/// Whether this machine's clock can be trusted with expiries.
struct ClockCheck: Sendable {
  var now: Timestamp
  /// What the kernel says; nil when it does not.
  var isSynchronised: Bool?
  /// The newest time that the database holds, of a key or of an audit event.
  var newestRecord: Timestamp?
  /// How far the clock was moved while it was looked at.
  var step: Duration = .zero

  var findings: [Finding] {
    var findings: [Finding] = []
    if let newestRecord, newestRecord > now + Self.tolerance {
      findings.append(
        .problem(
          Self.subject, "it says \(now.text), but the database holds something of \(newestRecord.text)",
          advice: "set the clock, before tokens are issued that have expired or live too long"))
    }
    if step > Self.tolerance || step < .zero - Self.tolerance {
      findings.append(
        .problem(
          Self.subject, "it was moved by \(step.components.seconds) s while it was looked at",
          advice: "let one service keep the time, by slewing: chrony or systemd-timesyncd"))
    }
    if isSynchronised == false {
      findings.append(
        .warning(
          Self.subject, "nothing keeps it synchronised, the kernel says",
          advice: "start chrony or systemd-timesyncd; in a container, on the machine below"))
    }
    guard findings.isEmpty else { return findings }
    let state = isSynchronised == nil ? "whether it is synchronised is not known here" : "synchronised"
    return [.ok(Self.subject, "\(now.text), \(state)")]
  }

  private static let subject = "clock"
  private static let tolerance: Duration = .seconds(2)
}

/// What the kernel knows of its clock.
enum KernelClock {
  /// Whether something keeps it synchronised (`STA_UNSYNC` of ntp_adjtime(3)); nil where that may not be
  /// asked.
  static func isSynchronised() -> Bool? {
    switch signet_kernel_clock_is_synchronised() {
    case 1: true
    case 0: false
    default: nil
    }
  }
}

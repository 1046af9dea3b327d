/// How far something has come, on standard error: nothing for what is quick, else a line now and then.
final class ProgressNote {
  private let verb: String
  private var last = ContinuousClock.now

  /// `verb` says what is going on: “copied”.
  init(_ verb: String) {
    self.verb = verb
  }

  /// `part` is done, from 0 to 1.
  func report(_ part: Double) {
    let now = ContinuousClock.now
    guard now - last >= .seconds(2) else { return }
    last = now
    Output.note("\(verb) \(Int(part * 100)) %")
  }
}

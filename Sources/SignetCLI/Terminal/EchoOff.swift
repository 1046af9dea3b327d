internal import Dispatch
internal import Glibc

/// The terminal's echo, off while something is read.
enum EchoOff {
  /// Runs `body` with the echo off. It comes back on also when Ctrl-C ends the program meanwhile.
  static func reading(_ body: () -> String?) throws(CommandError) -> String? {
    var settings = termios()
    // SAFETY: the pointer is to a local variable and does not outlive the call.
    guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else {
      throw CommandError("this terminal's echo cannot be turned off", next: "give the password in a file")
    }
    let before = settings
    // A handler that does nothing: a signal that is ignored would not reach the source below either.
    signal(SIGINT) { _ in }
    let interruption = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    interruption.setEventHandler {
      apply(before)
      exit(130)
    }
    interruption.resume()
    defer {
      apply(before)
      interruption.cancel()
      signal(SIGINT, SIG_DFL)
    }
    settings.c_lflag &= ~tcflag_t(ECHO)
    apply(settings)
    return body()
  }

  private static func apply(_ settings: termios) {
    var settings = settings
    // SAFETY: the pointer is to a local variable and does not outlive the call.
    if unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) != 0 {
      Output.note("signet: the terminal's echo could not be changed")
    }
  }
}

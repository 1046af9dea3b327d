internal import Glibc

/// The terminal's echo, off while something is read.
enum EchoOff {
  /// What the terminal goes back to when Ctrl-C ends the program meanwhile.
  // SAFETY: written before the signal handler that reads it is installed, by the one thread that asks.
  nonisolated(unsafe) private static var before = termios()

  /// Runs `body` with the echo off. It comes back on also when Ctrl-C ends the program meanwhile.
  static func reading(_ body: () -> String?) throws(CommandError) -> String? {
    var settings = termios()
    // SAFETY: the pointer is to a local variable and does not outlive the call.
    guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else {
      throw CommandError("this terminal's echo cannot be turned off", next: "give the password in a file")
    }
    // SAFETY: as above: no handler reads it yet.
    unsafe before = settings
    // tcsetattr and _exit may be called in a signal handler (signal-safety(7)); nothing else is.
    signal(SIGINT) { _ in
      // SAFETY: the pointer is to a variable that lives as long as the program.
      _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &EchoOff.before)
      _exit(130)
    }
    defer {
      // SAFETY: read by the thread that wrote it.
      apply(unsafe before)
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

internal import Glibc

/// The terminal's echo, off while something is read.
enum EchoOff {
  static func reading(_ body: () -> String?) throws(CommandError) -> String? {
    var settings = termios()
    // SAFETY: the pointer is to a local variable and does not outlive the call.
    guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else {
      throw CommandError("this terminal's echo cannot be turned off", next: "give the password in a file")
    }
    let before = settings
    settings.c_lflag &= ~tcflag_t(ECHO)
    apply(settings)
    defer { apply(before) }
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

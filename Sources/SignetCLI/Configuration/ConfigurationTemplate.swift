/// The configuration file that `init` writes: every setting with its meaning, each at its default and
/// commented out, but the issuer and what follows from it.
enum ConfigurationTemplate {
  /// The file's text.
  ///
  /// Each setting has its full name: a line can be uncommented by itself, and a group be added at the end.
  ///
  /// `given`: the values of other settings that are not at their defaults.
  static func text(issuer: String, given: [String: String] = [:]) -> String {
    var lines = [
      "# Signet's configuration. A key that is not known stops the start.",
      "# The environment overrides it (tokens.access-lifetime as SIGNET_TOKENS_ACCESS_LIFETIME), flags both.",
      "# A dot is a level: server.port may as well be written as port, indented below server.",
      "# Nothing in this file is secret.",
    ]
    for setting in Setting.all where !setting.name.contains("*") {
      lines += ["", "# \(setting.summary)", line(setting, issuer: issuer, given: given[setting.name])]
    }
    return (lines + examples).joined(separator: "\n") + "\n"
  }

  private static func line(_ setting: Setting, issuer: String, given: String?) -> String {
    if let given { return "\(setting.name): \(quoted(given))" }
    if setting.name == "issuer" { return "issuer: \(issuer)" }
    // The one setting without a default that can be written down means the file's own directory.
    let initial = setting.initial ?? "."
    // Nobody but this machine reaches such an issuer, and it does so at the issuer's own port.
    if setting.name == "server.port", let port = IssuerPlace(issuer)?.loopbackPort, "\(port)" != initial {
      return "server.port: \(port)"
    }
    return "#\(setting.name): \(setting.form == .list ? "[\(initial)]" : scalar(initial))"
  }

  /// An empty text has to be quoted, or YAML reads it as no value at all.
  private static func scalar(_ text: String) -> String {
    text.isEmpty ? "\"\"" : text
  }

  /// Any text of one line as a scalar (YAML 1.2 §7.3.2).
  private static func quoted(_ text: String) -> String {
    "'\(text.replacing("'", with: "''"))'"
  }

  private static let examples = [
    "", "# The APIs that tokens can be for, and the scopes that each knows.", "#resources:", "#  orders:",
    "#    audience: https://orders.example.com", "#    scopes: [\"orders:read\", \"orders:write\"]", "",
    "# Roles, and the scopes that they give.", "#roles:", "#  clerk:", "#    scopes: [\"orders:read\"]",
  ]
}

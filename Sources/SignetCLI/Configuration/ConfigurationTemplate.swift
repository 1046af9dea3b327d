/// The configuration file that `init` writes: every setting with its meaning, each at its default and
/// commented out, but the issuer.
enum ConfigurationTemplate {
  /// The file's text.
  static func text(issuer: String) -> String {
    var lines = [
      "# Signet's configuration. A key that is not known stops the start.",
      "# The environment overrides it (tokens.access-lifetime as SIGNET_TOKENS_ACCESS_LIFETIME), flags both.",
      "# Nothing in this file is secret.",
    ]
    var open: [String] = []
    for setting in Setting.all where !setting.name.contains("*") {
      let names = setting.name.split(separator: ".").map(String.init)
      let groups = Array(names.dropLast())
      lines.append("")
      for depth in groups.indices where open.prefix(depth + 1) != groups.prefix(depth + 1) {
        lines.append("#\(indentation(depth))\(groups[depth]):")
      }
      open = groups
      lines.append("# \(setting.summary)")
      lines.append(line(setting, key: names[groups.count], depth: groups.count, issuer: issuer))
    }
    return (lines + examples).joined(separator: "\n") + "\n"
  }

  private static func line(_ setting: Setting, key: String, depth: Int, issuer: String) -> String {
    if setting.name == "issuer" { return "issuer: \(issuer)" }
    // The one setting without a default that can be written down means the file's own directory.
    let value = setting.form == .list ? "[\(setting.initial ?? "")]" : Self.scalar(setting.initial ?? ".")
    return "#\(indentation(depth))\(key): \(value)"
  }

  /// An empty text has to be quoted, or YAML reads it as no value at all.
  private static func scalar(_ text: String) -> String {
    text.isEmpty ? "\"\"" : text
  }

  private static func indentation(_ depth: Int) -> String {
    String(repeating: "  ", count: depth)
  }

  private static let examples = [
    "", "# The APIs that tokens can be for, and the scopes that each knows.", "#resources:", "#  orders:",
    "#    audience: https://orders.example.com", "#    scopes: [\"orders:read\", \"orders:write\"]", "",
    "# Roles, and the scopes that they give.", "#roles:", "#  clerk:", "#    scopes: [\"orders:read\"]",
  ]
}

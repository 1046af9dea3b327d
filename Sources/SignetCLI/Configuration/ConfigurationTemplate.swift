/// The configuration file that `init` writes: every setting with its meaning, those at their default
/// commented out.
enum ConfigurationTemplate {
  /// The file's text.
  static func text(issuer: String) -> String {
    var lines = [
      "# Signet's configuration. A key that is not known stops the start.",
      "# The environment overrides it (tokens.access-lifetime as SIGNET_TOKENS_ACCESS_LIFETIME), flags both.",
      "# Nothing in this file is secret.",
    ]
    var group = ""
    for setting in Setting.all where !setting.name.contains("*") {
      let parts = setting.name.split(separator: ".", maxSplits: 1).map(String.init)
      let isGrouped = parts.count == 2
      lines.append("")
      if isGrouped && parts[0] != group {
        group = parts[0]
        lines.append("#\(group):")
      }
      lines.append("# \(setting.summary)")
      lines.append(line(setting, key: parts[parts.count - 1], isGrouped: isGrouped, issuer: issuer))
    }
    return (lines + examples).joined(separator: "\n") + "\n"
  }

  private static func line(_ setting: Setting, key: String, isGrouped: Bool, issuer: String) -> String {
    if setting.name == "issuer" { return "issuer: \(issuer)" }
    let value = setting.form == .list ? "[\(setting.initial ?? "")]" : setting.initial ?? ""
    return isGrouped ? "#  \(key): \(value)" : "#\(key): \(value)"
  }

  private static let examples = [
    "", "# The APIs that tokens can be for, and the scopes that each knows.", "#resources:", "#  orders:",
    "#    audience: https://orders.example.com", "#    scopes: [orders.read, orders.write]", "",
    "# Roles, and the scopes that they give.", "#roles:", "#  clerk:", "#    scopes: [orders.read]",
  ]
}

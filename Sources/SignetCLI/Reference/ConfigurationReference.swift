/// `docs/configuration.md`: every setting of the table, with what it may be, its default and its spellings.
enum ConfigurationReference {
  /// The page.
  static var text: String {
    var lines = [preamble]
    for group in groups {
      lines += ["", "## \(title(of: group))"]
      if let note = notes[group] { lines += ["", note] }
      for setting in Setting.all where Self.group(of: setting) == group { lines += section(setting) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The first levels of the settings' names, in the order of the table; empty for those that have one level.
  private static var groups: [String] {
    Setting.all.map(group).reduce(into: []) { groups, group in
      if !groups.contains(group) { groups.append(group) }
    }
  }

  private static func group(of setting: Setting) -> String {
    setting.name.firstIndex(of: ".").map { String(setting.name[..<$0]) } ?? ""
  }

  private static func title(of group: String) -> String {
    group.isEmpty ? "The authority" : group.prefix(1).uppercased() + group.dropFirst()
  }

  private static func section(_ setting: Setting) -> [String] {
    let flag = setting.flag.map { " · `\($0)`" } ?? ""
    return [
      "", "### `\(setting.name.replacing("*", with: "NAME"))`", "",
      sentence(setting.summary),
      "", "- Value: \(setting.form.description)", "- Default: \(initial(setting))",
      "- Also: `\(EnvironmentName.of(setting.name.replacing("*", with: "NAME")))`\(flag)",
    ]
  }

  private static func initial(_ setting: Setting) -> String {
    switch (setting.initial, setting.form) {
    case (nil, .path): "the directory of the configuration file"
    case (nil, _): "none: it must be set"
    case (.some(""), .list): "an empty list"
    case (.some(""), _): "empty"
    case (.some(let value), _): "`\(value)`"
    }
  }

  /// A summary as a sentence of its own.
  private static func sentence(_ summary: String) -> String {
    "\(summary.prefix(1).uppercased())\(summary.dropFirst())."
  }

  private static let preamble = """
    # Configuration

    This page is generated from the table that the program reads its settings by (`make docs`); a test holds
    it to that.

    One YAML file holds the settings: `signet.yaml` in the directory that `signet init` makes. A command
    finds it by `--config` (the file or its directory), else by `SIGNET_CONFIG`, else as `./signet.yaml`,
    else as `./signet-data/signet.yaml`. A dot in a setting's name is a level of the file:

    ```yaml
    issuer: https://id.example.com
    tokens:
      access-lifetime: 5m
    resources:
      orders:
        audience: https://orders.example.com
        scopes: ["orders:read", "orders:write"]
    ```

    **The environment overrides the file, and flags override both.** `tokens.access-lifetime` is
    `SIGNET_TOKENS_ACCESS_LIFETIME` in the environment, and `--set tokens.access-lifetime=10m` on every
    command's line; some settings have a flag of their own besides. In the environment and in flags a list's
    parts are separated by commas. Names that you choose (`NAME` below: 1 to 64 lower-case letters, digits or
    hyphens) come from the file alone; what it declares can be overridden.

    **A setting that is not known stops the start**, with its place and the nearest known name. The settings
    are read once: `signet serve` takes a change at its next start (a certificate that is renewed, at once).

    **No setting is a secret.** The keyring is a file of its own beside the database, or the text in
    `SIGNET_KEYRING`.

    What is wrong, and what to do about it:

    | Command | |
    |---|---|
    | `signet serve --print-config` | each setting as it counts, and where that comes from |
    | `signet serve --check` | whether the server could start, without starting it |
    | `signet doctor` | everything that is wrong with the authority and its machine, each with what to do |
    """

  /// What is said of a group, besides its settings.
  private static let notes = [
    "database": """
    Without `database.url` the database is the file `signet.sqlite` in the data directory, for one server.
    With it, any number of servers share one in PostgreSQL 15 or newer:
    [operations.md](operations.md#several-nodes). It is a connection string of libpq,
    `host=db.example.com dbname=signet user=signet`, or a `postgresql://` URI. A server on another machine
    must show a certificate for its name, unless `sslmode` says otherwise.
    """,
    "server": """
    Plain HTTP is served on loopback, or beyond it to listed proxies alone; all else needs a certificate.
    """,
    "resources": """
    The APIs that tokens can be for. The authority's own, whose audience is the issuer, is always one.
    """,
    "roles": """
    What an account with the role `NAME` may have. Accounts get roles by `signet accounts roles`.
    """,
  ]
}

extension Setting.Form {
  /// What a value looks like, in words.
  var description: String {
    switch self {
    case .text: "text"
    case .path: "a path; one that is not absolute begins at the configuration file's directory"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .duration: "a whole number and a unit, as `90s`, `5m`, `12h` or `30d`"
    case .choice(let choices): "one of \(choices.map { "`\($0)`" }.joined(separator: ", "))"
    case .list: "a list, as `[one, two]`"
    }
  }
}

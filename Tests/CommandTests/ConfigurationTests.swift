import Foundation
import JOSE
import SignetAuthority
import SignetServer
import SignetTesting
import Testing

@testable import SignetCLI

@Suite struct ConfigurationTests {
  private static func settings(
    _ yaml: String, environment: [String: String] = [:], flags: [SettingLayers.Flag] = []
  ) throws -> Settings {
    let file = try ConfigurationFile(text: yaml, path: "signet.yaml")
    return try Settings(
      SettingLayers(
        flags: flags, environment: environment, file: file, fileDirectory: "/var/lib/signet"))
  }

  private static func problem(
    _ yaml: String, environment: [String: String] = [:], flags: [SettingLayers.Flag] = []
  ) throws -> String {
    let error = try #require(throws: ConfigurationError.self) {
      try settings(yaml, environment: environment, flags: flags)
    }
    return error.description
  }

  @Test func `A1 an unknown setting stops the start and names the nearest known one`() throws {
    _ = try Self.settings("issuer: https://id.example.com\ntokens:\n  access-lifetime: 5m")
    let near = try Self.problem("issuer: https://id.example.com\ntokens:\n  access-lifetim: 5m")
    #expect(near.contains("line 3") && near.contains("“tokens.access-lifetim”"))
    #expect(near.contains("the nearest is “tokens.access-lifetime”"))
    let group = try Self.problem("issuer: https://id.example.com\ntoken:\n  access-lifetime: 5m")
    #expect(group.contains("“token”"))
    let chosen = try Self.problem(
      "issuer: https://id.example.com\nresources:\n  orders:\n    audence: https://orders.example.com")
    #expect(chosen.contains("the nearest is “resources.orders.audience”"))
  }

  @Test func `A1 an unknown environment variable or flag stops the start as well`() throws {
    let yaml = "issuer: https://id.example.com"
    _ = try Self.settings(yaml, environment: ["SIGNET_SERVER_PORT": "9000", "HOME": "/root"])
    let variable = try Self.problem(yaml, environment: ["SIGNET_SERVER_PROT": "9000"])
    #expect(variable.contains("SIGNET_SERVER_PROT") && variable.contains("“SIGNET_SERVER_PORT”"))
    let flag = SettingLayers.Flag(setting: "server.prot", value: "9000", spelling: "--set server.prot")
    #expect(try Self.problem(yaml, flags: [flag]).contains("“server.port”"))
  }

  @Test func `A1 no setting holds a secret, and what must be decided has no default`() throws {
    // A file that holds one has a setting: its path.
    for setting in Setting.all where setting.form != .path {
      #expect(!setting.name.contains("secret") && !setting.name.hasSuffix("password"), "\(setting.name)")
    }
    #expect(Setting.named("issuer")?.initial == nil)
    #expect(try Self.problem("").contains("issuer: is not set"))
    #expect(!ConfigurationTemplate.text(issuer: "https://id.example.com").lowercased().contains("secret:"))
  }

  @Test func `A1 two new authorities share no key, and neither has an account`() throws {
    let script = Script(
      name: "two authorities",
      text: """
        > signet init --directory a --json > /dev/null; signet init --directory b --json > /dev/null

        > cut -d. -f3 a/keyring | grep -c -f - b/keyring
        0
        ? 1

        > signet keys export-public --config a | cmp -s - a/none; signet accounts list --config a
        ! no accounts yet; add one with `signet accounts add`
        """)
    try ScriptRun(tools: try BuiltProducts.folder()).run(script)
  }

  @Test func `flags win over the environment, and the environment over the file`() throws {
    let yaml = "issuer: https://id.example.com\nserver:\n  port: 1001"
    let flag = SettingLayers.Flag(setting: "server.port", value: "1003", spelling: "--port")
    let environment = ["SIGNET_SERVER_PORT": "1002"]
    #expect(try Self.settings(yaml).server.port == 1001)
    #expect(try Self.settings(yaml, environment: environment).server.port == 1002)
    #expect(try Self.settings(yaml, environment: environment, flags: [flag]).server.port == 1003)
    #expect(try Self.settings("issuer: https://id.example.com").server.port == 8080)
  }

  @Test func `resources, roles and scopes come from the file, and the environment can change one`() throws {
    let yaml = """
      issuer: https://id.example.com
      resources:
        orders:
          audience: https://orders.example.com
          scopes: [orders.read, orders.write]
      roles:
        clerk:
          scopes: [orders.read]
      default-scopes: [orders.write]
      """
    let policy = try Self.settings(yaml).policy
    #expect(policy.resources.map(\.audience) == ["https://id.example.com", "https://orders.example.com"])
    #expect(policy.roles == ["clerk": ["orders.read"]])
    #expect(policy.defaultScopes == ["orders.write"])
    let environment = [
      "SIGNET_RESOURCES_ORDERS_AUDIENCE": "https://o.example.com", "SIGNET_DEFAULT_SCOPES": "orders.read",
    ]
    let changed = try Self.settings(yaml, environment: environment).policy
    #expect(changed.resources.map(\.audience) == ["https://id.example.com", "https://o.example.com"])
    #expect(changed.defaultScopes == ["orders.read"])
    #expect(
      try Self.problem(yaml, environment: ["SIGNET_RESOURCES_SHOP_AUDIENCE": "x"])
        .contains("SIGNET_RESOURCES_ORDERS_AUDIENCE"))
  }

  @Test func `what many choose is refused as a password, whatever is configured`() throws {
    for yaml in ["", "\npasswords:\n  minimum-length: 8"] {
      let policy = try Self.settings("issuer: https://id.example.com" + yaml).policy
      #expect(policy.refusal(of: try #require(Password("Mississippi 12345")), names: []) == .common)
      #expect(policy.refusal(of: try #require(Password("nine lives of a staple")), names: []) == nil)
    }
  }

  @Test(arguments: [
    ("server:\n  port: eighty", "line 3: server.port: is “eighty”"),
    ("server:\n  port: 80\nserver.port: 81", "line 4: server.port: is set twice"),
    ("server: 80", "server: must be a group of settings"),
    ("server:\n  port: [80]", "server.port: must have one value"),
    ("server:\n  port:", "server.port: must have one value"),
    ("default-scopes: a b", "default-scopes: must be a list"),
    ("default-scopes: [[a]]", "default-scopes: must be a list of plain texts"),
    ("sessions:\n  idle-limit: 30", "is “30”; write a whole number and a unit"),
    ("sessions:\n  idle-limit: 400d", "sessions.idle-limit: is 400d; must be from 1m to 180d"),
    ("signing:\n  algorithm: none", "signing.algorithm: is “none”"),
    ("signing:\n  publish-ahead: 23h", "signing.publish-ahead: must be 24h or more"),
    ("signing:\n  rotation-interval: 23h", "signing.rotation-interval: is 23h; must be from 1d"),
    ("signing:\n  publish-ahead: 48h\n  rotation-interval: 47h", "interval: is 47h; must be from 2d"),
    ("passwords:\n  minimum-length: 7", "passwords.minimum-length: is “7”"),
    ("resources:\n  orders:\n    audience: a\n    algorithm: HS384", "orders.algorithm: is “HS384”"),
    ("resources:\n  Orders:\n    audience: a", "“Orders” cannot be a name: 1 to 64 lower-case letters"),
    ("metrics:\n  port: 8080", "metrics.port: is 8080, and so is server.port"),
    ("metrics:\n  port: 8080\n  address: 0.0.0.0\n  remote: true", "metrics.port: is 8080, and so is"),
    ("server:\n  browser-origins: [https://app.example.com/]", "server.browser-origins: "),
    ("server:\n  address: 0.0.0.0", "server.address: 0.0.0.0 can be reached from other machines"),
    ("log:\n  level: loud", "log.level: is “loud”; write one of trace, debug"),
  ])
  func `a value that makes no sense is named with its place`(yaml: String, expected: String) throws {
    let problem = try Self.problem("issuer: https://id.example.com\n" + yaml)
    #expect(problem.hasPrefix("signet.yaml") && problem.contains(expected), "\(problem)")
  }

  @Test(arguments: [("0s", 0), ("90s", 90), ("5m", 300), ("12h", 43_200), ("30d", 2_592_000)])
  func `a duration is a whole number and a unit`(text: String, seconds: Int) {
    #expect(Duration(settingText: text) == .seconds(seconds))
  }

  @Test(arguments: ["", "5", "m", "5 m", "05m", "-5m", "+5m", "5.0m", "5w", "9223372036854775807d"])
  func `nothing else is a duration`(text: String) {
    #expect(Duration(settingText: text) == nil)
  }

  @Test func `the file that init writes is read back with every default as it is`() throws {
    let template = ConfigurationTemplate.text(issuer: "https://id.example.com")
    _ = try Self.settings(template)
    let uncommented = template.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("#  ") || $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0 }
      .joined(separator: "\n")
    let settings = try Self.settings(uncommented)
    #expect(settings.policy.sessionAbsoluteLimit == .seconds(180 * 86_400))
    #expect(settings.policy.roles == ["clerk": ["orders:read"]])
    #expect(settings.dataDirectory == "/var/lib/signet")
    for setting in Setting.all where !setting.name.contains("*") {
      #expect(
        template.contains("\n\(setting.name == "issuer" ? "" : "#")\(setting.name): "), "\(setting.name)")
    }
  }

  @Test func `each line of the file that init writes can be uncommented by itself, and a group be added`()
    throws
  {
    let template = ConfigurationTemplate.text(issuer: "https://id.example.com")
    let lines = template.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let commented = lines.indices.filter { lines[$0].wholeMatch(of: /#[a-z].*: .+/) != nil }
    #expect(commented.count == Setting.all.count { !$0.name.contains("*") } - 1)
    for index in commented {
      var changed = lines
      changed[index].removeFirst()
      _ = try Self.settings(changed.joined(separator: "\n") + "\nroles:\n  clerk:\n    scopes: []\n")
    }
  }

  @Test(arguments: [
    ("http://127.0.0.1:18091", "server.port: 18091"), ("http://[::1]:9", "server.port: 9"),
    ("http://localhost", "server.port: 80"), ("http://localhost:8080", "#server.port: 8080"),
    ("https://id.example.com:8443", "#server.port: 8080"),
  ])
  func `an issuer that only this machine reaches says the port`(issuer: String, line: String) {
    #expect(ConfigurationTemplate.text(issuer: issuer).split(separator: "\n").contains(Substring(line)))
  }
}

import JOSE
import SignetAuthority
import SignetServer
import Testing

@testable import SignetCLI

@Suite struct ConfigurationListingTests {
  private static func layers(
    _ yaml: String, environment: [String: String] = [:], flags: [SettingLayers.Flag] = []
  ) throws -> SettingLayers {
    let file = try ConfigurationFile(text: "issuer: https://id.example.com\n" + yaml, path: "signet.yaml")
    return try SettingLayers(
      flags: flags, environment: environment, file: file, fileDirectory: "/var/lib/signet/")
  }

  @Test func `the source of a value is the strongest layer that sets it`() throws {
    let yaml = "server:\n  port: 1001"
    let environment = ["SIGNET_SERVER_PORT": "1002"]
    let flag = SettingLayers.Flag(setting: "server.port", value: "1003", spelling: "--port")
    #expect(try Self.layers("").source(of: "server.port") == .initial)
    #expect(try Self.layers(yaml).source(of: "server.port") == .file(path: "signet.yaml", line: 3))
    #expect(
      try Self.layers(yaml, environment: environment).source(of: "server.port")
        == .environment(variable: "SIGNET_SERVER_PORT"))
    #expect(
      try Self.layers(yaml, environment: environment, flags: [flag]).source(of: "server.port")
        == .flag(spelling: "--port"))
  }

  @Test func `every setting is listed once, stars filled, and a star without a name not at all`() throws {
    let listed = try Self.layers("resources:\n  orders:\n    audience: a\n  shop:\n    audience: b").effective
    #expect(Set(listed.map(\.name)).count == listed.count)
    for setting in Setting.all {
      let isListed = listed.contains { setting.matches($0.name) }
      #expect(isListed == !setting.name.hasPrefix("roles."), "\(setting.name)")
    }
    let resources = listed.map(\.name).filter { $0.hasPrefix("resources.") }
    let half = resources.count / 2
    #expect(resources.prefix(half).allSatisfy { $0.hasPrefix("resources.orders.") })
    #expect(resources.suffix(half).allSatisfy { $0.hasPrefix("resources.shop.") })
    #expect(!listed.contains { $0.name.contains("*") })
  }

  @Test func `a path is listed as it is taken: from the file's directory`() throws {
    let yaml = "server:\n  tls:\n    certificate: tls/chain.pem\n    key: /etc/tls.key"
    let listed = try Self.layers(yaml).effective
    func value(_ name: String) -> EffectiveSetting.Value? { listed.first { $0.name == name }?.value }
    #expect(value("data-directory") == .text("/var/lib/signet"))
    #expect(value("server.tls.certificate") == .text("/var/lib/signet/tls/chain.pem"))
    #expect(value("server.tls.key") == .text("/etc/tls.key"))
  }

  @Test(arguments: [
    "-----BEGIN PRIVATE KEY-----\ncanary", #"{"kty":"OKP","d":"canary"}"#, #"{"kty":"oct","k" : "canary"}"#,
    "MC4CAQAwBQYDK2VwBCIEIcanary", "MIHsMFcGCSqGSIb3DQEFDTBKcanary", "MIIFNTBfBgkqhkiG9w0BBQ0wcanary",
    "eyJhbGciOiJFUzI1NiJ9.canary",
    "$argon2id$v=19$m=19456,t=2,p=1$canary", Keyring(from: .system).text() + "canary",
  ])
  func `A20 no dump of the configuration shows a secret`(secret: String) throws {
    let environment = [
      "SIGNET_KEYRING": "canary", "SIGNET_SERVER_TLS_KEY": secret, "SIGNET_LOG_LEVEL": secret,
      "SIGNET_DEFAULT_SCOPES": secret,
    ]
    let layers = try Self.layers("", environment: environment)
    let listing = ConfigurationListing(layers, environment: environment)
    for line in listing.lines + listing.json.map({ $0.encodedString() }) {
      #expect(!line.contains("canary"))
    }
    for variable in ["SIGNET_SERVER_TLS_KEY", "SIGNET_LOG_LEVEL", "SIGNET_DEFAULT_SCOPES"] {
      let error = try #require(throws: ConfigurationError.self) {
        try Settings(Self.layers("", environment: [variable: secret]))
      }
      #expect(error.description.contains("holds what looks like a"), "\(variable): \(error)")
      #expect(!error.description.contains("canary"))
    }
  }

  @Test func `a value that is no secret is shown as it is`() throws {
    let listing = ConfigurationListing(try Self.layers("log:\n  level: loud"), environment: [:])
    #expect(listing.lines.contains { $0.hasPrefix("log.level") && $0.contains("  loud  ") })
  }
}

import Foundation
import JOSE
import SignetTesting
import Testing

@testable import SignetCLI

/// How a database is named, and how its password is not.
@Suite struct DatabaseSettingsTests {
  private static func layers(_ settings: [String: String]) throws -> SettingLayers {
    let yaml = "issuer: https://id.example.com\n"
    return try SettingLayers(
      flags: settings.map {
        SettingLayers.Flag(setting: $0.key, value: $0.value, spelling: "--set \($0.key)")
      },
      environment: [:], file: try ConfigurationFile(text: yaml, path: "signet.yaml"),
      fileDirectory: "/var/lib/signet")
  }

  private static func postgres(_ settings: [String: String]) throws -> PostgresSettings {
    guard case .postgres(let postgres) = try Settings(layers(settings)).database else { throw FixtureError() }
    return postgres
  }

  @Test func `without a URL it is SQLite in the data directory`() throws {
    guard case .embedded = try Settings(Self.layers([:])).database else { throw FixtureError() }
    let error = try #require(throws: ConfigurationError.self) {
      try Settings(Self.layers(["database.password-file": "password"]))
    }
    #expect(error.description.contains("is set, but database.url is not"))
  }

  @Test(arguments: [
    ("host=db.example.com dbname=signet user=signet", "host=db.example.com dbname=signet user=signet"),
    (
      "postgresql://signet@db.example.com:5433/signet",
      "host=db.example.com port=5433 dbname=signet user=signet"
    ),
    ("host=/run/postgresql dbname=signet sslmode=disable", "host=/run/postgresql dbname=signet"),
    ("host=@abstract dbname=signet", "host=@abstract dbname=signet"),
  ])
  func `a URL without a password is taken and shown`(url: String, description: String) throws {
    let settings = try Self.postgres(["database.url": url])
    #expect("\(settings.target)" == description)
    #expect(settings.connections == 8 && settings.passwordFile == nil)
    let shown = ConfigurationListing(try Self.layers(["database.url": url]), environment: [:]).lines
    #expect(shown.contains { $0.hasPrefix("database.url") && $0.contains(url) })
  }

  @Test func `a way past a pooler is for a pooler, and the server's options are not`() throws {
    let url = "host=pool dbname=signet"
    let pooled = ["database.url": url, "database.pooler": "transaction"]
    let direct = ["database.direct-url": "host=db dbname=signet"]
    #expect(try Self.postgres(pooled).directTarget == nil)
    let settings = try Self.postgres(pooled.merging(direct) { $1 })
    #expect("\(settings.target)" == url)
    #expect(settings.directTarget.map { "\($0)" } == direct["database.direct-url"])
    let options = ["database.url": "\(url) options='-c work_mem=1MB'"]
    _ = try Self.postgres(options)
    for refused in [["database.url": url].merging(direct) { $1 }, pooled.merging(options) { $1 }] {
      #expect(throws: ConfigurationError.self) { try Settings(Self.layers(refused)) }
    }
  }

  @Test(arguments: [
    "host=db dbname=signet password=canary", "postgresql://signet:canary@db/signet",
    "postgresql://db/signet?user=signet&password=canary", "host=db dbname=signet sslpassword=canary",
    "postgresql://signet:canary@rest@db/signet", "host=db dbname=signet password canary",
    "postgresql://signet:canary%zz@db/signet", "dbname=postgresql://signet:canary@db/signet",
    "dbname='host=db password=canary'", "host=signet:canary@db dbname=signet", "host=db user=signet:canary",
    "postgresql://signet:canary@db/signet\u{0}", "canary",
  ])
  func `A20 a URL that holds a password, or cannot be read, is refused and not shown`(url: String) throws {
    let layers = try Self.layers(["database.url": url, "database.direct-url": url])
    let error = try #require(throws: ConfigurationError.self) {
      try Settings(Self.layers(["database.url": url]))
    }
    #expect(error.description.hasPrefix("--set database.url: "))
    #expect(!error.description.contains("canary") && !error.description.contains("rest"))
    let listing = ConfigurationListing(layers, environment: [:])
    for line in listing.lines + listing.json.map({ $0.encodedString() }) {
      #expect(!line.contains("canary") && !line.contains("rest@"))
    }
  }

  @Test func `A20 the password comes from a file that its owner alone may read`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "signet-password-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "password").path(percentEncoded: false)
    let settings = try Self.postgres([
      "database.url": "host=/run/postgresql dbname=signet", "database.password-file": path,
    ])
    func attempt(_ text: String, mode: Int) throws -> Result<Void, CommandError> {
      try Data(text.utf8).write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      do {
        let target = try settings.targetWithPassword()
        #expect(!"\(target)".contains("canary"))
        return .success(())
      } catch let error {
        #expect(!error.description.contains("canary"))
        return .failure(error)
      }
    }
    for mode in [0o600, 0o400] { try attempt("canary\n", mode: mode).get() }
    for mode in [0o640, 0o604, 0o660, 0o644] {
      let outcome = try attempt("canary\n", mode: mode)
      #expect(throws: CommandError.self) { try outcome.get() }
    }
    for text in ["", "\n", "canary\ncanary\n", "canary\u{0}"] {
      let outcome = try attempt(text, mode: 0o600)
      #expect(throws: CommandError.self) { try outcome.get() }
    }
  }

  @Test func `A20 a password in the place of its file's path is not repeated`() throws {
    let settings = try Self.postgres([
      "database.url": "host=/run/postgresql dbname=signet", "database.password-file": "canary",
    ])
    let error = try #require(throws: CommandError.self) { try settings.targetWithPassword() }
    #expect(error.description.hasPrefix("--set database.password-file: there is no such file"))
    #expect(!error.description.contains("canary"))
    let layers = try Self.layers(["database.password-file": "canary"])
    let listing = ConfigurationListing(layers, environment: [:])
    for line in listing.lines + listing.json.map({ $0.encodedString() }) { #expect(!line.contains("canary")) }
  }
}

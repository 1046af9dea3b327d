import Foundation
import SignetServer
import SignetTesting
import Testing

@testable import SignetCLI

/// Who may read the revocation feed, and where its secret is kept.
@Suite struct FeedSettingsTests {
  private static let secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtMDEyMzQ1Njc4OWFi"

  private static func layers(_ settings: [String: String]) throws -> SettingLayers {
    try SettingLayers(
      flags: settings.map {
        SettingLayers.Flag(setting: $0.key, value: $0.value, spelling: "--set \($0.key)")
      },
      environment: [:],
      file: try ConfigurationFile(text: "issuer: https://id.example.com\n", path: "signet.yaml"),
      fileDirectory: "/var/lib/signet")
  }

  private static func feed(_ settings: [String: String]) throws -> FeedSettings {
    try Settings(layers(settings)).feed
  }

  @Test func `the feed is public, and can be shut or bounded`() throws {
    let open = try Self.feed([:]).configuration()
    guard case .everybody = open.access else { throw FixtureError() }
    #expect(open.subscribers == 1_000)
    let other = try Self.feed(["revocation-feed.access": "off", "revocation-feed.subscribers": "7"])
      .configuration()
    guard case .off = other.access else { throw FixtureError() }
    #expect(other.subscribers == 7)
  }

  @Test func `a secret without a file, and a file without a reader, are refused`() throws {
    for settings in [
      ["revocation-feed.access": "secret"], ["revocation-feed.secret-file": "feed"],
      ["revocation-feed.access": "off", "revocation-feed.secret-file": "feed"],
    ] {
      let error = try #require(throws: ConfigurationError.self) { try Self.feed(settings) }
      #expect(error.description.contains("revocation-feed.secret-file"))
    }
  }

  @Test func `A20 the feed's secret comes from a file that its owner alone may read, and is not repeated`()
    throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: "signet-feed-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "secret")
    let settings = ["revocation-feed.access": "secret", "revocation-feed.secret-file": file.path]
    func write(_ text: String, mode: Int = 0o600) throws {
      try Data(text.utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    }
    try write(Self.secret + "\n")
    guard case .secret = try Self.feed(settings).configuration().access else { throw FixtureError() }
    for (text, mode) in [
      (Self.secret, 0o640), (Self.secret, 0o604), ("canary-too-short", 0o600), ("", 0o600),
      (Self.secret + " canary", 0o600),
    ] {
      try write(text, mode: mode)
      let error = try #require(throws: CommandError.self) { try Self.feed(settings).configuration() }
      #expect(!"\(error)".contains(Self.secret) && !"\(error)".contains("canary"))
    }
    // Somebody has written the secret in the place of its file's path.
    let misplaced = ["revocation-feed.access": "secret", "revocation-feed.secret-file": Self.secret]
    let error = try #require(throws: (any Error).self) { try Self.feed(misplaced).configuration() }
    #expect(!"\(error)".contains(Self.secret))
    let shown = ConfigurationListing(try Self.layers(misplaced), environment: [:]).lines
    #expect(!shown.contains { $0.contains(Self.secret) })
  }
}

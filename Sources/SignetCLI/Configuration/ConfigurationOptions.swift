internal import ArgumentParser
internal import Foundation

/// The options that find and override the configuration, the same for every command that needs one.
struct ConfigurationOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The configuration file, or the directory that holds it.",
      discussion: "Else SIGNET_CONFIG, else ./signet.yaml, else ./signet-data/signet.yaml.",
      valueName: "path"))
  var config: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A setting that overrides file and environment; may be repeated.", valueName: "name=value"))
  var set: [String] = []

  /// The settings: file, environment over it, `--set` and `flags` over both.
  /// - Throws: ``ConfigurationError``.
  func settings(flags: [SettingLayers.Flag] = []) throws(ConfigurationError) -> Settings {
    try Settings(layers(flags: flags))
  }

  /// The layers that the settings are read from.
  /// - Throws: ``ConfigurationError``.
  func layers(flags: [SettingLayers.Flag] = []) throws(ConfigurationError) -> SettingLayers {
    let environment = ProcessInfo.processInfo.environment
    let path = try Self.absolute(path(environment: environment))
    return try SettingLayers(
      flags: try assignments() + flags, environment: environment, file: try ConfigurationFile(path: path),
      fileDirectory: URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false))
  }

  private func assignments() throws(ConfigurationError) -> [SettingLayers.Flag] {
    var flags: [SettingLayers.Flag] = []
    for assignment in set {
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        // Without a name it may be anything, and a secret as well: it is not repeated.
        throw ConfigurationError(place: "--set", problem: "must be of the form name=value")
      }
      let name = String(parts[0])
      flags.append(SettingLayers.Flag(setting: name, value: String(parts[1]), spelling: "--set \(name)"))
    }
    return flags
  }

  private func path(environment: [String: String]) throws(ConfigurationError) -> String {
    if let given = config ?? environment[EnvironmentName.configuration] {
      return Self.isDirectory(given) ? given + "/" + Self.fileName : given
    }
    let candidates = [Self.fileName, "signet-data/" + Self.fileName]
    guard let found = candidates.first(where: FileManager.default.fileExists(atPath:)) else {
      throw ConfigurationError(
        place: candidates.joined(separator: " and "),
        problem: "do not exist; name the configuration with --config, or make one with `signet init`")
    }
    return found
  }

  static let fileName = "signet.yaml"

  private static func isDirectory(_ path: String) -> Bool {
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      return attributes[.type] as? FileAttributeType == .typeDirectory
    } catch {
      return false
    }
  }

  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }
}

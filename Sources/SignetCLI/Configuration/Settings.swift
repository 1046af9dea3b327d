internal import JOSE
internal import SignetAuthority
internal import SignetServer

/// The settings of one authority, read and checked.
struct Settings: Sendable {
  let policy: AuthorityPolicy
  let dataDirectory: String
  let database: DatabaseSettings
  let server: ServerConfiguration
  let feed: FeedSettings
  let hashingThreads: Int
  let hashingQueue: Int
  let logFormat: String
  let logLevel: String

  /// Settings from what is given.
  /// - Throws: ``ConfigurationError`` that names the place and says what to write.
  init(_ layers: SettingLayers) throws(ConfigurationError) {
    try PastedSecret.refuse(in: layers)
    let reading = SettingReading(layers: layers)
    policy = try Self.policy(reading)
    let stated = try layers.text("data-directory")
    guard let directory = stated ?? layers.fileDirectory else {
      throw ConfigurationError(
        place: "data-directory", problem: "is not set; name a configuration file with --config")
    }
    dataDirectory = layers.absolute(directory)
    database = try DatabaseSettings(reading)
    server = try Self.server(reading)
    feed = try FeedSettings(reading)
    hashingThreads = try reading.integer("passwords.hash.threads")
    hashingQueue = try reading.integer("passwords.hash.queue")
    logFormat = try reading.choice("log.format")
    logLevel = try reading.choice("log.level")
  }

  private static func policy(_ reading: SettingReading) throws(ConfigurationError) -> AuthorityPolicy {
    let minimum = try reading.integer("passwords.minimum-length")
    let common = try Self.commonPasswords()
    guard let passwords = PasswordPolicy(minimumLength: minimum, common: common) else {
      throw reading.error("passwords.minimum-length", "must be \(PasswordPolicy.floor) or more")
    }
    let throttling = try throttling(reading)
    guard let algorithm = SignatureAlgorithm(rawValue: try reading.choice("signing.algorithm")) else {
      throw reading.error("signing.algorithm", "is no algorithm that this version signs with")
    }
    let layers = reading.layers
    var resources: [Resource] = []
    for name in layers.chosenNames(under: "resources") {
      resources.append(
        Resource(
          name: name, audience: try reading.text("resources.\(name).audience"),
          scopes: Set(layers.list("resources.\(name).scopes")),
          hasOwnSecret: try reading.choice("resources.\(name).algorithm") == "HS256"))
    }
    let roles = layers.chosenNames(under: "roles").map { ($0, Set(layers.list("roles.\($0).scopes"))) }
    let issuer = try reading.text("issuer")
    let lifetime = try reading.duration("tokens.access-lifetime")
    let idleLimit = try reading.duration("sessions.idle-limit")
    let absoluteLimit = try reading.duration("sessions.absolute-limit")
    let sessionsPerAccount = try reading.integer("sessions.per-account")
    let grace = try reading.duration("sessions.refresh-grace")
    let retention = try reading.duration("audit.retention")
    let publishAhead = try reading.duration("signing.publish-ahead")
    let rotationInterval = try reading.duration("signing.rotation-interval")
    do {
      return try AuthorityPolicy(
        issuer: issuer, accessTokenLifetime: lifetime, sessionIdleLimit: idleLimit,
        sessionAbsoluteLimit: absoluteLimit, sessionsPerAccount: sessionsPerAccount, refreshGrace: grace,
        passwords: passwords, throttling: throttling, auditRetention: retention, resources: resources,
        roles: Dictionary(uniqueKeysWithValues: roles), defaultScopes: Set(layers.list("default-scopes")),
        signingAlgorithm: algorithm, keyPublishAhead: publishAhead, keyRotationInterval: rotationInterval)
    } catch {
      throw reading.error(error.setting, error.problem)
    }
  }

  private static func commonPasswords() throws(ConfigurationError) -> CommonPasswords {
    do {
      return try .compiledIn()
    } catch {
      throw ConfigurationError(place: "signet", problem: "\(error)")
    }
  }

  private static func throttling(_ reading: SettingReading) throws(ConfigurationError) -> ThrottlePolicy {
    let guesses = try reading.integer("passwords.throttle.guesses")
    let longestDelay = try reading.duration("passwords.throttle.longest-delay")
    let knowsAddresses = try reading.choice("passwords.throttle.by-address") == "true"
    do {
      return try ThrottlePolicy(
        guesses: guesses, longestDelay: longestDelay, knowsAddresses: knowsAddresses)
    } catch {
      throw reading.error(error.setting, error.problem)
    }
  }

  private static func server(_ reading: SettingReading) throws(ConfigurationError) -> ServerConfiguration {
    let host = try reading.text("server.address")
    let port = try reading.integer("server.port")
    let tls = try certificateFiles(reading)
    let proxies = reading.layers.list("server.trusted-proxies")
    let origins = Set(reading.layers.list("server.browser-origins"))
    let metrics = try metrics(reading)
    let drain = try reading.duration("server.drain")
    if let metrics, metrics.port == port, metrics.host == host || Self.isEveryAddress(metrics.host, host) {
      throw reading.error("metrics.port", "is \(port), and so is server.port; choose another")
    }
    do {
      return try ServerConfiguration(
        host: host, port: port, tls: tls, trustedProxies: try TrustedProxies(proxies),
        browserOrigins: origins, metrics: metrics, drain: drain)
    } catch {
      throw reading.error(error.setting, error.problem)
    }
  }

  /// Whether one of two addresses stands for all that the machine has.
  private static func isEveryAddress(_ hosts: String...) -> Bool {
    hosts.contains { $0 == "0.0.0.0" || $0 == "::" }
  }

  private static func metrics(_ reading: SettingReading) throws(ConfigurationError) -> MetricsListener? {
    let port = try reading.integer("metrics.port")
    let host = try reading.text("metrics.address")
    let isRemote = try reading.choice("metrics.remote") == "true"
    guard port != 0 else { return nil }
    do {
      return try MetricsListener(host: host, port: port, isRemote: isRemote)
    } catch {
      throw reading.error(error.setting, error.problem)
    }
  }

  private static func certificateFiles(
    _ reading: SettingReading
  ) throws(ConfigurationError) -> CertificateFiles? {
    let certificate = try reading.path("server.tls.certificate")
    let key = try reading.path("server.tls.key")
    guard certificate.isEmpty == key.isEmpty else {
      let missing = key.isEmpty ? "server.tls.key" : "server.tls.certificate"
      throw reading.error(missing, "is not set; a certificate and its key are given together")
    }
    guard !key.isEmpty else { return nil }
    return CertificateFiles(certificate: certificate, key: key)
  }
}

/// Reads single settings in their forms.
struct SettingReading {
  let layers: SettingLayers

  /// The value of a setting that must have one.
  func text(_ name: String) throws(ConfigurationError) -> String {
    guard let text = try layers.text(name) else {
      let summary = Setting.named(name)?.summary ?? "a value"
      throw error(name, "is not set: \(summary)")
    }
    return text
  }

  /// The absolute path that a setting names; empty when it is.
  func path(_ name: String) throws(ConfigurationError) -> String {
    let text = try text(name)
    return text.isEmpty ? "" : layers.absolute(text)
  }

  func integer(_ name: String) throws(ConfigurationError) -> Int {
    let text = try text(name)
    guard case .integer(let range)? = Setting.named(name)?.form, let value = Int(text), range.contains(value)
    else {
      throw error(name, "is “\(text)”; \(Self.expectation(of: name))")
    }
    return value
  }

  func duration(_ name: String) throws(ConfigurationError) -> Duration {
    let text = try text(name)
    guard let duration = Duration(settingText: text) else {
      throw error(name, "is “\(text)”; \(Self.expectation(of: name))")
    }
    return duration
  }

  func choice(_ name: String) throws(ConfigurationError) -> String {
    let text = try text(name)
    guard case .choice(let choices)? = Setting.named(name)?.form, choices.contains(text) else {
      throw error(name, "is “\(text)”; \(Self.expectation(of: name))")
    }
    return text
  }

  func error(_ name: String, _ problem: String) -> ConfigurationError {
    ConfigurationError(place: layers.place(name), problem: problem)
  }

  private static func expectation(of name: String) -> String {
    switch Setting.named(name)?.form {
    case .integer(let range)?:
      "write a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .duration?: "write a whole number and a unit, as 90s, 5m, 12h or 30d"
    case .choice(let choices)?: "write one of \(choices.joined(separator: ", "))"
    default: "write a text"
    }
  }
}

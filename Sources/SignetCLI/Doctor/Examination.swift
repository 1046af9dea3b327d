internal import Foundation
internal import Glibc
internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetAuthority
internal import SignetSQLite
internal import SignetServer

/// An authority looked at from outside: running or stopped, nothing of it is changed.
struct Examination {
  private let layers: SettingLayers
  private let settings: Settings
  private let directory: AuthorityDirectory
  private let now: Timestamp
  private let beginning: ContinuousClock.Instant

  /// Begins to look.
  /// - Throws: ``ConfigurationError``: then there is no authority to look at.
  init(_ layers: SettingLayers) throws(ConfigurationError) {
    self.layers = layers
    settings = try Settings(layers)
    directory = AuthorityDirectory(settings.dataDirectory)
    now = SystemClock.now()
    beginning = ContinuousClock.now
  }

  /// What `signet serve` would open.
  func ofStart() -> [Finding] {
    let (keyring, authority) = keyringFindings()
    let look = DatabaseLook(settings.database, in: directory, authority: authority)
    return [configurationFinding, addressFinding] + feedFindings + certificateCheck.findings + files + keyring
      + databaseFindings(look, isOfStart: true) + keyFindings(look, authority: authority)
  }

  /// Everything.
  func ofAll() async -> [Finding] {
    let (keyring, authority) = keyringFindings()
    let look = DatabaseLook(settings.database, in: directory, authority: authority)
    let network = networkCheck
    let hashing = await Self.hashingFindings(threads: settings.hashingThreads)
    let server = ServerCheck(
      answer: await ServerCheck.ask(directory.socket), socket: directory.socket,
      isDatabaseInUse: look.isInUse)
    return [configurationFinding] + feedFindings + server.findings + clockCheck(look).findings
      + server.qualified(network.findings + certificateCheck.findings) + files + server.qualified(keyring)
      + server.qualified(databaseFindings(look, isOfStart: false))
      + keyFindings(look, authority: authority) + hashing
  }

  /// What can be said without a configuration.
  static func ofMachine() async -> [Finding] {
    let clock = ClockCheck(now: SystemClock.now(), isSynchronised: KernelClock.isSynchronised())
    return clock.findings + (await hashingFindings(threads: 1))
  }

  private var configurationFinding: Finding {
    .ok("configuration", layers.file?.path ?? "none")
  }

  /// A server that runs already has the port, so that it is taken proves nothing.
  private var addressFinding: Finding {
    let server = settings.server
    let host = server.host.contains(":") ? "[\(server.host)]" : server.host
    return .ok("address", "\(host):\(server.port); whether it is free is not looked at")
  }

  private func clockCheck(_ look: DatabaseLook) -> ClockCheck {
    let passed = ContinuousClock.now - beginning
    return ClockCheck(
      now: now, isSynchronised: KernelClock.isSynchronised(), newestRecord: look.newestRecord,
      step: (SystemClock.now() - now) - passed)
  }

  private var networkCheck: NetworkCheck {
    NetworkCheck(
      issuer: settings.policy.issuer, host: settings.server.host, port: settings.server.port,
      hasCertificate: settings.server.tls != nil, proxies: layers.list("server.trusted-proxies"))
  }

  private var certificateCheck: CertificateCheck {
    let network = networkCheck
    var check = CertificateCheck(
      certificate: .none(address: network.host), issuerHost: network.issuerHost,
      hasProxies: !network.proxies.isEmpty, now: now)
    guard let files = settings.server.tls else { return check }
    do {
      check.certificate = .read(try files.summary(at: now))
    } catch {
      check.certificate = .refused(error)
    }
    return check
  }

  private var files: [Finding] {
    FileCheck(directory, and: settings.database.files + settings.feed.files, user: Int(geteuid())).findings
  }

  private var feedFindings: [Finding] {
    do {
      _ = try settings.feed.configuration()
      return []
    } catch {
      return [.problem("feed", error: error)]
    }
  }

  private func keyringFindings() -> ([Finding], Authority?) {
    do {
      let keyring = try directory.readKeyring()
      let isGiven = ProcessInfo.processInfo.environment[EnvironmentName.keyring] != nil
      let source = isGiven ? "the environment variable \(EnvironmentName.keyring)" : directory.keyring
      return (
        [.ok("keyring", source)], Authority(policy: settings.policy, keyring: keyring, random: .system)
      )
    } catch {
      return ([.problem("keyring", error: error)], nil)
    }
  }

  /// Of the file alone: a server answers for itself.
  private var durabilityProblem: String? {
    if case .embedded = settings.database { return DatabaseLook.durabilityProblem() }
    return nil
  }

  private func databaseFindings(_ look: DatabaseLook, isOfStart: Bool) -> [Finding] {
    let findings =
      switch look.store {
      case .postgres(let check): isOfStart ? check.findingsOfStart : check.findings
      case .file(let database):
        DatabaseCheck(
          path: directory.database, database: database, newestSchema: SQLiteInspection.newestSchema,
          freeBytes: Self.freeBytes(directory.path), durabilityProblem: isOfStart ? nil : durabilityProblem
        ).findings
      }
    guard let estrangement = look.estrangement else { return findings }
    return findings.filter { $0.level != .ok } + [.problem("database", error: estrangement)]
  }

  private func keyFindings(_ look: DatabaseLook, authority: Authority?) -> [Finding] {
    guard let authority, look.isComplete, look.estrangement == nil else { return [] }
    return KeyCheck(records: look.records, authority: authority, now: now).findings
  }

  private static func hashingFindings(threads: Int) async -> [Finding] {
    let memory = Int(ProcessInfo.processInfo.physicalMemory / 1024)
    do {
      return try await HashingCheck.measure(
        threads: threads, cores: ProcessInfo.processInfo.activeProcessorCount, machineMemoryKiB: memory
      ).findings
    } catch {
      return [
        .problem(
          "hashing", "a password could not be hashed: \(error)",
          advice: "make memory free, or lower passwords.hash.threads")
      ]
    }
  }

  private static func freeBytes(_ path: String) -> Int64? {
    do {
      let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
      return (attributes[.systemFreeSize] as? NSNumber)?.int64Value
    } catch {
      return nil
    }
  }
}

extension DatabaseLook {
  /// Whether a process holds the database.
  fileprivate var isInUse: Bool {
    if case .file(.read(let condition)) = store { return condition.isInUse }
    return false
  }
}

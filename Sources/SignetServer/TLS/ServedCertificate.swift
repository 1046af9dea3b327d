internal import Foundation
package import JOSE
package import Logging
internal import NIOCore
internal import NIOSSL
internal import ServiceLifecycle
internal import Synchronization

/// The certificate that new connections get: what the files held when they last made sense.
package final class ServedCertificate: Sendable {
  private struct State {
    var pair: CertificatePair
    var stamp: [CertificateFiles.Stamp?]
  }

  private let files: CertificateFiles
  private let clock: @Sendable () -> Timestamp
  private let logger: Logger
  private let state: Mutex<State>

  /// Reads the files.
  /// - Throws: ``CertificateError``, which says what to do.
  package init(
    _ files: CertificateFiles, clock: @escaping @Sendable () -> Timestamp, logger: Logger
  ) throws(CertificateError) {
    self.files = files
    self.clock = clock
    self.logger = logger
    let stamp = files.stamp
    let pair = try files.read(at: clock())
    state = Mutex(State(pair: pair, stamp: stamp))
    warnIfNearExpiry(pair)
  }

  /// Reads the files again if they have changed. A pair that is broken leaves the old one in place.
  func reloadIfChanged() {
    let stamp = files.stamp
    guard state.withLock({ $0.stamp != stamp }) else { return }
    do {
      let pair = try files.read(at: clock())
      state.withLock { $0 = State(pair: pair, stamp: stamp) }
      logger.notice("certificate reloaded")
      warnIfNearExpiry(pair)
    } catch {
      state.withLock { $0.stamp = stamp }
      logger.error("certificate not reloaded, the old one stays", metadata: ["reason": "\(error)"])
    }
  }

  /// Says so while less than two weeks of the certificate are left.
  func warnIfNearExpiry() {
    warnIfNearExpiry(state.withLock { $0.pair })
  }

  private func warnIfNearExpiry(_ pair: CertificatePair) {
    let now = clock()
    guard pair.validUntil < now + Self.warningPeriod else { return }
    let days = max(0, (pair.validUntil.seconds - now.seconds) / 86_400)
    logger.warning("the certificate expires soon; renew it", metadata: ["days": "\(days)"])
  }

  /// TLS for a server: each handshake takes the pair of its moment.
  var tlsConfiguration: TLSConfiguration {
    var configuration = state.withLock { $0.pair }.tlsConfiguration
    configuration.sslContextCallback = { _, promise in
      let pair = self.state.withLock { $0.pair }
      var override = NIOSSLContextConfigurationOverride()
      override.certificateChain = pair.chain.map { .certificate($0) }
      override.privateKey = .privateKey(pair.key)
      promise.succeed(override)
    }
    return configuration
  }

  private static let warningPeriod: Duration = .seconds(14 * 86_400)
}

/// Looks again and again whether the certificate's files have changed.
struct CertificateWatch: Service {
  let certificate: ServedCertificate
  let interval: Duration
  /// Waits for so long, or throws when it is cancelled.
  let pause: @Sendable (Duration) async throws -> Void

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var looks = 0
      while !Task.isCancelled {
        do {
          try await pause(interval)
        } catch {
          return
        }
        certificate.reloadIfChanged()
        looks += 1
        if looks.isMultiple(of: Self.looksPerWarning) { certificate.warnIfNearExpiry() }
      }
    }
  }

  /// About once a day at ten seconds a look.
  private static var looksPerWarning: Int { 8_640 }
}

internal import HummingbirdTokenVerification
internal import JOSE
internal import Logging
internal import SignetAuthority
internal import TokenVerification

/// The page that a scrape gets: what was counted, and what is read at that moment.
struct MetricsPage: Sendable {
  private let service: AuthorityService
  private let version: String

  /// A page of `service`, by the program whose `--version` says `version`.
  init(service: AuthorityService, version: String) {
    self.service = service
    self.version = version
  }

  /// The page now. When the storage does not answer, what it would have told is left out, and the rest is
  /// there: that is when somebody looks.
  func text() async -> String {
    let samples =
      [MetricSample(.buildInfo, version, value: 1)]
      + service.metrics.requests.samples() + readings() + ProcessMetrics().samples() + (await keySamples())
    return service.metrics.registry.page(with: samples)
  }

  private func readings() -> [MetricSample] {
    let view = service.revocations.view
    return [
      MetricSample(.hashQueue, value: Double(service.hasher.waitingCount)),
      MetricSample(.revocationEntries, value: Double(view.count)),
      MetricSample(.revocationPosition, value: Double(view.position?.sequence ?? 0)),
      MetricSample(.feedSubscribers, value: Double(service.hub.subscriberCount)),
      MetricSample(.feedAge, value: service.hub.age.inSeconds),
    ]
  }

  private func keySamples() async -> [MetricSample] {
    let now = service.clock()
    let records: [SigningKeyRecord]
    do {
      // The published ones: a resource's own secret has no schedule.
      records = try await service.storage.read { tx in try tx.signingKeys().filter { $0.audience == nil } }
    } catch {
      service.logger.warning(
        "keys could not be read for metrics", metadata: ["error.type": "\(type(of: error))"])
      return []
    }
    var samples: [MetricSample] = []
    for state in SigningKeyRecord.State.allCases {
      let keys = records.filter { $0.state == state }
      samples.append(MetricSample(.signingKeys, state.rawValue, value: Double(keys.count)))
      guard let oldest = keys.map(\.stateBegan).min() else { continue }
      samples.append(MetricSample(.signingKeyAge, state.rawValue, value: (now - oldest).inSeconds))
    }
    let schedule = KeySchedule(records, policy: service.authority.policy)
    if let active = records.last(where: { $0.state == .active }), let end = schedule.retirement(of: active) {
      samples.append(MetricSample(.rotation, value: (end - now).inSeconds))
    }
    return samples
  }
}

extension Duration {
  fileprivate var inSeconds: Double { Double(wholeMilliseconds) / 1_000 }
}

extension SigningKeyRecord {
  /// When the key entered its state.
  fileprivate var stateBegan: Timestamp {
    switch state {
    case .next: createdAt
    case .active: activatedAt ?? createdAt
    case .retired: retiredAt ?? createdAt
    }
  }
}

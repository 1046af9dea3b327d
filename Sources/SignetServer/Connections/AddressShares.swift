internal import SignetAuthority
internal import Synchronization

/// How many places each address has taken, of connections or of requests, so that one address cannot hold all
/// that there are.
///
/// This machine and the listed proxies speak for others, and are not counted.
final class AddressShares: Sendable {
  private let limit: Int
  private let proxies: TrustedProxies
  private let counts = Mutex<[String: Int]>([:])

  init(limit: Int, proxies: TrustedProxies) {
    self.limit = limit
    self.proxies = proxies
  }

  /// One more place for an address.
  enum Place: Hashable, Sendable {
    /// Not counted.
    case free
    /// To be given back by ``leave(_:)``.
    case taken(network: String)
    case none
  }

  func enter(_ address: String?) -> Place {
    guard !proxies.contains(address), let network = AddressNetwork.of(address) else { return .free }
    return counts.withLock { counts in
      let count = counts[network, default: 0]
      guard count < limit else { return .none }
      counts[network] = count + 1
      return .taken(network: network)
    }
  }

  func leave(_ place: Place) {
    guard case .taken(let network) = place else { return }
    counts.withLock { counts in
      let count = counts[network, default: 0] - 1
      counts[network] = count > 0 ? count : nil
    }
  }

  /// How many addresses have a place.
  var addressCount: Int { counts.withLock { $0.count } }
}

internal import NIOCore
internal import NIOPosix

/// A URL that may be fetched, and the addresses that have been checked for it.
///
/// The connection goes to one of these addresses and to no other, so a name that resolves to something else a
/// moment later (DNS rebinding) gains nothing.
struct Destination: Sendable {
  let url: RemoteURL
  let addresses: [IPAddress]
}

/// Which URLs may be fetched on behalf of an issuer (T23).
///
/// https to public addresses. An issuer that is itself on this machine, which only the operator can have
/// said, may use loopback, and plain http there. Private networks take the operator's word.
struct EgressRules: Sendable {
  /// The addresses of a host name.
  typealias Resolver = @Sendable (_ host: String) async throws -> [IPAddress]

  let allowsLoopback: Bool
  let allowsPrivateAddresses: Bool
  let resolve: Resolver

  /// The rules for what an issuer's own URL and its metadata name.
  init(issuer: RemoteURL, allowsPrivateAddresses: Bool, resolve: @escaping Resolver) {
    allowsLoopback = issuer.isLoopback
    self.allowsPrivateAddresses = allowsPrivateAddresses
    self.resolve = resolve
  }

  /// Refuses plain http, but for this machine.
  func checkScheme(of url: RemoteURL) throws(RemoteKeysError) {
    guard url.isSecure || (url.isLoopback && allowsLoopback) else {
      throw RemoteKeysError("“\(url)” is not https")
    }
  }

  /// Checks a URL and everything that its host resolves to.
  func destination(_ url: RemoteURL) async throws -> Destination {
    try checkScheme(of: url)
    let addresses = try await addresses(of: url)
    for address in addresses where !allows(address, for: url) {
      throw RemoteKeysError("“\(url.host)” leads to \(address), which is not a public address")
    }
    guard !addresses.isEmpty else { throw RemoteKeysError("“\(url.host)” has no address") }
    return Destination(url: url, addresses: addresses)
  }

  private func addresses(of url: RemoteURL) async throws -> [IPAddress] {
    if let address = url.address { return [address] }
    if url.host == "localhost" { return [.loopbackV4, .loopbackV6] }
    return try await resolve(url.host)
  }

  /// A public name that resolves to this machine is not excused by the issuer's being on it.
  private func allows(_ address: IPAddress, for url: RemoteURL) -> Bool {
    address.isPublic || allowsPrivateAddresses || (address.isLoopback && url.isLoopback && allowsLoopback)
  }
}

extension EgressRules {
  /// The system's resolver, on threads for blocking calls.
  ///
  /// It yields the address that the system prefers and no other: a host whose first address is down is not
  /// reached by its second.
  static let systemResolver: Resolver = { host in
    try await NIOThreadPool.singleton.runIfActive {
      let resolved = try SocketAddress.makeAddressResolvingHost(host, port: 443)
      return resolved.ipAddress.flatMap { IPAddress($0) }.map { [$0] } ?? []
    }
  }
}

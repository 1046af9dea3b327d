package import SignetAuthority

/// How the authority is served. A configuration that exists can be served.
package struct ServerConfiguration: Sendable {
  /// The IP address to listen on, or a name for a loopback one: `127.0.0.1`, `::1`, `localhost`, `0.0.0.0`.
  package let host: String
  /// 0 lets the system choose.
  package let port: Int
  /// Origins of other sites whose scripts may call the API with cookies and read its answers, each exactly
  /// as a browser sends it: `https://app.example.com`.
  package let browserOrigins: Set<String>
  /// The certificate and its key; nil to serve plain HTTP.
  package let tls: CertificateFiles?
  /// Whose forwarded headers are believed, and who may speak plain HTTP from other machines.
  package let trustedProxies: TrustedProxies
  /// Where metrics are served; nil for nowhere.
  package let metrics: MetricsListener?
  /// How long a stop waits, while it says that it is not ready, before it closes the listener.
  package let drain: Duration
  package let limits: Limits
  package var feed: FeedConfiguration

  /// How much one client, and all together, may take.
  package struct Limits: Hashable, Sendable {
    /// All header fields of a request together, in bytes.
    package var headerBytes = 16_384
    /// How many header fields a request may have.
    package var headerFields = 100
    /// How long a client may take to send a body.
    package var bodyTimeout: Duration = .seconds(20)
    /// A connection that says nothing for so long is closed.
    package var idleTimeout: Duration = .seconds(60)
    package var connections = 4_096
    /// From one IPv4 address or IPv6 network of 64 bits. This machine and the listed proxies are not counted.
    package var connectionsPerAddress = 256
    /// Connections of HTTP/1 and streams of HTTP/2 together; each may take about 120 KiB.
    package var openRequests = 6_144
    /// Of those, from one address or network, counted as connections are.
    package var requestsPerAddress = 512
    /// How long a TLS handshake may take.
    package var handshakeTimeout: Duration = .seconds(10)
    /// How long a connection that should end may take to do so.
    package var farewellTimeout: Duration = .seconds(5)
    /// How long TLS then waits for the client's own good-bye.
    package var tlsFarewellTimeout: Duration = .seconds(2)
    /// An HTTP/2 connection that is older is asked to end.
    package var connectionLifetime: Duration = .seconds(3_600)

    package init() {}

    /// The longest that clients can make a stop wait: those of the authority, then those of the metrics.
    package var longestStop: Duration { farewellTimeout + tlsFarewellTimeout + farewellTimeout }
  }

  /// A configuration; throws a `PolicyError` that names the setting and what it may be.
  ///
  /// Without `tls`, other machines are listened to only when there are `trustedProxies`, which end TLS; and
  /// then those alone are answered.
  package init(
    host: String = "127.0.0.1", port: Int = 8080, tls: CertificateFiles? = nil,
    trustedProxies: TrustedProxies = .none, browserOrigins: Set<String> = [], metrics: MetricsListener? = nil,
    drain: Duration = .zero, limits: Limits = Limits(), feed: FeedConfiguration = FeedConfiguration()
  ) throws(PolicyError) {
    guard tls != nil || !trustedProxies.isEmpty || Self.isLoopback(host) else {
      throw PolicyError(
        setting: "server.address",
        problem:
          "\(host) can be reached from other machines, and passwords would cross the network in plain text; "
          + "set server.tls.certificate and server.tls.key, or listen on 127.0.0.1 behind a proxy that ends "
          + "TLS, or list the proxies in server.trusted-proxies")
    }
    guard (0...65_535).contains(port) else {
      throw PolicyError(setting: "server.port", problem: "must be from 0 to 65535")
    }
    guard (.zero...Self.longestDrain).contains(drain) else {
      throw PolicyError(setting: "server.drain", problem: "must be from 0s to 60s")
    }
    for origin in browserOrigins.sorted() where !Self.isOrigin(origin) {
      throw PolicyError(
        setting: "server.browser-origins",
        problem: "“\(origin)” is no origin; write scheme, host and port only, as in https://app.example.com")
    }
    self.host = host
    self.port = port
    self.tls = tls
    self.trustedProxies = trustedProxies
    self.browserOrigins = browserOrigins
    self.metrics = metrics
    self.drain = drain
    self.limits = limits
    self.feed = feed
  }

  private static let longestDrain: Duration = .seconds(60)

  /// Whether only this machine can reach `host`. A name other than `localhost` may resolve to anything.
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Whether `text` is an origin as a browser serialises it (RFC 6454 §6.2): lower case, no path, no
  /// wildcard.
  private static func isOrigin(_ text: String) -> Bool {
    guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else { return false }
    let host = text.dropFirst(scheme.count)
    return !host.isEmpty && host.utf8.count <= 255
      && host.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || ".-:[]".utf8.contains(byte)
      }
  }
}

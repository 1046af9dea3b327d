internal import HTTPTypes
internal import HummingbirdTokenVerification
package import SignetAuthority

/// The proxies whose word about where a request came from is believed.
///
/// It serves the audit log, the access log and HSTS. Links are never made of it (A8).
package struct TrustedProxies: Hashable, Sendable {
  /// What is known of the client.
  struct Client: Hashable, Sendable {
    let address: String?
    /// Whether a believed proxy says that the client came over plain HTTP.
    let cameInPlain: Bool
  }

  private let networks: [Network]

  /// Nobody is believed.
  package static let none = TrustedProxies(networks: [])

  /// From networks such as `10.0.0.0/8`, `fd00::/8`, or single addresses; throws a `PolicyError`.
  package init(_ texts: [String]) throws(PolicyError) {
    var networks: [Network] = []
    for text in texts {
      guard let network = Network(text) else {
        throw PolicyError(
          setting: "server.trusted-proxies",
          problem: "“\(text)” is no address and no network; write 10.0.0.5, 10.0.0.0/8 or fd00::/8, with no "
            + "bits beyond the prefix")
      }
      networks.append(network)
    }
    self.networks = networks
  }

  private init(networks: [Network]) {
    self.networks = networks
  }

  package var isEmpty: Bool { networks.isEmpty }

  /// Whether `address` is one of the proxies.
  func contains(_ address: String?) -> Bool {
    guard !isEmpty, let address = address.flatMap({ IPAddress($0) }) else { return false }
    let bytes = Network.unmapped(address.bytes)
    return networks.contains { $0.contains(bytes) }
  }

  /// The client of a request that `peer` sent with `headers`.
  ///
  /// Hops are read from the right, and only as long as a listed proxy vouches for them: the first address
  /// that is not listed is the client. A hop that is no address ends the reading: the last proxy stands.
  func client(peer: String?, headers: HTTPFields) -> Client {
    guard contains(peer) else { return Client(address: peer, cameInPlain: false) }
    let hops = ForwardedHops(headers)
    var address = peer
    for hop in hops.addresses.reversed() {
      guard let known = hop.flatMap({ IPAddress($0) }) else { break }
      address = known.description
      if !contains(address) { break }
    }
    return Client(address: address, cameInPlain: hops.scheme == "http")
  }
}

/// What proxies say in `X-Forwarded-For`, to which each appends the peer that it saw.
///
/// `Forwarded` (RFC 7239) is not read: proxies that write only the other pass it on as the client sent it,
/// and to believe either would be to believe the client.
struct ForwardedHops {
  /// From the client's end to ours; nil for what is no address.
  let addresses: [String?]
  /// What the nearest proxy says that it was reached over.
  let scheme: String?

  init(_ headers: HTTPFields) {
    addresses = Self.parts(headers[values: Self.forwardedFor]).map { Self.address($0) }
    scheme = Self.parts(headers[values: Self.forwardedProto]).last?.lowercased()
  }

  private static func parts(_ values: [String]) -> [String] {
    let most = 64
    // By bytes: what a client wrote before the comma must not make one character with it.
    let all = values.flatMap { value in
      value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    }
    return all.suffix(most).map { trimmed(Substring($0)) }
  }

  /// The address of `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
  private static func address(_ node: String) -> String? {
    var text = node[...]
    var port: Substring?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      port = rest.isEmpty ? nil : rest.dropFirst()
      text = text[text.index(after: text.startIndex)..<end]
    } else if text.contains("."), let colon = text.firstIndex(of: ":"), !text[..<colon].isEmpty,
      text.firstIndex(of: ":") == text.lastIndex(of: ":")
    {
      port = text[text.index(after: colon)...]
      text = text[..<colon]
    }
    if let port, UInt16(port) == nil { return nil }
    return IPAddress(String(text)) == nil ? nil : String(text)
  }

  private static func trimmed(_ text: Substring) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    var text = text.drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    return String(text)
  }

  private static let forwardedFor = HTTPField.Name.constant("X-Forwarded-For")
  private static let forwardedProto = HTTPField.Name.constant("X-Forwarded-Proto")
}

/// The addresses that share a prefix (RFC 4632, RFC 4291 §2.3).
private struct Network: Hashable, Sendable {
  private let prefix: [UInt8]
  private let bits: Int

  init?(_ text: String) {
    let sides = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = sides.first, let address = IPAddress(String(first)) else { return nil }
    let width = address.bytes.count * 8
    guard sides.count == 2 else {
      prefix = address.bytes
      bits = width
      return
    }
    guard let bits = Int(sides[1]), String(bits) == sides[1], (0...width).contains(bits),
      (bits..<width).allSatisfy({ address.bytes[$0 / 8] & (0x80 >> ($0 % 8)) == 0 })
    else { return nil }
    prefix = address.bytes
    self.bits = bits
  }

  func contains(_ bytes: [UInt8]) -> Bool {
    bytes.count == prefix.count
      && (0..<(bits + 7) / 8).allSatisfy { index in
        let mask: UInt8 = bits >= index * 8 + 8 ? 0xFF : ~(0xFF >> (bits % 8))
        return bytes[index] & mask == prefix[index] & mask
      }
  }

  /// The IPv4 address that a socket of IPv6 shows as `::ffff:10.0.0.1`.
  static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
    let mapping: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    return bytes.count == 16 && Array(bytes.prefix(12)) == mapping ? Array(bytes.suffix(4)) : bytes
  }
}

/// What a key says of its certificates, `x5c`, `x5t` and `x5t#S256` (RFC 7517 §4.7 to §4.9): data, of which
/// nothing has been checked.
///
/// A key counts because somebody trusts where it came from; its certificates add nothing to that, until they
/// are validated against roots, which the library JOSECertificates does.
public struct KeyCertificates: Sendable, Hashable {
  /// `x5c`: certificates in DER, the key's own first; empty when it is absent.
  public let chain: [[UInt8]]
  /// `x5t`, as written: the SHA-1 of the key's own certificate in base64url, if whoever wrote it got it
  /// right.
  public let sha1Thumbprint: String?
  /// `x5t#S256`, as written: the SHA-256 of the key's own certificate in base64url.
  public let sha256Thumbprint: String?

  /// Certificates to be written.
  public init(chain: [[UInt8]], sha1Thumbprint: String? = nil, sha256Thumbprint: String? = nil) {
    self.chain = chain
    self.sha1Thumbprint = sha1Thumbprint
    self.sha256Thumbprint = sha256Thumbprint
  }

  /// Reads them from a JWK or a header; nil when there are none. `x5u` is not read: nothing is fetched.
  /// - Throws: ``JOSEError`` with code `invalid_key` for a member of the wrong type, or an `x5c` that is
  /// empty
  ///   or not in base64.
  public init?(in json: ParsedJSON) throws(JOSEError) {
    guard json["x5c"] != nil || json["x5t"] != nil || json["x5t#S256"] != nil else { return nil }
    sha1Thumbprint = try Self.string("x5t", in: json)
    sha256Thumbprint = try Self.string("x5t#S256", in: json)
    guard let value = json["x5c"] else {
      chain = []
      return
    }
    guard let elements = value.elements, !elements.isEmpty else {
      throw JOSEError(.invalidKey, "x5c is not an array of at least one certificate")
    }
    var chain: [[UInt8]] = []
    for element in elements {
      guard let text = element.string, let certificate = Base64.decode(text) else {
        throw JOSEError(.invalidKey, "x5c holds something that is not base64 (RFC 4648 §4)")
      }
      chain.append(certificate)
    }
    self.chain = chain
  }

  /// The members, as a JWK or a header has them.
  public func members() -> [JSONMember] {
    var members: [JSONMember] = []
    if !chain.isEmpty {
      members.append(JSONMember(name: "x5c", value: .strings(chain.map { Base64.encode($0) })))
    }
    if let sha1Thumbprint { members.append(JSONMember(name: "x5t", value: .string(sha1Thumbprint))) }
    if let sha256Thumbprint {
      members.append(JSONMember(name: "x5t#S256", value: .string(sha256Thumbprint)))
    }
    return members
  }

  private static func string(_ name: String, in json: ParsedJSON) throws(JOSEError) -> String? {
    guard let value = json[name] else { return nil }
    guard let string = value.string else { throw JOSEError(.invalidKey, "\(name) is not a string") }
    return string
  }
}

/// Base64 with padding (RFC 4648 §4), canonical, as certificates are written in JSON (RFC 7517 §4.7).
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String {
    let text = Base64URL.encode(bytes).utf8.map { byte in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: byte
      }
    }
    let padding = Array(repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
    return String(decoding: text + padding, as: UTF8.self)
  }

  /// The bytes; nil for text that is not canonical, or empty.
  static func decode(_ text: String) -> [UInt8]? {
    let all = Array(text.utf8)
    guard !all.isEmpty, all.count % 4 == 0 else { return nil }
    let padding = all.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding <= 2 else { return nil }
    var characters: [UInt8] = []
    for byte in all.dropLast(padding) {
      switch byte {
      case UInt8(ascii: "+"): characters.append(UInt8(ascii: "-"))
      case UInt8(ascii: "/"): characters.append(UInt8(ascii: "_"))
      case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
      default: characters.append(byte)
      }
    }
    do throws(JOSEError) {
      return try Base64URL.decode(characters.span)
    } catch {
      return nil
    }
  }
}

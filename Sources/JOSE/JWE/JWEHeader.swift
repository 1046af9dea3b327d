/// The header of a JWE for one recipient (RFC 7516 §4): how to decrypt, and what is inside.
///
/// Until the content has been decrypted, it is a claim by whoever sent the token: good for finding a key, and
/// for nothing else. `jwk`, `jku`, `x5u` and `x5c` are not read: a token never chooses its own key. What says
/// something of the content (`typ`, `cty`, `zip`) counts in the protected header alone.
public struct JWEHeader: Sendable {
  /// `alg`.
  public let algorithm: KeyManagementAlgorithm
  /// `enc`.
  public let encryption: ContentEncryptionAlgorithm
  /// `kid`: an opaque name of at most 256 bytes; nil when it is absent.
  public let keyID: String?
  /// `typ` of the protected header, as written; nil when it is absent.
  public let type: String?
  /// `cty` of the protected header, as written; nil when it is absent.
  public let contentType: String?
  /// `zip`: whether the content was compressed, by DEFLATE, before it was encrypted.
  public let isCompressed: Bool

  /// What the algorithm needs besides.
  let parameters: KeyManagementParameters

  /// Reads the header of a compact serialization, which is protected as a whole.
  /// - Parameter bytes: the JSON text, decoded from base64url.
  /// - Throws: ``JOSEError`` with code `unsupported_algorithm` for an `alg`, `enc` or `zip` that is unknown
  ///   (`RSA1_5` is), `malformed_header` for a parameter that is missing or malformed, `critical_header` for
  ///   any `crit`; or for text that is not strict JSON.
  init(parsing bytes: [UInt8]) throws(JOSEError) {
    try self.init(JWEHeaderMembers(protected: ParsedJSON(parsing: bytes)))
  }

  /// Reads what the three headers of one recipient say together.
  /// - Throws: ``JOSEError`` as ``init(parsing:)``.
  init(_ members: JWEHeaderMembers) throws(JOSEError) {
    // No extension is understood, so whatever it lists is not; and registered names are never listed.
    guard members["crit"] == nil else {
      throw JOSEError(.criticalHeader, "crit lists something that is not understood")
    }
    guard let algorithm = KeyManagementAlgorithm(named: try members.requiredString("alg")) else {
      throw JOSEError(.unsupportedAlgorithm, "alg names no key management that is supported")
    }
    guard let encryption = ContentEncryptionAlgorithm(named: try members.requiredString("enc")) else {
      throw JOSEError(.unsupportedAlgorithm, "enc names no content encryption that is supported")
    }
    self.algorithm = algorithm
    self.encryption = encryption
    keyID = try members.string("kid")
    guard keyID.map({ $0.utf8.count <= JWK.maximumKeyIDBytes }) ?? true else {
      throw JOSEError(.malformedHeader, "kid has more than \(JWK.maximumKeyIDBytes) bytes")
    }
    let protected = try JWEHeaderMembers(protected: members.protected)
    type = try protected.string("typ")
    contentType = try protected.string("cty")
    isCompressed = try Self.isCompressed(members)
    parameters = try KeyManagementParameters(algorithm, members)
  }

  /// RFC 7516 §4.1.3.
  private static func isCompressed(_ members: JWEHeaderMembers) throws(JOSEError) -> Bool {
    guard let name = members["zip"] else { return false }
    guard name.isString("DEF") else {
      throw JOSEError(.unsupportedAlgorithm, "zip names no compression that is supported")
    }
    guard members.protected?["zip"] != nil else {
      throw JOSEError(.malformedHeader, "zip is not in the protected header")
    }
    return true
  }
}

/// The headers of one recipient, whose names are disjoint (RFC 7516 §7.2.1): protected, shared, its own.
struct JWEHeaderMembers {
  let protected: ParsedJSON?
  private(set) var shared: ParsedJSON?
  private(set) var own: ParsedJSON?

  init(protected: ParsedJSON?, shared: ParsedJSON? = nil, own: ParsedJSON? = nil) throws(JOSEError) {
    self.protected = protected
    self.shared = shared
    self.own = own
    // A header that would be empty is absent (RFC 7516 §7.2.1).
    for case let header? in [protected, shared, own] where (header.members ?? []).isEmpty {
      throw JOSEError(.malformedHeader, "a header is not an object with members")
    }
    guard shared != nil || own != nil else { return }
    var names: Set<[UInt8]> = []
    for header in [protected, shared, own] {
      for member in header?.members ?? [] {
        guard names.insert(Array(member.name.utf8)).inserted else {
          throw JOSEError(.malformedHeader, "a parameter stands in more than one of the headers")
        }
      }
    }
  }

  subscript(name: String) -> ParsedJSON? {
    protected?[name] ?? shared?[name] ?? own?[name]
  }

  /// The string `name`; nil when it is absent.
  func string(_ name: String) throws(JOSEError) -> String? {
    guard let value = self[name] else { return nil }
    guard let string = value.string else { throw JOSEError(.malformedHeader, "\(name) is not a string") }
    return string
  }

  /// The value of `name`, which is a string.
  func requiredString(_ name: String) throws(JOSEError) -> ParsedJSON {
    guard let value = self[name] else { throw JOSEError(.malformedHeader, "\(name) is missing") }
    guard value.kind == .string else { throw JOSEError(.malformedHeader, "\(name) is not a string") }
    return value
  }

  /// The bytes that `name` spells in base64url; nil when it is absent.
  func bytes(_ name: String) throws(JOSEError) -> [UInt8]? {
    guard let text = try string(name) else { return nil }
    do {
      return try Base64URL.decode(text)
    } catch {
      throw JOSEError(.malformedHeader, "\(name) is not base64url: \(error.detail)")
    }
  }

  /// The bytes that `name` spells in base64url.
  func requiredBytes(_ name: String) throws(JOSEError) -> [UInt8] {
    guard let bytes = try bytes(name) else { throw JOSEError(.malformedHeader, "\(name) is missing") }
    return bytes
  }
}

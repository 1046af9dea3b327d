/// A JWE in JSON serialization, flattened or general (RFC 7516 §7.2), not yet decrypted.
///
/// Reading one checks its form alone. The plaintext comes out only through ``decrypt(with:policy:)``, with
/// the recipient whose key did it.
public struct JSONJWE: Sendable {
  /// The recipients, which nobody has vouched for yet: good for finding a key. 1 to 16.
  public let recipients: [Recipient]
  /// Whether there is one recipient, written without an array (RFC 7516 §7.2.2).
  public let isFlattened: Bool

  private let content: EncryptedContent
  private let headers: SharedHeaders

  /// The most recipients that a text may have: one key is tried for each that could be its own.
  public static let maximumRecipients = 16

  /// Reads a text.
  ///
  /// Members that RFC 7516 does not name are ignored.
  /// - Parameters:
  ///   - text: JSON in UTF-8.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Throws: ``JOSEError`` with code `too_large` for more bytes or recipients than allowed;
  ///   `malformed_json`, `duplicate_member`, `malformed_base64url`; `malformed_token` for another form than
  ///   RFC 7516 §7.2 has; `malformed_header` for a parameter that is missing or malformed, that stands in two
  ///   of the headers, or an `enc` that is not the same for all; `critical_header` for any `crit`. An
  ///   algorithm that is unknown (`RSA1_5` is) only keeps that one recipient from decrypting.
  public init(
    _ text: [UInt8], maximumBytes: Int = CompactJWE.defaultMaximumBytes
  ) throws(JOSEError) {
    let json = try ParsedJSON(parsing: text, limits: JSONLimits(maximumBytes: maximumBytes))
    guard json.kind == .object else { throw JOSEError(.malformedToken, "a JWE in JSON is an object") }
    let headers = try SharedHeaders(json)
    isFlattened = json["recipients"] == nil
    var recipients: [Recipient] = []
    for element in isFlattened ? [json] : try Self.elements(of: json) {
      recipients.append(try Recipient(element, headers))
    }
    try Self.check(recipients, headers)
    self.recipients = recipients
    self.headers = headers
    content = EncryptedContent(
      vector: try json.requiredSegment("iv"),
      sealed: SealedContent(
        ciphertext: try json.requiredSegment("ciphertext"), tag: try json.requiredSegment("tag")),
      authenticated: headers.authenticated)
  }

  private static func elements(of json: ParsedJSON) throws(JOSEError) -> [ParsedJSON] {
    for name in ["header", "encrypted_key"] where json[name] != nil {
      throw JOSEError(.malformedToken, "both recipients and \(name): neither flattened nor general")
    }
    guard let elements = json["recipients"]?.elements, !elements.isEmpty else {
      throw JOSEError(.malformedToken, "recipients is not an array of at least one")
    }
    guard elements.count <= maximumRecipients else {
      throw JOSEError(.tooLarge, "\(elements.count) recipients; the limit is \(maximumRecipients)")
    }
    return elements
  }

  /// What the recipients have in common.
  private static func check(_ recipients: [Recipient], _ headers: SharedHeaders) throws(JOSEError) {
    guard recipients.allSatisfy({ $0.encryptionName == recipients[0].encryptionName }) else {
      throw JOSEError(.malformedHeader, "enc is not the same for all recipients (RFC 7516 §7.2.1)")
    }
    // Their keys encrypt the content themselves, and cannot both be the one key that it has.
    let hasDirect = recipients.contains { $0.header?.algorithm == .direct || $0.header?.algorithm == .ecdhES }
    guard recipients.count == 1 || !hasDirect else {
      throw JOSEError(.malformedToken, "dir or ECDH-ES among several recipients (RFC 7516 §5.1)")
    }
    // A key that AES-GCM wrapped is, taken by itself, content of `dir` with nothing authenticated: its reader
    // would hand it out. Which of the two it is must stand where the tag covers it.
    let isDirect = recipients[0].header?.algorithm == .direct
    guard !isDirect || headers.protected?["alg"] != nil && headers.protected?["enc"] != nil else {
      throw JOSEError(.malformedHeader, "dir, and alg or enc is not in the protected header")
    }
  }

  /// Decrypts.
  ///
  /// The key is tried for those recipients whose algorithm is the key's, and whose `kid` is the key's, if
  /// both have one.
  /// - Parameters:
  ///   - key: the key that the caller chose.
  ///   - policy: what the caller accepts besides. All `p2c` that are tried count together.
  /// - Returns: The plaintext, and what the tag covers.
  /// - Throws: ``JOSEError`` with code `decryption_failed` for a wrong key as for a changed text: it does not
  ///   tell which; `unknown_key` when no recipient fits the key; `too_large` when more `p2c` would have to be
  ///   tried than the policy allows; else as
  ///   ``CompactJWE/decrypt(with:policy:)``.
  public func decrypt(
    with key: DecryptionKey, policy: DecryptionPolicy
  ) throws(JOSEError) -> DecryptedJSONJWE {
    var failure: JOSEError?
    var iterations = 0
    for (index, recipient) in recipients.enumerated() {
      guard let header = recipient.header else {
        failure = failure ?? (recipients.count == 1 ? recipient.failure : nil)
        continue
      }
      guard header.algorithm == key.algorithm || recipients.count == 1, recipient.fits(key) else { continue }
      if case .password(_, let own) = header.parameters, let range = policy.passwordIterations {
        iterations += own
        guard iterations <= range.upperBound else {
          throw JOSEError(.tooLarge, "p2c adds up to \(iterations); \(range.upperBound) are the most")
        }
      }
      do throws(JOSEError) {
        let plaintext = try key.decrypt(content, encryptedKey: recipient.encryptedKey, header, policy)
        return DecryptedJSONJWE(plaintext, at: index, recipient, header, key, headers)
      } catch {
        // A failed decryption says more than what keeps another recipient from being tried.
        if failure == nil || error.code == .decryptionFailed { failure = error }
      }
    }
    throw failure ?? JOSEError(.unknownKey, "no recipient has the key's algorithm and kid")
  }
}

extension JSONJWE: CustomStringConvertible, CustomReflectable {
  /// How many recipients it has; never the text.
  public var description: String { "JSONJWE(\(recipients.count) recipients)" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension JSONJWE {
  /// A recipient of a JWE in JSON serialization before it is decrypted: what finds a key, and nothing else.
  public struct Recipient: Sendable, CustomStringConvertible, CustomReflectable {
    /// What the three headers say together; nil when they name an algorithm that is not supported.
    public let header: JWEHeader?
    /// `kid`, from any of the headers; nil when it is absent.
    public let keyID: String?

    /// Why it cannot be tried, though its form is good.
    let failure: JOSEError?
    let encryptionName: [UInt8]
    let encryptedKey: [UInt8]
    let ownHeader: ParsedJSON?

    /// Reads `header` and `encrypted_key` of an object.
    init(_ json: ParsedJSON, _ headers: SharedHeaders) throws(JOSEError) {
      guard json.kind == .object else { throw JOSEError(.malformedToken, "a recipient is not an object") }
      ownHeader = json["header"]
      let members = try JWEHeaderMembers(
        protected: headers.protected, shared: headers.unprotected, own: ownHeader)
      encryptionName = Array(try members.requiredString("enc").source)
      keyID = try members.string("kid")
      encryptedKey = try json.segment("encrypted_key") ?? []
      do throws(JOSEError) {
        header = try JWEHeader(members)
        failure = nil
      } catch {
        guard error.code == .unsupportedAlgorithm else { throw error }
        header = nil
        failure = error
      }
    }

    /// Whether the `kid` is the key's, if both have one.
    func fits(_ key: DecryptionKey) -> Bool {
      guard let keyID, let own = key.keyID else { return true }
      return keyID.utf8.elementsEqual(own.utf8)
    }

    /// The algorithm; never the key.
    public var description: String { "Recipient(\(header?.algorithm.rawValue ?? "unknown algorithm"))" }

    public var customMirror: Mirror { Mirror(self, children: []) }
  }

  /// What all recipients share: two headers, and data that the tag covers besides.
  struct SharedHeaders: Sendable {
    let protected: ParsedJSON?
    let unprotected: ParsedJSON?
    let additional: [UInt8]?
    /// What the tag covers: the text of the protected header, and that of `aad` after a dot (RFC 7516 §5.1).
    let authenticated: [UInt8]

    init(_ json: ParsedJSON) throws(JOSEError) {
      unprotected = json["unprotected"]
      additional = try json.segment("aad")
      var text: [UInt8] = []
      if let value = json["protected"] {
        guard let string = value.string else { throw JOSEError(.malformedToken, "protected is not a string") }
        protected = try ParsedJSON(parsing: Base64URL.decode(string))
        text = Array(string.utf8)
      } else {
        protected = nil
      }
      if let aad = json["aad"]?.string { text += [UInt8(ascii: ".")] + Array(aad.utf8) }
      authenticated = text
    }
  }
}

extension ParsedJSON {
  /// The bytes that the member `name` spells in base64url; nil when it is absent. What would be empty is
  /// absent (RFC 7516 §7.2.1), a ciphertext apart.
  fileprivate func segment(_ name: String) throws(JOSEError) -> [UInt8]? {
    guard let value = self[name] else { return nil }
    guard let text = value.string, !text.isEmpty else {
      throw JOSEError(.malformedToken, "\(name) is not a string, or empty")
    }
    return try Base64URL.decode(text)
  }

  fileprivate func requiredSegment(_ name: String) throws(JOSEError) -> [UInt8] {
    if name == "ciphertext", self[name]?.isString("") ?? false { return [] }
    guard let bytes = try segment(name) else { throw JOSEError(.malformedToken, "\(name) is missing") }
    return bytes
  }
}

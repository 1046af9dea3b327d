/// A JWE in compact serialization (RFC 7516 §7.1): `header.encrypted key.vector.ciphertext.tag`, not yet
/// decrypted.
///
/// Reading one checks its form alone. The plaintext comes out only through ``decrypt(with:policy:)``. Whether
/// something is signed or encrypted is never found out by looking at it: who expects a ``CompactJWS`` reads
/// one. Encryption says nothing of who sent it: anybody has a public key. Sign what is encrypted.
public struct CompactJWE: Sendable {
  /// The header, which nobody has vouched for yet: good for finding a key.
  public let header: JWEHeader

  private let encryptedKey: [UInt8]
  private let content: EncryptedContent
  private let byteCount: Int

  /// The most bytes that a token has, unless the caller says otherwise.
  public static let defaultMaximumBytes = 16_384

  /// Reads a token.
  /// - Parameters:
  ///   - token: the ASCII text.
  ///   - maximumBytes: the limit that is checked before anything else.
  /// - Throws: ``JOSEError`` with code `too_large`; `malformed_token` for another number of segments than
  ///   five, or an empty header, vector or tag; `malformed_base64url`; or as the header's parameters demand
  ///   (`unsupported_algorithm`, `malformed_header`, `critical_header`). Never with a part of the token.
  public init(_ token: [UInt8], maximumBytes: Int = defaultMaximumBytes) throws(JOSEError) {
    guard token.count <= maximumBytes else {
      throw JOSEError(.tooLarge, "a token of \(token.count) bytes; the limit is \(maximumBytes)")
    }
    let ends = try Self.segmentEnds(in: token.span)
    var segments: [[UInt8]] = []
    for (index, end) in ends.enumerated() {
      let start = index == 0 ? 0 : ends[index - 1] + 1
      // An encrypted key may be empty, and so may be what an empty plaintext becomes.
      guard end > start || index == 1 || index == 3 else {
        throw JOSEError(.malformedToken, "the header, the initialization vector or the tag is empty")
      }
      segments.append(try Base64URL.decode(token.span.extracting(start..<end)))
    }
    header = try JWEHeader(parsing: segments[0])
    encryptedKey = segments[1]
    content = EncryptedContent(
      vector: segments[2], sealed: SealedContent(ciphertext: segments[3], tag: segments[4]),
      authenticated: Array(token[..<ends[0]]))
    byteCount = token.count
  }

  /// Decrypts.
  /// - Parameters:
  ///   - key: the key that the caller chose.
  ///   - policy: what the caller accepts besides.
  /// - Returns: The plaintext.
  /// - Throws: ``JOSEError`` with code `decryption_failed` for a wrong key as for a changed token: it does
  ///   not tell which. What everybody can see is named: `algorithm_mismatch` when the header's `alg`, `enc`
  ///   or curve is not the key's; `unsupported_algorithm`, `weak_key` or `too_large` for what the policy
  ///   refuses; `malformed_token` for a part of a length that cannot be, or decrypted content that does not
  ///   inflate.
  public func decrypt(with key: DecryptionKey, policy: DecryptionPolicy) throws(JOSEError) -> [UInt8] {
    try key.decrypt(content, encryptedKey: encryptedKey, header, policy)
  }

  /// The offsets after the five segments; reads no further than a fifth dot.
  private static func segmentEnds(in token: Span<UInt8>) throws(JOSEError) -> [Int] {
    var ends: [Int] = []
    ends.reserveCapacity(5)
    for index in token.indices where token[index] == UInt8(ascii: ".") {
      guard ends.count < 4 else { throw JOSEError(.malformedToken, "more than five segments") }
      ends.append(index)
    }
    guard ends.count == 4 else { throw JOSEError(.malformedToken, "fewer than five segments") }
    return ends + [token.count]
  }
}

extension CompactJWE: CustomStringConvertible, CustomReflectable {
  /// The algorithms and the size; never the token.
  public var description: String {
    "CompactJWE(\(header.algorithm.rawValue), \(header.encryption.rawValue), \(byteCount) bytes)"
  }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension CompactJWE {
  /// Encrypts.
  /// - Parameters:
  ///   - plaintext: any bytes.
  ///   - type: the header's `typ`; nil omits it.
  ///   - contentType: the header's `cty` (`JWT` for a nested token); nil omits it.
  ///   - key: its `alg` and `kid` go into the header.
  ///   - encryption: `enc`; nil for the key's own, or else A256GCM.
  ///   - isCompressed: whether the plaintext is compressed first (`zip`). The length then tells how much of
  ///     it repeats itself: leave it off where somebody else can put in a part of what is encrypted.
  /// - Returns: The compact serialization.
  /// - Throws: ``JOSEError`` with code `algorithm_mismatch` when the key cannot be for that `enc`,
  ///   `invalid_key` when the key cannot be used, `too_large` for more than 250,000 bytes to compress.
  public static func encrypt(
    _ plaintext: [UInt8], type: String? = nil, contentType: String? = nil, with key: EncryptionKey,
    encryption: ContentEncryptionAlgorithm? = nil, isCompressed: Bool = false
  ) throws(JOSEError) -> String {
    let encryption = try key.encryption(encryption)
    let sealedKey = try key.seal(nil, for: encryption)
    let description = ContentDescription(
      encryption: encryption, type: type, contentType: contentType, isCompressed: isCompressed)
    var text: [UInt8] = []
    Base64URL.encode(
      JSON.object(key.members(sealedKey) + description.members).encoded().span, into: &text)
    let content = try description.seal(plaintext, key: sealedKey.contentKey, authenticating: text)
    for segment in [sealedKey.encryptedKey, content.vector, content.sealed.ciphertext, content.sealed.tag] {
      text.append(UInt8(ascii: "."))
      Base64URL.encode(segment.span, into: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// What a protected header says of the content.
struct ContentDescription {
  let encryption: ContentEncryptionAlgorithm
  let type: String?
  let contentType: String?
  let isCompressed: Bool

  var members: [JSONMember] {
    var members = [JSONMember(name: "enc", value: .string(encryption.rawValue))]
    if let type { members.append(JSONMember(name: "typ", value: .string(type))) }
    if let contentType { members.append(JSONMember(name: "cty", value: .string(contentType))) }
    if isCompressed { members.append(JSONMember(name: "zip", value: "DEF")) }
    return members
  }

  /// Compresses, if that is asked for, and encrypts under a fresh initialization vector.
  /// - Throws: ``JOSEError`` with code `too_large` for more to compress than any reader inflates.
  func seal(
    _ plaintext: [UInt8], key: [UInt8], authenticating authenticated: [UInt8]
  ) throws(JOSEError) -> EncryptedContent {
    let limit = DecryptionPolicy.inflatedByteCounts.upperBound
    guard !isCompressed || plaintext.count <= limit else {
      throw JOSEError(.tooLarge, "\(plaintext.count) bytes to compress; the most are \(limit)")
    }
    let plaintext = isCompressed ? Deflate.bytes(from: plaintext) : plaintext
    let vector = encryption.freshInitializationVector()
    let sealed = try encryption.seal(plaintext, key: key, vector: vector, authenticating: authenticated)
    return EncryptedContent(vector: vector, sealed: sealed, authenticated: authenticated)
  }
}

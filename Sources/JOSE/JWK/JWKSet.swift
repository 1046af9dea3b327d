/// A set of keys (RFC 7517 §5), each with a `kid` of its own, or none.
public struct JWKSet: Sendable {
  /// The keys that can be used, in source order.
  public let keys: [JWK]
  /// What stood in the set, but cannot be used.
  public let skipped: [SkippedKey]

  /// A member of a set that was passed over, and why.
  public struct SkippedKey: Hashable, Sendable {
    /// Its place in the set, from 0.
    public let index: Int
    /// Its `kid`, if it has one that could be read.
    public let keyID: String?
    /// Why it cannot be used.
    public let reason: JOSEError
  }

  /// The most keys that a set may hold.
  public static let maximumKeys = 256

  /// A set of `keys`. A key whose `kid` an earlier one has is skipped.
  public init(keys: [JWK]) {
    var builder = Builder()
    for (index, key) in keys.enumerated() { builder.add(key, at: index) }
    self.init(builder)
  }

  /// Reads a set from JSON text: an object whose member `keys` is an array.
  ///
  /// A key of a type, curve, use or algorithm that is not supported, or that is malformed or weak, is
  /// skipped and reported; the others still load. Of two keys with one `kid` the first is kept.
  /// - Parameters:
  ///   - bytes: the text.
  ///   - limits: 256 KiB and 16 deep by default.
  /// - Throws: ``JOSEError`` when the text is not strict JSON, is no key set (`invalid_key`), or holds
  ///   more than 256 keys (`too_large`).
  public init(
    parsing bytes: [UInt8], limits: JSONLimits = JSONLimits(maximumBytes: 262_144)
  ) throws(JOSEError) {
    guard let elements = try ParsedJSON(parsing: bytes, limits: limits)["keys"]?.elements else {
      throw JOSEError(.invalidKey, "a key set is an object whose member keys is an array")
    }
    guard elements.count <= Self.maximumKeys else {
      throw JOSEError(.tooLarge, "a set of \(elements.count) keys; the limit is \(Self.maximumKeys)")
    }
    var builder = Builder()
    for (index, element) in elements.enumerated() {
      do throws(JOSEError) {
        builder.add(try JWK(element), at: index)
      } catch {
        builder.skip(element["kid"]?.string, at: index, error)
      }
    }
    self.init(builder)
  }

  /// The key whose `kid` is `keyID`, byte for byte.
  public subscript(keyID: String) -> JWK? {
    keys.first { $0.keyID.map { $0.utf8.elementsEqual(keyID.utf8) } ?? false }
  }

  /// The set as it may be published: without private halves, and without HMAC secrets.
  public func json() -> JSON {
    let published = keys.filter { $0.keyType != .octets }.map { $0.publicJSON() }
    return .object([JSONMember(name: "keys", value: .array(published))])
  }

  private init(_ builder: Builder) {
    keys = builder.keys
    skipped = builder.skipped
  }

  private struct Builder {
    var keys: [JWK] = []
    var skipped: [SkippedKey] = []
    private var keyIDs: Set<[UInt8]> = []

    mutating func add(_ key: JWK, at index: Int) {
      if let keyID = key.keyID, !keyIDs.insert(Array(keyID.utf8)).inserted {
        skip(keyID, at: index, JOSEError(.invalidKey, "an earlier key has the same kid"))
      } else {
        keys.append(key)
      }
    }

    mutating func skip(_ keyID: String?, at index: Int, _ reason: JOSEError) {
      skipped.append(SkippedKey(index: index, keyID: keyID, reason: reason))
    }
  }
}

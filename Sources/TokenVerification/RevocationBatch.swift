internal import Crypto
public import JOSE

/// A piece of an issuer's revocation log, as its feed sends it: every living entry with a number above `from`
/// and up to `to`.
///
/// It travels as a JWT of type `revocations+jwt`, which holds the entries, or, when there are many, as a JWT
/// that holds their SHA-256, one line feed, and the entries.
public struct RevocationBatch: Hashable, Sendable {
  /// The life of the log that the numbers count in.
  public let epoch: String
  /// What the batch begins behind; 0 for one that has everything.
  public let from: Int64
  /// How far the log goes with it. `from` again, and no entries: a heartbeat.
  public let to: Int64
  /// The entries. One that was told late may have a number of `from` or less.
  public let entries: [RevocationEntry]
  /// When the issuer last read its log with success, to the second: the batch tells nothing of what came
  /// after.
  public let asOf: Timestamp
  /// When it was signed, by the issuer's clock, to the second.
  public let signedAt: Timestamp

  /// A batch to be signed.
  package init(
    epoch: String, from: Int64, to: Int64, entries: [RevocationEntry], asOf: Timestamp, signedAt: Timestamp
  ) {
    self.epoch = epoch
    self.from = from
    self.to = to
    self.entries = entries
    self.asOf = asOf
    self.signedAt = signedAt
  }

  /// The `typ` of a batch.
  public static let type = "revocations+jwt"
  /// How many entries a batch holds at most when they stand in the token itself.
  public static let maximumEntries = 1_000
  /// The most bytes of a batch's token, about 58,000 of which `maximumEntries` take.
  public static let maximumTokenBytes = 65_536
}

// MARK: - Signing

extension RevocationBatch {
  /// The batch as one token. It holds at most ``maximumEntries`` entries.
  /// - Throws: ``JOSEError`` when the key cannot sign.
  package func token(of issuer: String, with key: SigningKey) throws(JOSEError) -> String {
    precondition(entries.count <= Self.maximumEntries, "too many entries for one token")
    let records: JSON? =
      entries.isEmpty ? Optional.none : .string(Base64URL.encode(RevocationRecords.pack(entries)))
    return try JWT.sign(claims(of: issuer, ("entries", records)), type: Self.type, with: key)
  }

  /// The batch as a token, a line feed, and the entries, however many.
  /// - Throws: ``JOSEError`` when the key cannot sign.
  package func snapshot(of issuer: String, with key: SigningKey) throws(JOSEError) -> [UInt8] {
    let records = RevocationRecords.pack(entries)
    let digest = JSON.string(Base64URL.encode(Array(SHA256.hash(data: records))))
    let token = try JWT.sign(claims(of: issuer, ("entries_sha256", digest)), type: Self.type, with: key)
    return Array(token.utf8) + [Self.lineFeed] + records
  }

  private func claims(of issuer: String, _ content: (name: String, value: JSON?)) -> JSON {
    .object(omittingNil: [
      "iss": .string(issuer), "aud": .string(Self.audience(of: issuer)),
      "iat": .integer(signedAt.seconds), "as_of": .integer(asOf.seconds),
      "epoch": .string(epoch), "from": .integer(from), "to": .integer(to), content.name: content.value,
    ])
  }

  /// Whoever reads the feed of `issuer`.
  static func audience(of issuer: String) -> String { "\(issuer)/revocations" }

  fileprivate static let lineFeed = UInt8(ascii: "\n")
}

// MARK: - Verifying

/// A batch whose signature and claims have been checked. Only a ``RevocationBatchVerifier`` makes one.
public struct VerifiedRevocationBatch: Sendable {
  /// What it says.
  public let batch: RevocationBatch
  /// The key that signed it.
  public let keyID: String

  fileprivate init(_ batch: RevocationBatch, keyID: String) {
    self.batch = batch
    self.keyID = keyID
  }
}

/// Checks what the revocation feed of one issuer sends.
public struct RevocationBatchVerifier: Sendable {
  /// The issuer.
  public let issuer: String
  private let policy: ClaimsPolicy

  /// What feed keys may be: Ed25519, which no access token of the issuer has to do with.
  public static let algorithms: Set<SignatureAlgorithm> = [.edDSA]

  /// A verifier for the feed of `issuer`.
  /// - Throws: ``JOSEError`` with code `invalid_policy` for an empty issuer.
  public init(issuer: String) throws(JOSEError) {
    self.issuer = issuer
    // A batch needs no end: what it says of a time stays true. The age is bounded all the same, so that keys
    // that were given up long ago cannot speak.
    policy = try ClaimsPolicy(
      issuer: issuer, audience: RevocationBatch.audience(of: issuer), type: RevocationBatch.type,
      algorithms: Self.algorithms, leeway: ClaimsPolicy.maximumLeeway, maximumAge: .seconds(86_400))
  }

  /// The key that a batch names; nil for what is no token.
  public func keyID(of token: [UInt8]) -> String? {
    do throws(JOSEError) {
      return try CompactJWS(token, maximumBytes: RevocationBatch.maximumTokenBytes).header.keyID
    } catch {
      return nil
    }
  }

  /// Checks a batch that is one token.
  /// - Throws: ``JOSEError``: `unknown_key` when `keys` has not the key that it names, or whatever is wrong
  ///   with it.
  public func verify(
    _ token: [UInt8], with keys: KeySnapshot, at now: Timestamp
  ) throws(JOSEError) -> VerifiedRevocationBatch {
    try verify(token, beside: nil, with: keys, at: now)
  }

  /// Checks a batch whose entries stand behind its token.
  /// - Throws: ``JOSEError``, as the other one.
  public func verify(
    snapshot: [UInt8], with keys: KeySnapshot, at now: Timestamp
  ) throws(JOSEError) -> VerifiedRevocationBatch {
    guard let end = snapshot.firstIndex(of: RevocationBatch.lineFeed) else {
      throw JOSEError(.malformedToken, "a snapshot without a line feed")
    }
    return try verify(Array(snapshot[..<end]), beside: snapshot[(end + 1)...], with: keys, at: now)
  }

  private func verify(
    _ token: [UInt8], beside records: ArraySlice<UInt8>?, with keys: KeySnapshot, at now: Timestamp
  ) throws(JOSEError) -> VerifiedRevocationBatch {
    let jws = try CompactJWS(token, maximumBytes: RevocationBatch.maximumTokenBytes)
    guard let keyID = jws.header.keyID, let key = keys[keyID] else {
      throw JOSEError(.unknownKey, "the batch is signed by no key of the feed")
    }
    let claims = try JWT.verify(jws, with: key, policy: policy, at: now).value
    return VerifiedRevocationBatch(try RevocationBatch(claims, beside: records), keyID: keyID)
  }
}

extension RevocationBatch {
  fileprivate init(_ claims: Claims, beside records: ArraySlice<UInt8>?) throws(JOSEError) {
    guard let from = try claims.integer("from"), let to = try claims.integer("to"), (0...to).contains(from)
    else {
      throw JOSEError(.malformedClaim, "from and to are no range of numbers")
    }
    guard let epoch = try claims.string("epoch"), RevocationPosition("\(epoch).\(to)") != nil else {
      throw JOSEError(.malformedClaim, "epoch is not the name of a log's life")
    }
    guard let asOf = try claims.timestamp("as_of"), let signedAt = claims.issuedAt, asOf <= signedAt else {
      throw JOSEError(.malformedClaim, "as_of is no time up to iat")
    }
    let entries = try RevocationRecords.unpack(Self.records(claims, beside: records))
    guard entries.allSatisfy({ $0.sequence <= to }) else {
      throw JOSEError(.malformedClaim, "an entry lies beyond the batch")
    }
    guard records == nil || from == 0 else { throw JOSEError(.malformedClaim, "a snapshot of a part") }
    self.init(epoch: epoch, from: from, to: to, entries: entries, asOf: asOf, signedAt: signedAt)
  }

  /// The entries' bytes: those that the token holds, or those beside it whose digest it holds.
  private static func records(
    _ claims: Claims, beside records: ArraySlice<UInt8>?
  ) throws(JOSEError) -> ArraySlice<UInt8> {
    let (inside, digest) = (try claims.string("entries"), try claims.string("entries_sha256"))
    guard let records else {
      guard digest == nil else { throw JOSEError(.malformedClaim, "the entries are not here") }
      return try inside.map { text throws(JOSEError) in try Base64URL.decode(text)[...] } ?? []
    }
    guard inside == nil, let digest else {
      throw JOSEError(.malformedClaim, "nothing is said of the entries beside the token")
    }
    guard try Base64URL.decode(digest) == Array(SHA256.hash(data: records)) else {
      throw JOSEError(.invalidSignature, "the entries are not the ones that were signed")
    }
    return records
  }
}

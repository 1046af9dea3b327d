internal import Crypto

/// A DPoP proof (RFC 9449 §4.2): whoever sent this request holds a key.
public struct DPoPProof: Sendable {
  /// The key, from the proof's own header: it has proved nothing but that its owner sent the request.
  public let key: JWK
  /// The key's thumbprint (RFC 7638), `cnf.jkt` of tokens that are bound to it.
  public let keyThumbprint: String
  /// `jti`: good once for this target, while the proof's window is open. At most 256 bytes.
  public let tokenID: String
  /// `iat`.
  public let issuedAt: Timestamp
  /// `nonce`, as the server gave it; nil when it is absent.
  public let nonce: String?

  static let type = "dpop+jwt"

  /// Makes a proof for one request.
  /// - Parameters:
  ///   - method: `htm`.
  ///   - url: `htu`; its query and fragment are left out.
  ///   - tokenID: `jti`, never the same twice; at least 96 random bits.
  ///   - now: `iat`.
  ///   - accessToken: what the request carries, for `ath`; nil for none.
  ///   - nonce: what the server gave last; nil for none.
  ///   - key: a private key.
  /// - Returns: The proof, for the header field `DPoP`.
  /// - Throws: ``JOSEError`` with code `invalid_key` for a secret or a public key, `malformed_claim` for
  ///   a URL that is none, or as ``SigningKey/init(_:algorithm:)``.
  public static func sign(
    method: String, url: String, tokenID: String, at now: Timestamp, accessToken: String? = nil,
    nonce: String? = nil, with key: JWK
  ) throws(JOSEError) -> String {
    guard TargetURI(url) != nil else { throw JOSEError(.malformedClaim, "htu is no http or https URL") }
    let signing = try SigningKey(key)
    let header: [JSONMember] = [
      JSONMember(name: "typ", value: .string(type)),
      JSONMember(name: "alg", value: .string(signing.algorithm.rawValue)),
      JSONMember(name: "jwk", value: try key.publicKey().bareJSON()),
    ]
    let target = url.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    let claims = JSON.object(omittingNil: [
      "jti": .string(tokenID), "htm": .string(method),
      "htu": .string(String(decoding: Array(target), as: UTF8.self)),
      "iat": .timestamp(now), "ath": accessToken.map { .string(hash(of: $0)) },
      "nonce": nonce.map { .string($0) },
    ])
    return try CompactJWS.sign(payload: claims.encoded(), header: header, with: signing)
  }

  /// RFC 9449 §4.2.
  fileprivate static func hash(of accessToken: String) -> String {
    Base64URL.encode(Array(SHA256.hash(data: Array(accessToken.utf8))))
  }
}

extension DPoPProof {
  /// What a server expects of a proof (RFC 9449 §4.3): one policy for each request.
  public struct Policy: Sendable {
    /// The algorithms that are accepted; none with a shared secret.
    public let algorithms: Set<SignatureAlgorithm>
    /// How long ago a proof may have been made.
    public let maximumAge: Duration
    /// How far ahead `iat` may lie.
    public let leeway: Duration

    private let method: String
    private let target: TargetURI

    /// The access token that the request carries; when it is set, `ath` must be its hash.
    public var accessToken: String?
    /// The thumbprint that the access token is bound to, `cnf.jkt`; when it is set, the key must be that one.
    public var boundThumbprint: String?
    /// The nonce that the server demands; when it is set, `nonce` must be it.
    public var nonce: String?

    /// A policy. `typ` must be `dpop+jwt`.
    /// - Parameters:
    ///   - method: the request's method, byte for byte.
    ///   - url: where the request went, as the client names it. Compared after the normalization of RFC 3986
    ///     §6.2.2 and §6.2.3, without query and fragment.
    ///   - algorithms: at least one, all asymmetric.
    ///   - maximumAge: how long ago a proof may have been made, up to 5 minutes; 60 s by default.
    ///   - leeway: how far ahead `iat` may lie, 0 to 60 s; 5 s by default.
    /// - Throws: ``JOSEError`` with code `invalid_policy`.
    public init(
      method: String, url: String, algorithms: Set<SignatureAlgorithm>, maximumAge: Duration = .seconds(60),
      leeway: Duration = .seconds(5)
    ) throws(JOSEError) {
      guard !method.isEmpty else { throw JOSEError(.invalidPolicy, "the method is empty") }
      guard let target = TargetURI(url) else {
        throw JOSEError(.invalidPolicy, "the request's URL is no http or https URL")
      }
      guard !algorithms.isEmpty, algorithms.allSatisfy(\.isAsymmetric) else {
        throw JOSEError(.invalidPolicy, "no algorithm is allowed, or one with a shared secret")
      }
      guard maximumAge > .zero, maximumAge <= .seconds(300) else {
        throw JOSEError(.invalidPolicy, "the maximum age is not within 5 minutes")
      }
      guard leeway >= .zero, leeway <= ClaimsPolicy.maximumLeeway else {
        throw JOSEError(.invalidPolicy, "the leeway is not from 0 to 60 s")
      }
      self.method = method
      self.target = target
      self.algorithms = algorithms
      self.maximumAge = maximumAge
      self.leeway = leeway
    }
  }
}

extension DPoPProof.Policy {
  /// Checks a proof with the key in its header. Whether its `jti` was seen before is for the caller to ask.
  /// - Parameters:
  ///   - proof: the ASCII text of the one header field `DPoP`.
  ///   - now: the time.
  /// - Returns: The key's thumbprint, and what else the proof says.
  /// - Throws: ``JOSEError`` with a code for each check: `claim_mismatch` for `htm`, `htu`, `ath` and
  ///   `nonce`, `binding_mismatch` for another key than the bound one, `invalid_key` for a `jwk` that is
  ///   missing, private or a secret.
  public func verify(_ proof: [UInt8], at now: Timestamp) throws(JOSEError) -> Verified<DPoPProof> {
    let jws = try CompactJWS(proof)
    guard let type = jws.header.type, type.utf8.elementsEqual(DPoPProof.type.utf8) else {
      throw JOSEError(.typeMismatch, "typ is not \(DPoPProof.type)")
    }
    guard algorithms.contains(jws.header.algorithm) else {
      throw JOSEError(.unsupportedAlgorithm, "\(jws.header.algorithm.rawValue) is not allowed here")
    }
    guard jws.header.isPayloadEncoded else { throw JOSEError(.criticalHeader, "a JWT with b64 = false") }
    let jwk = try Self.key(in: jws.header)
    let claims = try jws.claims(with: VerificationKey(jwk, algorithm: jws.header.algorithm))
    try claims.require("htm", method)
    try checkTarget(claims)
    let issuedAt = try claims.requiredTimestamp("iat")
    guard issuedAt <= now + leeway else { throw JOSEError(.issuedInFuture, "iat lies ahead") }
    guard now <= issuedAt + maximumAge + leeway else {
      throw JOSEError(.tooOld, "iat lies further back than \(maximumAge)")
    }
    if let accessToken { try claims.require("ath", DPoPProof.hash(of: accessToken)) }
    if let nonce { try claims.require("nonce", nonce) }
    let thumbprint = jwk.thumbprint()
    guard boundThumbprint.map({ $0.utf8.elementsEqual(thumbprint.utf8) }) ?? true else {
      throw JOSEError(.bindingMismatch, "the proof's key is not the one that the token is bound to")
    }
    let value = DPoPProof(
      key: jwk, keyThumbprint: thumbprint,
      tokenID: try claims.requiredString("jti", maximumBytes: maximumTokenIDBytes), issuedAt: issuedAt,
      nonce: try claims.string("nonce"))
    return Verified(value, header: jws.header)
  }

  /// The one place where a token names its key: the proof is about that key (RFC 9449 §4.2).
  private static func key(in header: JWSHeader) throws(JOSEError) -> JWK {
    guard let json = header.json["jwk"] else { throw JOSEError(.invalidKey, "the header has no jwk") }
    let jwk = try JWK(json)
    guard !jwk.isPrivate else {
      throw JOSEError(.invalidKey, "the header's jwk is a secret, or has a private half")
    }
    return jwk
  }

  private func checkTarget(_ claims: Claims) throws(JOSEError) {
    let text = try claims.requiredString("htu")
    guard let claimed = TargetURI(text), claimed == target else {
      throw JOSEError(.claimMismatch, "htu is not the request's URL")
    }
  }
}

extension JWK {
  /// The members that make the public key, and nothing that describes it.
  fileprivate func bareJSON() -> JSON {
    guard case .object(let members) = publicJSON() else { return .object([]) }
    let describing: Set<String> = ["kid", "use", "key_ops", "x5c", "x5t", "x5t#S256"]
    let hasOwnAlgorithm = keyType == .algorithmKeyPair
    return .object(
      members.filter { !describing.contains($0.name) && ($0.name != "alg" || hasOwnAlgorithm) })
  }
}

extension DPoPProof: CustomStringConvertible, CustomReflectable {
  /// The key; never the nonce.
  public var description: String { "DPoPProof(\(key))" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension DPoPProof.Policy: CustomStringConvertible, CustomReflectable {
  /// Which kind of policy; never the access token or the nonce.
  public var description: String { "DPoPProof.Policy" }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

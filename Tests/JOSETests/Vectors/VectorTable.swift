import JOSE

/// What becomes of each published vector: it passes, or it is refused and why, or it is for something that
/// this library does not do yet.
enum VectorTable {
  enum Outcome {
    /// A compact token that verifies with the key in the file `key`.
    case token(SignatureAlgorithm, key: String)
    /// A compact token whose payload lies in the file `payload`.
    case detached(SignatureAlgorithm, key: String, payload: String)
    /// A text in JSON serialization whose signatures verify, in this order, with the keys in these files. If
    /// `alg` stands in a header that is not signed, the text is refused unless the caller accepts that.
    case json(
      [SignatureAlgorithm], keys: [String], payload: String? = nil, hasUnprotectedAlgorithm: Bool = false)
    /// The cookbook's own form: key, payload, header and signature in one file; compact, and in JSON.
    case cookbook(SignatureAlgorithm)
    /// The same, in JSON alone, as ``json``.
    case cookbookJSON([SignatureAlgorithm], hasUnprotectedAlgorithm: Bool = false)
    /// The cookbook's nested JWT.
    case nested
    /// What ``cookbookJSON`` is; refused.
    case refusedCookbookJSON(SignatureAlgorithm, JOSEError.Code, because: String)
    /// A key.
    case key(JWK.KeyType)
    /// A key set, and what is skipped in it.
    case keySet(count: Int, skipped: [JOSEError.Code])
    /// The SHA-256 thumbprint of the key in the file `of`.
    case thumbprint(of: String)
    /// A key of ML-DSA and a token that verifies with it.
    case mlDSA(SignatureAlgorithm)
    /// DPoP proofs: each verifies with the key in its own header, whose thumbprint the file tells.
    case proofs
    /// No compact token that is accepted.
    case refusedToken(JOSEError.Code, because: String)
    /// No key that is accepted.
    case refusedKey(JOSEError.Code, because: String)
    /// Read together with another vector.
    case partOf(String)
    /// A JWE, its key or its plaintext: `JWEVectorTests` decrypts it, or refuses `RSA1_5`.
    case encrypted
    /// For something that is not built yet.
    case notCovered(String)
  }

  static func outcome(of path: String) -> Outcome? {
    byPath[path] ?? texts[path] ?? byPrefix.first { path.hasPrefix($0.prefix) }?.outcome
  }

  static let byPath: [String: Outcome] = [
    "rfc/rfc7515_A.1.jwk": .key(.octets), "rfc/rfc7515_A.1.jwsc": .token(.hs256, key: "rfc/rfc7515_A.1.jwk"),
    "rfc/rfc7515_A.2.jwk": .key(.rsa), "rfc/rfc7515_A.2.jwsc": .token(.rs256, key: "rfc/rfc7515_A.2.jwk"),
    "rfc/rfc7515_A.3.jwk": .key(.ellipticCurve),
    "rfc/rfc7515_A.3.jwsc": .token(.es256, key: "rfc/rfc7515_A.3.jwk"),
    "rfc/rfc7515_A.4.jwk": .key(.ellipticCurve),
    "rfc/rfc7515_A.4.jwsc": .token(.es512, key: "rfc/rfc7515_A.4.jwk"),
    "rfc/rfc7515_A.5.jwsc": .refusedToken(.malformedToken, because: "alg is none and the signature is empty"),
    "rfc/rfc7515_A.6.1.jwk": .key(.rsa), "rfc/rfc7515_A.6.2.jwk": .key(.ellipticCurve),
    "rfc/rfc7515_A.6.jwkset": .keySet(count: 2, skipped: []),
    "rfc/rfc7515_A.6.jwsg": .json(
      [.rs256, .es256], keys: ["rfc/rfc7515_A.6.1.jwk", "rfc/rfc7515_A.6.2.jwk"]),
    "rfc/rfc7515_A.7.jwk": .key(.ellipticCurve),
    "rfc/rfc7515_A.7.jwsf": .json([.es256], keys: ["rfc/rfc7515_A.7.jwk"]),
    "rfc/rfc7517_A.1.jwkset": .keySet(count: 2, skipped: []),
    "rfc/rfc7517_A.2.jwkset": .keySet(count: 2, skipped: []),
    "rfc/rfc7517_A.3.jwkset": .keySet(count: 2, skipped: []),
    "rfc/rfc7517_B.jwk": .key(.rsa),
    "rfc/rfc7520_3.1.jwk": .key(.ellipticCurve), "rfc/rfc7520_3.2.jwk": .key(.ellipticCurve),
    "rfc/rfc7520_3.3.jwk": .key(.rsa), "rfc/rfc7520_3.4.jwk": .key(.rsa),
    "rfc/rfc7520_3.5.jwk": .key(.octets),
    "rfc/rfc7520_3.6.jwk": .key(.octets),
    "rfc/rfc7520_4.1.jwk": .key(.rsa), "rfc/rfc7520_4.1.jwsc": .token(.rs256, key: "rfc/rfc7520_4.1.jwk"),
    "rfc/rfc7520_4.2.jwk": .key(.rsa), "rfc/rfc7520_4.2.jwsc": .token(.ps384, key: "rfc/rfc7520_4.2.jwk"),
    "rfc/rfc7520_4.3.jwk": .key(.ellipticCurve),
    "rfc/rfc7520_4.3.jwsc": .token(.es512, key: "rfc/rfc7520_4.3.jwk"),
    "rfc/rfc7520_4.4.jwk": .key(.octets), "rfc/rfc7520_4.4.jwsc": .token(.hs256, key: "rfc/rfc7520_4.4.jwk"),
    "rfc/rfc7520_4.5.jwk": .key(.octets),
    "rfc/rfc7520_4.5.jwsc": .detached(.hs256, key: "rfc/rfc7520_4.5.jwk", payload: "rfc/rfc7520_4.5.payl"),
    "rfc/rfc7520_4.5.payl": .partOf("rfc/rfc7520_4.5.jwsc"),
    "rfc/rfc7520_4.6.jwk": .key(.octets), "rfc/rfc7520_4.7.jwk": .key(.octets),
    "rfc/rfc7520_4.8.1.jwk": .key(.rsa), "rfc/rfc7520_4.8.2.jwk": .key(.ellipticCurve),
    "rfc/rfc7520_4.8.3.jwk": .key(.octets),
    // The RSA and the EC key of RFC 7520 share one kid.
    "rfc/rfc7520_4.8.jwkset": .keySet(count: 2, skipped: [.invalidKey]),
    "rfc/rfc7638_3.1.jwk": .key(.rsa), "rfc/rfc7638_3.1.thp": .thumbprint(of: "rfc/rfc7638_3.1.jwk"),
    "rfc/rfc9449_dpop.json": .proofs,
    "cookbook/curve25519/jws.json": .cookbook(.edDSA),
    "cookbook/jwk/3_1.ec_public_key.json": .key(.ellipticCurve),
    "cookbook/jwk/3_2.ec_private_key.json": .key(.ellipticCurve),
    "cookbook/jwk/3_3.rsa_public_key.json": .key(.rsa), "cookbook/jwk/3_4.rsa_private_key.json": .key(.rsa),
    "cookbook/jwk/3_5.symmetric_key_mac_computation.json": .key(.octets),
    "cookbook/jwk/3_6.symmetric_key_encryption.json": .key(.octets),
    "cookbook/jws/4_1.rsa_v15_signature.json": .cookbook(.rs256),
    "cookbook/jws/4_2.rsa-pss_signature.json": .cookbook(.ps384),
    "cookbook/jws/4_3.ecdsa_signature.json": .cookbook(.es512),
    "cookbook/jws/4_4.hmac-sha2_integrity_protection.json": .cookbook(.hs256),
    "cookbook/jws/4_5.signature_with_detached_content.json": .cookbook(.hs256),
    "cookbook/rfc7797/hmac-sha2_b64_false.json": .cookbook(.hs256),
    "cookbook/jws/4_6.protecting_specific_header_fields.json": .cookbookJSON([.hs256]),
    "cookbook/jws/4_7.protecting_content_only.json":
      .cookbookJSON([.hs256], hasUnprotectedAlgorithm: true),
    "cookbook/jws/4_8.multiple_signatures.json":
      .cookbookJSON([.rs256, .es512, .hs256], hasUnprotectedAlgorithm: true),
    "cookbook/6.nesting_signatures_and_encryption.json": .nested,
    "cookbook/rfc7797/4.2.hmac-sha2_b64_false.json":
      .refusedCookbookJSON(.hs256, .criticalHeader, because: "its protected header has b64 without crit"),
    "mldsa/ML_DSA_44.jose.json":
      .refusedKey(.unsupportedAlgorithm, because: "the crypto library has no ML-DSA-44"),
    "mldsa/ML_DSA_65.jose.json": .mlDSA(.mlDSA65), "mldsa/ML_DSA_87.jose.json": .mlDSA(.mlDSA87),
  ]

  /// RFC 7520 §4: flattened and general.
  static let texts: [String: Outcome] = [
    "rfc/rfc7520_4.1.jwsf": .json([.rs256], keys: ["rfc/rfc7520_4.1.jwk"]),
    "rfc/rfc7520_4.1.jwsg": .json([.rs256], keys: ["rfc/rfc7520_4.1.jwk"]),
    "rfc/rfc7520_4.2.jwsf": .json([.ps384], keys: ["rfc/rfc7520_4.2.jwk"]),
    "rfc/rfc7520_4.2.jwsg": .json([.ps384], keys: ["rfc/rfc7520_4.2.jwk"]),
    "rfc/rfc7520_4.3.jwsf": .json([.es512], keys: ["rfc/rfc7520_4.3.jwk"]),
    "rfc/rfc7520_4.3.jwsg": .json([.es512], keys: ["rfc/rfc7520_4.3.jwk"]),
    "rfc/rfc7520_4.4.jwsf": .json([.hs256], keys: ["rfc/rfc7520_4.4.jwk"]),
    "rfc/rfc7520_4.4.jwsg": .json([.hs256], keys: ["rfc/rfc7520_4.4.jwk"]),
    "rfc/rfc7520_4.5.jwsf": .json([.hs256], keys: ["rfc/rfc7520_4.5.jwk"], payload: "rfc/rfc7520_4.5.payl"),
    "rfc/rfc7520_4.5.jwsg": .json([.hs256], keys: ["rfc/rfc7520_4.5.jwk"], payload: "rfc/rfc7520_4.5.payl"),
    "rfc/rfc7520_4.6.jwsf": .json([.hs256], keys: ["rfc/rfc7520_4.6.jwk"]),
    "rfc/rfc7520_4.6.jwsg": .json([.hs256], keys: ["rfc/rfc7520_4.6.jwk"]),
    "rfc/rfc7520_4.7.jwsf": .json([.hs256], keys: ["rfc/rfc7520_4.7.jwk"], hasUnprotectedAlgorithm: true),
    "rfc/rfc7520_4.7.jwsg": .json([.hs256], keys: ["rfc/rfc7520_4.7.jwk"], hasUnprotectedAlgorithm: true),
    "rfc/rfc7520_4.8.jwsg": .json(
      [.rs256, .es512, .hs256],
      keys: ["rfc/rfc7520_4.8.1.jwk", "rfc/rfc7520_4.8.2.jwk", "rfc/rfc7520_4.8.3.jwk"],
      hasUnprotectedAlgorithm: true),
  ]

  private static let byPrefix: [(prefix: String, outcome: Outcome)] = [
    ("rfc/rfc7516.json", .encrypted), ("rfc/rfc7520_5.", .encrypted),
    ("cookbook/jwe/", .encrypted), ("cookbook/6.", .encrypted),
    ("cookbook/curve25519/ecdh-es.json", .encrypted),
    ("statuslist/status_list_jwk.json", .key(.ellipticCurve)),
    (
      "statuslist/status_list_jwt.txt", .token(.es256, key: "statuslist/status_list_jwk.json")
    ),
    ("statuslist/status_list_vectors.json", .notCovered("status lists")),
    ("rfc/rfc7636_pkce.json", .notCovered("PKCE is the authority's")),
    ("rfc/LICENSE", .partOf("the folder")), ("cookbook/LICENSE", .partOf("the folder")),
    ("cookbook/README.md", .partOf("the folder")), ("cookbook/curve25519/README.md", .partOf("the folder")),
    ("cookbook/rfc7797/README.md", .partOf("the folder")),
  ]
}

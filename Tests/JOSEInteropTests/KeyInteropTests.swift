import JOSE
import SignetTesting
import Testing

/// Keys travel both ways, and have one name everywhere (RFC 7638).
@Suite(.serialized, .blocking, Peers.isAvailable) struct KeyInteropTests {
  /// Which peers read a key of that kind; the command reads no OKP, joserfc no AKP.
  static let kinds = common + openSSL

  typealias Kind = (name: String, key: @Sendable () throws -> JWK, peers: [String])

  private static let common: [Kind] = [
    ("oct", { try JWK.generate(.hs256, keyID: "k") }, ["joserfc", "jwcrypto", "jose"]),
    ("RSA", { try InteropKeys.signing(.rs256) }, ["joserfc", "jwcrypto", "jose"]),
    ("EC P-256", { try InteropKeys.signing(.es256) }, ["joserfc", "jwcrypto", "jose"]),
    ("EC P-384", { try InteropKeys.signing(.es384) }, ["joserfc", "jwcrypto", "jose"]),
    ("EC P-521", { try InteropKeys.signing(.es512) }, ["joserfc", "jwcrypto", "jose"]),
    ("OKP Ed25519", { try InteropKeys.signing(.ed25519) }, ["joserfc", "jwcrypto"]),
    (
      "OKP X25519", { try InteropKeys.encrypting(.ecdhES, .a128GCM, curve: .x25519) },
      ["joserfc", "jwcrypto"]
    ),
    ("AKP ML-DSA-65", { try InteropKeys.signing(.mlDSA65) }, ["jwcrypto"]),
    ("AKP ML-DSA-87", { try InteropKeys.signing(.mlDSA87) }, ["jwcrypto"]),
  ]

  #if OpenSSL
    private static let openSSL: [Kind] = [
      ("EC secp256k1", { try InteropKeys.signing(.es256K) }, ["joserfc", "jwcrypto"]),
      ("OKP Ed448", { try InteropKeys.signing(.ed448) }, ["joserfc", "jwcrypto"]),
      (
        "OKP X448", { try InteropKeys.encrypting(.ecdhES, .a128GCM, curve: .x448) }, ["joserfc", "jwcrypto"]
      ),
    ]
  #else
    private static let openSSL: [Kind] = []
  #endif

  @Test(arguments: kinds.indices)
  func `a key is read elsewhere, written again, and has the same thumbprint`(index: Int) throws {
    let kind = Self.kinds[index]
    let key = try kind.key()
    for peer in kind.peers {
      for isPrivate in key.keyType == .octets ? [true] : [true, false] {
        let written = try Peers.object((isPrivate ? key.privateJSON() : key.publicJSON()).encoded())
        let answer = try Peers.ask(peer, to: "import", ["jwk": written])
        #expect(answer.thumbprint == key.thumbprint(), "\(peer), \(kind.name): \(answer.reason)")
        let back = try #require(answer.members["jwk"] as? [String: Any], "\(peer), \(kind.name)")
        // The command gives public halves only, and of a secret there is none.
        if peer == "jose", key.keyType == .octets { continue }
        let text = try #require(Peers.text(back))
        let again = try JWK(parsing: Array(text.utf8))
        #expect(again.thumbprint() == key.thumbprint(), "\(peer), \(kind.name)")
        #expect(again.isPrivate == (isPrivate && peer != "jose"), "\(peer), \(kind.name)")
      }
    }
  }

  /// Some read such a key, and refuse to use it.
  @Test(arguments: ["PyJWT", "joserfc", "jwcrypto", "jose"])
  func `a point that is not on its curve is no use anywhere`(peer: String) throws {
    let jwk = try InteropKeys.signing(.es256)
    let token = try CompactJWS.sign(payload: [], type: nil, with: SigningKey(jwk, algorithm: .es256))
    var key = try Peers.object(jwk.publicJSON().encoded())
    let job: [String: Any] = ["alg": "ES256", "token": token]
    #expect(try Peers.ask(peer, to: "verify", job.merging(["jwk": key]) { $1 }).isGood)
    key["y"] = key["x"]
    #expect(try !Peers.ask(peer, to: "verify", job.merging(["jwk": key]) { $1 }).isGood)
    let text = try #require(Peers.text(key))
    #expect(throws: JOSEError.self) { try JWK(parsing: Array(text.utf8)) }
  }
}

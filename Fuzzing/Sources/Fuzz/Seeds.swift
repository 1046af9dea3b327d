import JOSE

/// What the fuzzer begins with: good inputs, and some that are nearly good.
enum Seeds {
  static let now: Int64 = 1_750_000_000
  static let payload = Array("{\"sub\":\"alice\",\"exp\":\(now + 60)}".utf8)
  static let jwtHeader = Base64URL.encode(Array(#"{"alg":"HS256","typ":"at+jwt","kid":"k1"}"#.utf8))
  static let policy = must("a policy") {
    try ClaimsPolicy(
      issuer: "https://id.example", audience: "api", type: "at+jwt", algorithms: [.hs256])
  }

  static let tokens: [[UInt8]] = must("tokens") {
    try Keys.signing.flatMap { jwk in
      let key = try SigningKey(jwk)
      return try [
        CompactJWS.sign(payload: payload, type: "JWT", with: key),
        CompactJWS.sign(payload: [], type: nil, with: key),
        CompactJWS.sign(detachedPayload: payload, type: nil, with: key),
        CompactJWS.sign(detachedPayload: payload, type: nil, with: key, isPayloadEncoded: false),
      ].map { Array($0.utf8) }
    }
  }

  static let jsonTokens: [[UInt8]] = must("tokens") {
    let signatories = try Keys.signing.map {
      JSONJWS.Signatory(try SigningKey($0), type: "JOSE+JSON", unprotected: [JSONMember(name: "a", value: 1)])
    }
    let flattened = try signatories.flatMap {
      try [
        JSONJWS.sign(payload: payload, by: $0), JSONJWS.sign(payload: payload, by: $0, isDetached: true),
        JSONJWS.sign(payload: payload, by: $0, isPayloadEncoded: false),
      ]
    }
    return try (flattened + [JSONJWS.sign(payload: payload, by: signatories)]).map { Array($0.utf8) }
  }

  static let headers = texts(
    #"{"alg":"HS256"}"#, #"{"alg":"none"}"#, #"{"alg":"HS256","typ":"JWT","kid":"k1","cty":"JWT"}"#,
    #"{"alg":"HS256","b64":false,"crit":["b64"]}"#, #"{"alg":"HS256","b64":true,"crit":["b64"]}"#,
    #"{"alg":"HS256","crit":["exp"],"exp":1}"#, #"{"alg":"HS256","crit":[]}"#, #"{"\u0061lg":"HS256"}"#,
    #"{"alg":"HS256","jwk":{"kty":"oct","k":"AA"},"jku":"https://evil.example","x5c":["AA"]}"#,
    #" { "alg" : "HS256" , "kid" : "\ud83d\udd11" } "#)

  static let claims = texts(
    #"{"iss":"https://id.example","aud":"api","exp":1750000060,"sub":"alice","jti":"1"}"#,
    #"{"iss":"https://id.example","aud":["x","api"],"exp":1.75000006e9,"nbf":1749999999.5,"iat":1749999999}"#,
    #"{"iss":"https:\/\/id.example","aud":[],"exp":"1750000060","nbf":null,"iat":-1}"#,
    #"{"iss":"https://id.example","aud":"api","exp":1e400,"exp":1}"#)

  static let json =
    texts(
      "{}", "[]", "0", "-0", "1e-7", "1.5E+300", "9223372036854775807", "9223372036854775808", "true",
      "false",
      "null", #""""#, #""\u00e9\ud834\udd1e\n\"\\\/""#, "\"\u{E9}\u{1F511}\"",
      #"{"a":[{"b":{}},[[]]],"c":null}"#,
      #"{"a":1,"\u0061":2}"#, " [ 1 , 2 ]\r\n\t", "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]",
      "{\"\u{65}\u{301}\":1}",
      "12345678901234567890123", "0.30000000000000004", #"{"exp":1e3,"n":[0.1,-2.5e-3]}"#)
    + headers + claims + keys

  static let keys =
    fresh.flatMap { [$0.privateJSON().encoded(), $0.publicJSON().encoded()] }
    + texts(
      #"{"kty":"oct","k":"AAAA"}"#, #"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, #"{"kty":"AKP"}"#,
      #"{"kty":"OKP","crv":"X25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#)

  static let keySets = [
    JWKSet(keys: fresh).json().encoded(), Array(#"{"keys":[]}"#.utf8),
    Array(#"{"keys":[{"kty":"new","kid":"a"},{"kid":"a"},1,null,{}]}"#.utf8),
    Array("{\"keys\":[".utf8) + keys.dropLast(4).joined(separator: [UInt8(ascii: ",")]) + Array("]}".utf8),
  ]

  static let der = must("DER") { try asymmetric.flatMap { try [$0.publicDER(), $0.privateDER()] } }
  static let pem = must("PEM") {
    try asymmetric.flatMap { try [Array($0.publicPEM().utf8), Array($0.privatePEM().utf8)] }
  }

  /// Keys from the system's generator: what the fuzzer begins with may differ from run to run.
  private static let fresh: [JWK] = must("fresh keys") {
    try [SignatureAlgorithm.hs256, .es256, .es384, .es512, .edDSA, .ps256, .mlDSA65].map {
      try JWK.generate($0, keyID: "\($0.rawValue)-1")
    }
  }

  private static let asymmetric = fresh.filter { $0.keyType != .octets }

  private static func texts(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }
}

import Foundation
import JOSE
import Testing

/// The code of the pages QuickStart and MovingFromJWTKit, as it stands there.
@Suite struct QuickStartSnippets {
  @Test func `a first token is signed and verified`() throws {
    // snippet now
    let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
    // end

    // snippet sign
    let key = try JWK.generate(.es256, keyID: "2026-01")
    let claims: JSON = [
      "iss": "https://id.example.com", "aud": "https://api.example.com", "sub": "alice",
      "exp": .timestamp(now + .seconds(300)),
    ]
    let token = try JWT.sign(claims, type: "JWT", with: SigningKey(key))
    // end

    // snippet verify
    let keys = JWKSet(keys: [try key.publicKey()])
    let policy = try ClaimsPolicy(
      issuer: "https://id.example.com", audience: "https://api.example.com", type: "JWT", algorithms: [.es256]
    )
    let verified = try JWT.verify(token, with: keys, policy: policy, at: now)
    print(verified.value.subject ?? "nobody")
    // end
    // snippet claims
    let subject = verified.value.subject
    let roles = try verified.value["roles"]?.decode([String].self) ?? []
    // end
    #expect(subject == "alice")
    #expect(roles.isEmpty)

    // snippet refused
    do {
      _ = try JWT.verify(token, with: keys, policy: policy, at: now + .seconds(600))
    } catch {
      // For the log: "expired: exp has passed 300 s ago". A client learns neither.
      print(error.code.rawValue, error.detail)
    }
    // end
    #expect(throws: JOSEError(.expired, "exp has passed 300 s ago")) {
      try JWT.verify(token, with: keys, policy: policy, at: now + .seconds(600))
    }
  }

  @Test func `claims of one's own type go in and come out`() throws {
    let now = Timestamp(seconds: 1_800_000_000)
    let key = try JWK.generate(.es256, keyID: "2026-01")
    let keys = JWKSet(keys: [try key.publicKey()])
    // snippet typed
    let orderPolicy = try ClaimsPolicy(
      issuer: "https://id.example.com", audience: "https://api.example.com", type: "order+jwt",
      algorithms: [.es256])
    let order = Order(
      iss: "https://id.example.com", aud: "https://api.example.com", sub: "alice",
      exp: now + .seconds(300), items: ["tea"])
    let orderToken = try JWT.sign(order, type: "order+jwt", with: SigningKey(key))
    let read = try JWT.verify(orderToken, with: keys, policy: orderPolicy, at: now, as: Order.self)
    let items = read.value.items
    // end
    #expect(items == ["tea"])
  }

  @Test func `what moves from jwt-kit works as it is told`() throws {
    let now = Timestamp(seconds: 1_800_000_000)
    let secret = try JWK.generate(.hs256)
    let file = Array(secret.privateJSON().encodedString().utf8)
    // snippet moving-key
    let key = try JWK(parsing: file)
    // end
    #expect(key.algorithm == .signature(.hs256))
    // snippet moving-verify
    let policy = try ClaimsPolicy(
      issuer: "https://id.example.com", audience: "https://api.example.com", type: "JWT", algorithms: [.hs256]
    )
    let signing = try SigningKey(key)
    let checking = try VerificationKey(key)
    // end
    let payload = Payload(
      iss: "https://id.example.com", aud: "https://api.example.com", sub: "vapor", exp: now + .seconds(60))
    // snippet moving-use
    let token = try JWT.sign(payload, type: "JWT", with: signing)
    let verified = try JWT.verify(
      CompactJWS(token), with: checking, policy: policy, at: now, as: Payload.self)
    // end
    #expect(verified.value.sub == "vapor")
    #expect(throws: JOSEError.self) {
      try JWT.verify(CompactJWS(token), with: checking, policy: policy, at: now + .seconds(61))
    }
  }

  // snippet type
  struct Order: Codable, Sendable {
    var iss: String
    var aud: String
    var sub: String
    var exp: Timestamp
    var items: [String]
  }
  // end

  // snippet moving-type
  struct Payload: Codable, Sendable {
    var iss: String
    var aud: String
    var sub: String
    var exp: Timestamp
  }
  // end
}

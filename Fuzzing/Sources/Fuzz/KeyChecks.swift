import JOSE

/// What the readers of keys promise.
enum KeyChecks {
  static func jwk(_ input: [UInt8]) {
    guard let key = accepted({ try JWK(parsing: input) }) else { return }
    checkRoundTrips(key)
  }

  static func jwkSet(_ input: [UInt8]) {
    guard let set = accepted({ try JWKSet(parsing: input) }) else { return }
    let text = must("a key set is JSON") {
      try ParsedJSON(parsing: input, limits: JSONLimits(maximumBytes: .max))
    }
    require(
      set.keys.count + set.skipped.count == text["keys"]?.elements?.count, "each key is kept or reported")
    let names = set.keys.compactMap(\.keyID).map { Array($0.utf8) }
    require(Set(names).count == names.count, "a kid names one key")
    let published = set.json().encoded()
    let again = must("what is published is read") { try JWKSet(parsing: published) }
    require(again.skipped.isEmpty, "what is published can be used")
    require(again.keys.allSatisfy { !$0.isPrivate }, "what is published holds no secret")
    require(
      again.keys.count == set.keys.filter { $0.keyType != .octets }.count, "each public key is published")
  }

  static func der(_ input: [UInt8]) {
    guard let key = accepted({ try JWK(der: input, algorithm: nil) }) else { return }
    checkRoundTrips(key)
  }

  static func pem(_ input: [UInt8]) {
    guard let key = accepted({ try JWK(pem: String(decoding: input, as: UTF8.self), algorithm: nil) }) else {
      return
    }
    checkRoundTrips(key)
  }

  private static func checkRoundTrips(_ key: JWK) {
    let name = key.thumbprint()
    require(name.utf8.count == 43, "a thumbprint has 43 characters")
    let whole = must("what was written is read") { try JWK(parsing: key.privateJSON().encoded()) }
    require(whole.privateJSON() == key.privateJSON(), "a key is read as it was written")
    require(whole.thumbprint() == name, "a key has one name")
    guard key.keyType != .octets else { return }
    let half = must("there is a public half") { try key.publicKey() }
    require(!half.isPrivate && half.thumbprint() == name, "the public half has the same name")
    for secret in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] {
      require(key.publicJSON()[secret] == nil, "the public half has no \(secret)")
    }
    let read = must("the public half is read") { try JWK(parsing: key.publicJSON().encoded()) }
    require(read.thumbprint() == name && !read.isPrivate, "the public half is a key")
    checkFiles(key, name)
  }

  private static func checkFiles(_ key: JWK, _ name: String) {
    if let der = accepted({ try key.publicDER() }) {
      let read = must("the public half is read from DER") { try JWK(der: der, algorithm: nil) }
      require(read.thumbprint() == name && !read.isPrivate, "DER is the same public key")
      let pem = must("the public half is written as PEM") { try key.publicPEM() }
      let again = must("the public half is read from PEM") { try JWK(pem: pem, algorithm: nil) }
      require(again.thumbprint() == name, "PEM is the same public key")
    }
    guard key.isPrivate, let der = accepted({ try key.privateDER() }) else { return }
    let read = must("the key is read from DER") { try JWK(der: der, algorithm: nil) }
    require(read.thumbprint() == name && read.isPrivate, "DER is the same key")
  }
}

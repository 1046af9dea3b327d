import Crypto
import Foundation
import JOSE

/// What a JWE promises (T7, T9, T10, T15 to T17).
enum EncryptionChecks {
  static func token(_ input: [UInt8]) {
    guard let jwe = accepted({ try CompactJWE(input) }) else { return }
    let segments = input.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    require(segments.count == 5, "five segments")
    for segment in segments {
      let bytes = must("a segment is base64url") { try Base64URL.decode(Array(segment).span) }
      require(Base64URL.encode(bytes).utf8.elementsEqual(segment), "a segment has one spelling")
    }
    for key in Keys.decrypting {
      guard let plaintext = accepted({ try jwe.decrypt(with: key, policy: policy) }) else { continue }
      require(jwe.header.algorithm == key.algorithm, "a key has one algorithm")
      require(Seeds.plaintexts.contains(plaintext), "only what was encrypted is decrypted")
    }
  }

  static func jsonText(_ input: [UInt8]) {
    guard let jwe = accepted({ try JSONJWE(input) }) else { return }
    require(1...JSONJWE.maximumRecipients ~= jwe.recipients.count, "1 to 16 recipients")
    for key in Keys.decrypting {
      guard let decrypted = accepted({ try jwe.decrypt(with: key, policy: policy) }) else { continue }
      require(decrypted.algorithm == key.algorithm, "a key has one algorithm")
      require(Seeds.plaintexts.contains(decrypted.plaintext), "only what was encrypted is decrypted")
      require(jwe.recipients.indices.contains(decrypted.recipientIndex), "a recipient is the text's own")
      require(decrypted.type == nil && decrypted.protectedHeader != nil, "a header is the one that was used")
    }
  }

  /// The input is a header's JSON, authenticated by the right key: all that is left to refuse is the header.
  static func header(_ input: [UInt8]) {
    let token = sealed(Seeds.payload, header: input)
    guard let jwe = accepted({ try CompactJWE(token) }) else { return }
    guard let plaintext = accepted({ try jwe.decrypt(with: Keys.direct, policy: policy) }) else { return }
    guard let object = accepted({ try JSONSerialization.jsonObject(with: Data(input)) as? [String: Any] }),
      let object
    else { fatalError("broken: a header is a JSON object") }
    require(object["alg"] as? String == "dir", "alg is the key's")
    require(object["enc"] as? String == "A256GCM", "enc is what the content was encrypted by")
    require(object["crit"] == nil, "no extension is understood")
    require(object["zip"] == nil && plaintext == Seeds.payload, "the plaintext is what was encrypted")
    require(jwe.header.type == object["typ"] as? String, "typ is read as everybody reads it")
    require(jwe.header.keyID == object["kid"] as? String, "kid is read as everybody reads it")
  }

  /// The input is what the right key has encrypted and a header calls compressed.
  static func compressed(_ input: [UInt8]) {
    let header = Array(#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#.utf8)
    let jwe = must("what was encrypted is read") {
      try CompactJWE(sealed(input, header: header), maximumBytes: .max)
    }
    require(
      accepted { try jwe.decrypt(with: Keys.direct, policy: plain) } == nil, "zip is off unless asked for")
    guard let plaintext = accepted({ try jwe.decrypt(with: Keys.direct, policy: policy) }) else { return }
    require(plaintext.count <= policy.maximumInflatedBytes, "no more than the limit comes out")
    let again = must("what came out goes in") {
      let token = try CompactJWE.encrypt(
        plaintext, with: EncryptionKey(Keys.directSecret), encryption: .a256GCM, isCompressed: true)
      return try CompactJWE(Array(token.utf8), maximumBytes: .max).decrypt(with: Keys.direct, policy: policy)
    }
    require(again == plaintext, "inflate(deflate(x)) = x")
  }

  private static let policy = must("a policy") {
    try DecryptionPolicy(
      allowing: Set(ContentEncryptionAlgorithm.allCases), allowsCompression: true,
      maximumInflatedBytes: 20_000, passwordIterations: 1000...1100)
  }
  private static let plain = must("a policy") { try DecryptionPolicy(allowing: [.a256GCM]) }

  private static func sealed(_ plaintext: [UInt8], header: [UInt8]) -> [UInt8] {
    let header = Base64URL.encode(header)
    let box = must("AES-GCM") {
      try AES.GCM.seal(
        plaintext, using: SymmetricKey(data: Keys.secretBytes), nonce: AES.GCM.Nonce(data: [UInt8](0..<12)),
        authenticating: Array(header.utf8))
    }
    let parts = [[UInt8](0..<12), Array(box.ciphertext), Array(box.tag)].map { Base64URL.encode($0) }
    return Array("\(header)..\(parts.joined(separator: "."))".utf8)
  }
}

/// A reader of the library, by the name under which it is fuzzed.
enum FuzzTarget: String, CaseIterable {
  case base64URL = "base64url"
  case json
  case jws
  case jwsJSON = "jws-json"
  case jwsHeader = "jws-header"
  case claims
  case jwe
  case jweJSON = "jwe-json"
  case jweHeader = "jwe-header"
  case jweZip = "jwe-zip"
  case jwk
  case jwkSet = "jwk-set"
  case der
  case pem

  /// Reads `input`, and checks what the reader promises of it.
  func check(_ input: [UInt8]) {
    switch self {
    case .base64URL: EncodingChecks.base64URL(input)
    case .json: EncodingChecks.json(input)
    case .jws: SignatureChecks.token(input)
    case .jwsJSON: SignatureChecks.jsonText(input)
    case .jwsHeader: SignatureChecks.header(input)
    case .claims: SignatureChecks.claims(input)
    case .jwe: EncryptionChecks.token(input)
    case .jweJSON: EncryptionChecks.jsonText(input)
    case .jweHeader: EncryptionChecks.header(input)
    case .jweZip: EncryptionChecks.compressed(input)
    case .jwk: KeyChecks.jwk(input)
    case .jwkSet: KeyChecks.jwkSet(input)
    case .der: KeyChecks.der(input)
    case .pem: KeyChecks.pem(input)
    }
  }

  /// What the fuzzer begins with, beside the published vectors.
  var seeds: [[UInt8]] {
    switch self {
    case .base64URL:
      ["", "AA", "AAA", "AAAA", "AB", "AAB", "A", "AA==", "-_-_", "+/+/", "TQ"].map { Array($0.utf8) }
    case .json: Seeds.json
    case .jws: Seeds.tokens
    case .jwsJSON: Seeds.jsonTokens
    case .jwsHeader: Seeds.headers
    case .claims: Seeds.claims
    case .jwe: Seeds.encryptedTokens
    case .jweJSON: Seeds.encryptedTexts
    case .jweHeader: Seeds.encryptedHeaders
    case .jweZip: Seeds.compressed
    case .jwk: Seeds.keys
    case .jwkSet: Seeds.keySets
    case .der: Seeds.der
    case .pem: Seeds.pem
    }
  }
}

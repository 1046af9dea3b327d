internal import JOSE

/// A JWE of either serialization. Both are encrypted content: which it is decides nothing else.
enum UnreadJWE {
  case compact(CompactJWE)
  case json(JSONJWE)

  /// Reads a text.
  init(_ text: [UInt8]) throws(JOSEError) {
    let start = text.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    if start == UInt8(ascii: "{") {
      self = .json(try JSONJWE(text, maximumBytes: InputFile.maximumBytes))
    } else {
      self = .compact(try CompactJWE(text, maximumBytes: InputFile.maximumBytes))
    }
  }

  /// Decrypts with the first key that can.
  func decrypt(with source: DecryptionSource, _ policy: DecryptionPolicy) throws(JOSEError)
    -> DecryptedContent
  {
    switch self {
    case .compact(let jwe):
      var failure = JOSEError(.unknownKey, "there is no key")
      for key in try source.keys(named: jwe.header.keyID, for: jwe.header.algorithm) {
        do throws(JOSEError) {
          return DecryptedContent(plaintext: try jwe.decrypt(with: key, policy: policy), key: key)
        } catch {
          failure = error
        }
      }
      throw failure
    case .json(let jwe):
      return try Self.decrypt(jwe, with: source, policy)
    }
  }

  private static func decrypt(
    _ jwe: JSONJWE, with source: DecryptionSource, _ policy: DecryptionPolicy
  ) throws(JOSEError) -> DecryptedContent {
    var failure: JOSEError?
    for recipient in jwe.recipients {
      do throws(JOSEError) {
        let algorithm = try recipient.requiredAlgorithm()
        for key in try source.keys(named: recipient.keyID, for: algorithm) {
          do throws(JOSEError) {
            let decrypted = try jwe.decrypt(with: key, policy: policy)
            return DecryptedContent(
              plaintext: decrypted.plaintext, key: key,
              additionalData: decrypted.additionalAuthenticatedData)
          } catch {
            failure = error
          }
        }
      } catch {
        // What keeps another recipient from being tried says less than a failed decryption.
        failure = failure ?? error
      }
    }
    throw failure ?? JOSEError(.unknownKey, "there is no key")
  }
}

/// What a JWE says, and with which key it was read.
struct DecryptedContent {
  let plaintext: [UInt8]
  let key: DecryptionKey
  var additionalData: [UInt8]?
}

extension JSONJWE.Recipient {
  fileprivate func requiredAlgorithm() throws(JOSEError) -> KeyManagementAlgorithm {
    guard let header else {
      throw JOSEError(.unsupportedAlgorithm, "alg or enc names nothing that is implemented")
    }
    return header.algorithm
  }
}

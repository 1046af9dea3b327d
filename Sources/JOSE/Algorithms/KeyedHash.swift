internal import Crypto

/// HMAC (RFC 2104) with a key that is prepared once: what the hash makes of the key's inner and outer block
/// is kept, and each message starts from copies.
///
/// The same as keeping swift-crypto's `HMAC` and copying it, in three quarters of the time: its methods run
/// unspecialised, those of the hash itself do not.
struct KeyedHash<Hash: HashFunction>: Sendable where Hash.Digest: DigestBytes {
  private let inner: Hash
  private let outer: Hash

  /// Prepares a key of any length.
  init(key: [UInt8]) {
    var block = key.count > Hash.blockByteCount ? Array(Hash.hash(data: key)) : key
    block.append(contentsOf: repeatElement(0, count: Hash.blockByteCount - block.count))
    inner = Self.hash(of: block.map { $0 ^ 0x36 })
    outer = Self.hash(of: block.map { $0 ^ 0x5C })
  }

  private static func hash(of block: [UInt8]) -> Hash {
    var hash = Hash()
    hash.update(data: block)
    return hash
  }

  /// The code of `message`.
  func code(over message: ArraySlice<UInt8>) -> [UInt8] {
    // SAFETY: the digest's own bytes, copied within the call.
    unsafe digest(message).withUnsafeBytes { unsafe Array($0) }
  }

  /// Whether `code` is the code of `message`, in a time that does not depend on where the two differ.
  func isCode(_ code: Span<UInt8>, over message: ArraySlice<UInt8>) -> Bool {
    // SAFETY: the bytes are read within the call, each at an index below their count.
    unsafe digest(message).withUnsafeBytes { digest in
      digest.count == code.count
        && constantTimeEquals(count: digest.count) { unsafe digest[$0] ^ code[$0] }
    }
  }

  private func digest(_ message: ArraySlice<UInt8>) -> Hash.Digest {
    var inner = inner
    inner.update(data: message)
    var outer = outer
    // SAFETY: the digest's own bytes, read within the call.
    unsafe inner.finalize().withUnsafeBytes { unsafe outer.update(bufferPointer: $0) }
    return outer.finalize()
  }
}

/// What Foundation would declare for the digests of swift-crypto: they lend their bytes.
protocol DigestBytes {
  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
}

extension SHA256Digest: DigestBytes {}
extension SHA384Digest: DigestBytes {}
extension SHA512Digest: DigestBytes {}

internal import Crypto

/// SHA-256 of `bytes`: 32 bytes.
func sha256(_ bytes: [UInt8]) -> [UInt8] {
  Array(SHA256.hash(data: bytes))
}

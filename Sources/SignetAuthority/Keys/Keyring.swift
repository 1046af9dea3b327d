internal import Crypto
internal import Foundation
package import JOSE

/// The root secrets of an authority: they seal its signing keys and authenticate its refresh tokens.
///
/// In text, one line a secret, the one in use first: `kr1.<key id>.<secret>`, 4 and 32 bytes in
/// base64url. Nothing is encrypted under a root secret itself: each use derives a key with a label of its own
/// (HKDF-SHA256, RFC 5869).
package struct Keyring: Sendable, CustomStringConvertible, CustomReflectable {
  private let roots: [Root]

  private struct Root: Sendable {
    let id: [UInt8]
    let secret: [UInt8]
    /// Derived once, like the keys of the authenticators: HKDF costs more than what its keys are used for.
    let sealingKey: SymmetricKey
    private let authenticators: [Purpose: HMAC<SHA256>]

    init(id: [UInt8], secret: [UInt8]) {
      self.id = id
      self.secret = secret
      sealingKey = Self.derive(from: secret, label: "signet seal v1")
      authenticators = Dictionary(
        uniqueKeysWithValues: Purpose.allCases.map { ($0, Self.authenticator(from: secret, for: $0)) })
    }

    /// What HMAC-SHA256 with the key of `purpose` makes of `message`. The key has been taken in before,
    /// which is half of the work.
    func authenticationCode(
      over message: [UInt8], for purpose: Purpose
    ) -> HashedAuthenticationCode<SHA256> {
      var authenticator = authenticators[purpose] ?? Self.authenticator(from: secret, for: purpose)
      authenticator.update(data: message)
      return authenticator.finalize()
    }

    /// What the key that signs the revocation feed is made of. Nothing is signed with it but the feed.
    var feedSeed: SymmetricKey { Self.derive(from: secret, label: "signet revocation feed v1") }

    private static func authenticator(from secret: [UInt8], for purpose: Purpose) -> HMAC<SHA256> {
      HMAC(key: derive(from: secret, label: purpose.rawValue))
    }

    private static func derive(from secret: [UInt8], label: String) -> SymmetricKey {
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: SymmetricKey(data: secret), info: Array(label.utf8), outputByteCount: 32)
    }
  }

  /// A keyring with one fresh secret.
  package init(from random: SecureRandom) {
    roots = [Root(id: random.bytes(Self.idByteCount), secret: random.bytes(Self.secretByteCount))]
  }

  /// A keyring from its text form.
  /// - Throws: ``KeyringError`` that names the line.
  package init(text: String) throws(KeyringError) {
    var roots: [Root] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      guard let root = Self.root(fromLine: line) else { throw .malformedLine(index + 1) }
      guard !roots.contains(where: { $0.id == root.id }) else { throw .repeatedKeyID(line: index + 1) }
      roots.append(root)
    }
    guard !roots.isEmpty, roots.count <= Self.maximumRoots else { throw .wrongCount(roots.count) }
    self.roots = roots
  }

  /// The text form, for a file of mode 0600. This is the secret itself.
  package func text() -> String {
    roots.map { "\(Self.version).\(Base64URL.encode($0.id)).\(Base64URL.encode($0.secret))\n" }.joined()
  }

  package var description: String { "Keyring(\(roots.count) keys, redacted)" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  static let idByteCount = 4
  private static let secretByteCount = 32
  private static let maximumRoots = 16
  private static let version = "kr1"

  private static func root(fromLine line: Substring) -> Root? {
    let parts = line.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == version else { return nil }
    do {
      let root = Root(id: try Base64URL.decode(parts[1]), secret: try Base64URL.decode(parts[2]))
      return root.id.count == idByteCount && root.secret.count == secretByteCount ? root : nil
    } catch {
      return nil
    }
  }
}

/// Why a keyring's text was refused. The secrets are never part of it.
package enum KeyringError: Error, Hashable, Sendable, CustomStringConvertible {
  case malformedLine(Int)
  case repeatedKeyID(line: Int)
  case wrongCount(Int)

  package var description: String {
    switch self {
    case .malformedLine(let line): "line \(line) of the keyring is not of the form kr1.<key id>.<secret>"
    case .repeatedKeyID(let line): "line \(line) of the keyring repeats a key id"
    case .wrongCount(let count): "a keyring holds 1 to 16 keys, this one \(count)"
    }
  }
}

// MARK: - Sealing

extension Keyring {
  /// Encrypts `plaintext` with AES-256-GCM under the newest secret, bound to `context`.
  /// - Returns: key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
  package func seal(_ plaintext: [UInt8], context: String) throws -> [UInt8] {
    let root = roots[0]
    let box = try AES.GCM.seal(
      plaintext, using: root.sealingKey, authenticating: Array(context.utf8))
    return root.id + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
  }

  /// Whether ``seal(_:context:)`` made this under the newest secret.
  func isNewest(_ sealed: [UInt8]) -> Bool {
    sealed.starts(with: newestID)
  }

  /// Opens what ``seal(_:context:)`` made under any of the secrets; nil for anything else.
  package func open(_ sealed: [UInt8], context: String) -> [UInt8]? {
    let id = Array(sealed.prefix(Self.idByteCount))
    guard let root = roots.first(where: { $0.id == id }) else { return nil }
    do {
      let box = try AES.GCM.SealedBox(combined: sealed.dropFirst(Self.idByteCount))
      return Array(try AES.GCM.open(box, using: root.sealingKey, authenticating: Array(context.utf8)))
    } catch {
      return nil
    }
  }
}

// MARK: - The revocation feed

extension Keyring {
  /// The seeds of the keys that sign the revocation feed: 32 bytes for each secret, the newest first.
  var feedSeeds: [SymmetricKey] { roots.map(\.feedSeed) }
}

// MARK: - Authentication codes

extension Keyring {
  /// What a code authenticates; each has a key of its own.
  package enum Purpose: String, CaseIterable, Sendable {
    case refreshToken = "signet refresh token v1"
    case crossSiteRequestToken = "signet csrf v1"
    case throttle = "signet throttle v1"
  }

  /// The id of the newest secret, under which ``authenticationCode(over:for:)`` works.
  var newestID: [UInt8] { roots[0].id }

  /// HMAC-SHA256 over `message` under the newest secret: 32 bytes.
  package func authenticationCode(over message: [UInt8], for purpose: Purpose) -> [UInt8] {
    Array(roots[0].authenticationCode(over: message, for: purpose))
  }

  /// Whether `code` authenticates `message` under the secret `id` (under any secret if nil). Constant time.
  package func isValid(
    _ code: [UInt8], over message: [UInt8], for purpose: Purpose, keyID id: [UInt8]? = nil
  ) -> Bool {
    roots.contains { root in
      guard id == nil || root.id == id else { return false }
      // The comparison of MACs is the constant-time one.
      return root.authenticationCode(over: message, for: purpose) == code
    }
  }
}

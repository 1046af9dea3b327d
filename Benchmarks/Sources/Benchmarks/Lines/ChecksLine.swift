import CAllocations
import Foundation
import JOSE
import TokenVerification

/// What a check costs in the process that makes it: in full, remembered, on two cores, and with many
/// revocations at hand.
struct ChecksLine: Line {
  static let name = "checks"
  static let summary = "checks of a token in this process: in full, remembered, beside 100,000 revocations"

  init(tools: Tools) {}

  func run() async throws -> String {
    let fixture = try Fixture()
    let none = RevocationView(epoch: Fixture.epoch)
    let before = allocated_bytes()
    let many = fixture.view(of: Self.revocations)
    let bytes = Double(allocated_bytes() - before) / Double(Self.revocations)
    var (full, one, two, besideMany, anew) = ([Double](), [Double](), [Double](), [Double](), [Double]())
    var allocations = 0.0
    for _ in 0..<5 {
      full.append(fixture.nanosecondsInFull(none))
      let remembered = fixture.remembered(none, threads: 1)
      one.append(remembered.nanoseconds)
      allocations = max(allocations, remembered.allocations)
      two.append(fixture.remembered(none, threads: 2).nanoseconds)
      besideMany.append(fixture.remembered(many, threads: 1).nanoseconds)
      anew.append(fixture.nanosecondsAfterChange(many))
    }
    var table = Table("a check, 1,000 tokens in turn", "ns", "checks/s")
    for (name, nanoseconds) in [
      ("in full: JWS, ES256, claims", full.median), ("remembered", one.median),
      ("remembered, on two threads at once", two.median),
      ("remembered, beside 100,000 live revocations", besideMany.median),
      ("the first after the revocations have changed, beside 100,000", anew.median),
    ] {
      table.add(name, nanoseconds.text(), (1e9 / nanoseconds).text())
    }
    return """
      \(table.markdown)

      Allocations in a remembered check: \(allocations.text(3)). Two threads: \
      \((one.median / two.median).text(2)) × one. Beside 100,000 revocations: \
      \((besideMany.median / one.median).text(2)) × the time. Memory: \(bytes.text(1)) bytes a revocation.
      """
  }

  private static let revocations = 100_000
}

/// Tokens of one issuer, and who checks them.
private struct Fixture: Sendable {
  static let epoch = "epoch"
  private static let issuer = "https://id.example.com"

  let verifier: TokenVerifier
  let keys: KeySnapshot
  let tokens: [[UInt8]]
  let now = Timestamp(seconds: 1_800_000_000)

  init() throws {
    let key = try JWK.generate(.es256, keyID: "k1")
    keys = KeySnapshot(epoch: 1, keys: JWKSet(keys: [try key.publicKey()]), algorithms: [.es256])
    verifier = TokenVerifier(
      policy: try VerificationPolicy(
        issuer: Self.issuer, audience: "https://api.example.com", algorithms: [.es256]))
    let signer = try SigningKey(key)
    tokens = try (0..<1000).map { [now] number in
      let claims: JSON = [
        "iss": .string(Self.issuer), "sub": .string("account-\(number)-0123456789"),
        "aud": "https://api.example.com", "exp": .integer(now.seconds + 300), "iat": .integer(now.seconds),
        "jti": .string("token-\(number)-0123456789"), "client_id": "signet",
        "sid": .string("session-\(number)-01234567"), "rv": .string("\(Self.epoch).7"),
        "auth_time": .integer(now.seconds), "scope": "orders:read orders:write",
      ]
      return Array(try JWT.sign(claims, type: "at+jwt", with: signer).utf8)
    }
  }

  /// A view of so many sessions' ends, none of them these tokens'.
  func view(of count: Int) -> RevocationView {
    let entries = (1...count).map { number in
      RevocationEntry(
        sequence: Int64(number),
        subject: RevocationSubject(.session, id: "other-\(number)", issuer: Self.issuer),
        ignoresPosition: false, expiresAt: now + .seconds(3600))
    }
    return RevocationView(epoch: Self.epoch).applying(entries, at: now)
  }

  func nanosecondsInFull(_ view: RevocationView) -> Double {
    nanoseconds(rounds: 2) { token in
      guard case .allow = verifier.verify(token, keys: keys, revocations: view, at: now) else {
        fatalError("a good token is refused")
      }
    }
  }

  /// Nanoseconds of one check, all threads' together, and how often a check asks for memory. Each thread has
  /// a cache of its own.
  func remembered(_ view: RevocationView, threads: Int) -> (nanoseconds: Double, allocations: Double) {
    let rounds = 300
    let checks = Double(threads * rounds * tokens.count)
    let (ready, go) = (DispatchGroup(), DispatchSemaphore(value: 0))
    let done = DispatchGroup()
    for _ in 0..<threads {
      ready.enter()
      done.enter()
      Thread {
        var cache = filled(view)
        // Bytes of its own, as they come off a connection: no count of references is shared.
        let tokens = tokens.map { token in token.map { $0 } }
        ready.leave()
        go.wait()
        for _ in 0..<rounds { check(all: tokens, in: &cache, view) }
        done.leave()
      }.start()
    }
    ready.wait()
    let before = allocation_count()
    let duration = ContinuousClock().measure {
      for _ in 0..<threads { go.signal() }
      done.wait()
    }
    return (duration / .nanoseconds(1) / checks, Double(allocation_count() - before) / checks)
  }

  /// Nanoseconds of the first check of each token after another revocation was heard of.
  func nanosecondsAfterChange(_ view: RevocationView) -> Double {
    var (cache, total) = (filled(view), Duration.zero)
    let rounds = 20
    for round in 0..<rounds {
      let entry = RevocationEntry(
        sequence: 200_000 + Int64(round),
        subject: RevocationSubject(.session, id: "later-\(round)", issuer: Self.issuer),
        ignoresPosition: false,
        expiresAt: now + .seconds(3600))
      let newer = view.applying([entry], at: now)
      total += ContinuousClock().measure { check(all: tokens, in: &cache, newer) }
    }
    return total / .nanoseconds(1) / Double(rounds * tokens.count)
  }

  private func check(all tokens: [[UInt8]], in cache: inout VerifiedTokenCache, _ view: RevocationView) {
    for token in tokens {
      guard case .allow = cache.verify(token, keys: keys, revocations: view, at: now) else {
        fatalError("a good token is refused")
      }
    }
  }

  private func filled(_ view: RevocationView) -> VerifiedTokenCache {
    var cache = VerifiedTokenCache(verifier: verifier, capacity: 4096)
    for token in tokens { _ = cache.verify(token, keys: keys, revocations: view, at: now) }
    return cache
  }

  private func nanoseconds(rounds: Int, _ check: ([UInt8]) -> Void) -> Double {
    let clock = ContinuousClock()
    let duration = clock.measure {
      for _ in 0..<rounds { for token in tokens { check(token) } }
    }
    return duration / .nanoseconds(1) / Double(rounds * tokens.count)
  }
}

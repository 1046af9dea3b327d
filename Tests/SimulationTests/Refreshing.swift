import JOSE
import SignetAuthority
import SignetTesting

/// What a client gets for a refresh token.
enum RefreshAnswer {
  case renewed(refreshToken: String, accessToken: String)
  case refused
}

extension World {
  /// Presents a refresh token at a node, and holds what comes of it against what must.
  func refresh(
    _ text: String, retryKey: String, at node: Node, isOwner: Bool = true
  ) async throws -> RefreshAnswer {
    guard let token = RefreshToken(text, keyring: node.authority.keyring) else {
      throw Violation("a refresh token that was issued is not known again")
    }
    if !isOwner { truth.change(token.grant) { $0.isContested = true } }
    guard let family = truth.families[token.grant] else { throw Violation("nobody's refresh token") }
    let expected = expectation(token.generation, retryKey, of: family, at: node)
    if expected == .caught {
      if isOwner, !family.isContested { throw Violation("a client is logged out that did nothing wrong") }
      truth.condemn([family.session])
    }
    let request = RefreshRequest(
      token: token, retryKey: RetryKey(retryKey), origin: TestAuthority.origin)
    let outcome = try await node.write { authority, tx, now in
      try authority.refresh(request, in: tx, at: now)
    }
    tell("a refresh token of generation \(token.generation) at node \(node.number): \(expected)")
    switch (expected, outcome) {
    case (.advances, .renewed(let tokens, isRetry: false)):
      truth.change(token.grant) { family in
        family.generation += 1
        family.current = tokens.refreshToken
        family.rotatedAt = node.now
        family.retryKey = retryKey
      }
      return .renewed(refreshToken: tokens.refreshToken, accessToken: try await node.sign(tokens))
    case (.repeats, .renewed(let tokens, isRetry: true)):
      guard tokens.refreshToken == family.current else { throw Violation("a family has two successors") }
      return .renewed(refreshToken: tokens.refreshToken, accessToken: try await node.sign(tokens))
    case (.caught, .refused):
      node.publish()
      return .refused
    case (.refused, .refused): return .refused
    default: throw Violation("a refresh token that \(expected) gave \(outcome)")
    }
  }

  private enum Expectation {
    case advances, repeats, caught, refused
  }

  private func expectation(
    _ generation: Int64, _ retryKey: String, of family: Truth.Family, at node: Node
  ) -> Expectation {
    if truth.isCondemned(family.session) { return .refused }
    if generation == family.generation { return .advances }
    let isLast = generation == family.generation - 1
    let isInTime = node.now - family.rotatedAt <= policy.refreshGrace
    return isLast && (isInTime || retryKey == family.retryKey) ? .repeats : .caught
  }
}

internal import JOSE

extension Authority {
  /// Appends an event that a client can bring about as often as it likes, unless the same one of this grant
  /// from the same network was appended a little while ago: at first every few seconds, in the end once an
  /// hour. So whoever presents a dead token again and again leaves a trace, and does not fill the log; and a
  /// client that retries often does not hide who else does.
  func appendOnceInAWhile(
    _ event: AuditEvent, of grant: GrantID, in tx: some AuthorityWrites, at now: Timestamp
  ) throws {
    let network = AddressNetwork.of(event.origin.address) ?? ""
    let key = ThrottleKey(
      "event", [event.kind.rawValue, grant.description, event.reason, network], keyring: keyring)
    let stored = try tx.throttle(key)
    let throttle = stored ?? Throttle(key: key, spentAt: now, expiresAt: now)
    guard case .admit(let next, _) = throttle.decide(Self.repetition, at: now) else { return }
    if stored == nil { try tx.insert(next) } else { try tx.update(next) }
    try tx.append(event)
  }

  private static let repetition = Throttle.Limit(burst: 1, longestDelay: .seconds(3600))
}

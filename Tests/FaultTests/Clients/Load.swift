import SignetTesting

/// Many clients at once, each busy with its own few accounts, one operation after the other.
struct Load: Sendable {
  let client: Client
  let tally: Tally
  /// How many operations each client begins; nil: until the server is gone.
  var operationsPerClient: Int?
  /// How many in a hundred are abandoned: the client hangs up before it has the answer.
  var abandonedPercent = 0
  /// Whether somebody else answers when one server is gone: then a client goes on with its other accounts.
  var hasOtherServers = false
  /// Whether the clients go on after what they have done.
  var goesOn: @Sendable () -> Bool = { true }
  /// Called with the sessions that an acknowledged operation has ended, before the client goes on.
  var onEnded: @Sendable ([SessionRecord]) async -> Void = { _ in }

  /// - Returns: The records as the clients have them in the end.
  func run(_ groups: [[AccountRecord]], seed: UInt64) async -> [[AccountRecord]] {
    await withTaskGroup(of: (Int, [AccountRecord]).self) { tasks in
      for (index, group) in groups.enumerated() {
        tasks.addTask {
          var generator = SplitMix64(seed: seed &+ UInt64(index))
          return (index, await work(on: group, using: &generator))
        }
      }
      var results = groups
      for await (index, group) in tasks { results[index] = group }
      return results
    }
  }

  @concurrent private func work(
    on group: [AccountRecord], using generator: inout SplitMix64
  ) async -> [AccountRecord] {
    var accounts = group
    var begun = 0
    while begun < operationsPerClient ?? .max, goesOn() {
      begun += 1
      guard
        let index = accounts.indices.filter({ accounts[$0].unanswered == nil })
          .randomElement(using: &generator)
      else { break }
      let operation = accounts[index].nextOperation(using: &generator)
      let isAbandoned = Int.random(in: 0..<100, using: &generator) < abandonedPercent
      let patience = isAbandoned ? Int.random(in: 0..<400, using: &generator) : nil
      let outcome = await perform(operation, of: accounts[index], patience: patience)
      tally.count(outcome, of: operation.kind, accounts[index].name)
      switch outcome {
      case .done(let tokens):
        let ended = accounts[index].live.filter { operation.ends($0.id) }
        accounts[index].take(operation, tokens)
        await onEnded(ended)
      case .refused: break
      case .unexpected: return accounts
      case .unanswered:
        accounts[index].unanswered = operation
        // The server is gone, unless it is the client that went.
        if !isAbandoned, !hasOtherServers { return accounts }
      }
    }
    return accounts
  }

  /// With `patience` the client lets others run that often, and hangs up.
  private func perform(_ operation: Operation, of account: AccountRecord, patience: Int?) async
    -> Client.Outcome
  {
    guard let patience else { return await client.perform(operation, of: account) }
    let request = Task { await client.perform(operation, of: account) }
    for _ in 0..<patience { await Task.yield() }
    request.cancel()
    return await request.value
  }
}

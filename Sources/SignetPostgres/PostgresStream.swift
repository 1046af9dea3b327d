internal import CLibPQ
internal import SignetAuthority

extension PostgresSession {
  /// Runs `command`, a `COPY … FROM STDIN`, and gives it `bytes`.
  /// - Throws: ``PostgresRefusal``, or `StorageError.unavailable` when the connection is lost.
  func stream(_ bytes: [UInt8], to command: String) throws {
    // SAFETY: the handle is a connection, with nothing under way. It cannot stream in pipeline mode.
    guard unsafe PQexitPipelineMode(handle) == 1 else { throw lost() }
    // SAFETY: the text is NUL-terminated and lives through the call.
    guard unsafe PQsendQuery(handle, command) == 1 else { throw lost() }
    let deadline = ContinuousClock.now + patience
    var refusal: PostgresRefusal?
    while true {
      try awaitResult(until: deadline)
      // SAFETY: a result that is not null is handed over to its owner.
      guard let result = unsafe PQgetResult(handle) else { break }
      let answer = unsafe PostgresAnswer(owning: result)
      if answer.wantsStream {
        try give(bytes)
      } else if !answer.isSuccess {
        refusal = refusal ?? answer.refusal
      }
    }
    // SAFETY: as above.
    if unsafe PQstatus(handle) != CONNECTION_OK { throw lost(refusal?.message) }
    // SAFETY: as above; every result has been taken.
    guard unsafe PQenterPipelineMode(handle) == 1 else { throw lost() }
    if let refusal { throw refusal }
  }

  /// The library keeps what the server does not take at once, until it is flushed with what is waited for.
  private func give(_ bytes: [UInt8]) throws {
    // SAFETY: the buffer goes with its own count, and the library copies it before the call returns.
    let isTaken = unsafe bytes.withUnsafeBytes { buffer in
      unsafe PQputCopyData(handle, buffer.bindMemory(to: CChar.self).baseAddress, Int32(buffer.count))
    }
    // SAFETY: without a message the stream ends in order.
    guard isTaken == 1, unsafe PQputCopyEnd(handle, nil) == 1 else { throw lost() }
  }
}

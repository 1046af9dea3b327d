internal import CLibPQ
internal import Glibc
internal import SignetAuthority

/// One connection to a server, as libpq has it. Used by one thread at a time; blocks it, but never for longer
/// than it was told.
// SAFETY: the handle is this object's alone, is not null, and is freed once, when the object goes.
@safe
final class PostgresSession {
  /// What has become of the connection. A session that is not open is of no more use.
  enum State {
    case open
    /// The server or the network ended it.
    case lost
    /// The server did not answer in time. What it is doing, nobody knows.
    case stalled
  }

  private(set) var state = State.open
  let handle: OpaquePointer
  private let target: PostgresTarget
  /// How long one command may take, the server's own limit included.
  let patience: Duration
  private let onRoundTrip: RoundTripObserver
  private let warnings = ServerWarnings()

  /// Connects, which takes as long as the target's `connect_timeout` for each address.
  /// - Throws: `StorageError.unavailable`.
  init(_ target: PostgresTarget, patience: Duration, onRoundTrip: @escaping RoundTripObserver = {})
    throws
  {
    let (keywords, values) = (
      PackedBytes(texts: Array(target.parameters.keys)), PackedBytes(texts: Array(target.parameters.values))
    )
    // SAFETY: both arrays end with a null, and live through the call, which copies what it needs.
    let connected = unsafe keywords.withPointers { keywords in
      unsafe values.withPointers { values in
        unsafe PQconnectdbParams(keywords + [nil], values + [nil], 0)
      }
    }
    guard let handle = unsafe connected else { throw StorageError.unavailable("memory is short") }
    unsafe self.handle = unsafe handle
    self.target = target
    self.patience = patience
    self.onRoundTrip = onRoundTrip
    // SAFETY: the handle is a connection, if perhaps a failed one.
    guard unsafe PQstatus(handle) == CONNECTION_OK, unsafe PQsetnonblocking(handle, 1) == 0,
      // SAFETY: as above.
      unsafe PQenterPipelineMode(handle) == 1
    else {
      throw StorageError.unavailable("cannot reach the database: \(ConnectionAdvice.adding(to: complaint))")
    }
    // SAFETY: the function touches its context alone, which this object keeps for as long as the connection.
    // Without it what the server remarks would go to standard error.
    unsafe PQsetNoticeReceiver(handle, ServerWarnings.receiver, warnings.context)
  }

  /// Whether the server has warned of something since ``forgetWarnings()``.
  var hasWarned: Bool { warnings.isThere }

  func forgetWarnings() {
    warnings.isThere = false
  }

  deinit {
    // SAFETY: see above.
    unsafe PQfinish(handle)
  }

  /// Sends commands together and waits for all their answers: one round trip. The server carries them out one
  /// after the other, and after the first that it refuses none.
  /// - Returns: The answers up to a refusal, and the refusal.
  /// - Throws: `StorageError.unavailable` when the connection is lost.
  func run(_ commands: [PostgresCommand]) throws -> (answers: [PostgresAnswer], refusal: PostgresRefusal?) {
    for command in commands {
      // SAFETY: the handle is a connection in pipeline mode.
      guard unsafe command.send(to: handle) else { throw lost() }
    }
    // SAFETY: as above.
    guard unsafe PQpipelineSync(handle) == 1 else { throw lost() }
    onRoundTrip()
    let deadline = ContinuousClock.now + patience
    var answers: [PostgresAnswer] = []
    var refusal: PostgresRefusal?
    for _ in commands {
      guard let answer = try result(until: deadline) else { throw lost() }
      let isWhole = try result(until: deadline) == nil
      // SAFETY: see above.
      if unsafe PQstatus(handle) != CONNECTION_OK { throw lost(answer.refusal.message) }
      guard isWhole else { throw lost() }
      if answer.isSuccess {
        answers.append(answer)
      } else {
        refusal = refusal ?? answer.refusal
      }
    }
    guard let end = try result(until: deadline), end.isSynchronisation else { throw lost() }
    return (answers, refusal)
  }

  /// A setting that the server reported when the connection began.
  func reported(_ setting: String) -> String? {
    // SAFETY: a NUL-terminated text that is copied at once.
    unsafe PQparameterStatus(handle, setting).map { unsafe String(cString: $0) }
  }

  /// Whether what goes over the network is encrypted.
  var isEncrypted: Bool {
    // SAFETY: see above.
    unsafe PQsslInUse(handle) == 1
  }

  /// The texts of the notices that have come on the channels that are listened to; waits for the first until
  /// `duration` has passed or `waker` is woken.
  /// - Throws: `StorageError.unavailable` when the connection is lost.
  func notices(within duration: Duration, orUntil waker: Waker) throws -> [String] {
    let deadline = ContinuousClock.now + duration
    while true {
      let texts = takeNotices()
      let left = ContinuousClock.now.duration(to: deadline)
      guard texts.isEmpty, left > .zero else { return texts }
      // SAFETY: see above.
      let socket = unsafe PQsocket(handle)
      var watched = [
        pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
        pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      // SAFETY: two descriptors, which live through the call.
      _ = unsafe poll(&watched, 2, left.pollMilliseconds)
      if watched[1].revents != 0 { return [] }
      // SAFETY: see above.
      if watched[0].revents != 0, unsafe PQconsumeInput(handle) != 1 { throw lost() }
    }
  }

  private func takeNotices() -> [String] {
    var texts: [String] = []
    // SAFETY: a notice that is not null is this function's, with NUL-terminated texts, and is freed once.
    while let notice = unsafe PQnotifies(handle) {
      unsafe texts.append(String(cString: notice.pointee.extra))
      unsafe PQfreemem(notice)
    }
    return texts
  }

  /// The library's next result, which is nil after the answer to each command.
  private func result(until deadline: ContinuousClock.Instant) throws -> PostgresAnswer? {
    try awaitResult(until: deadline)
    // SAFETY: a result that is not null is handed over to its owner.
    return unsafe PQgetResult(handle).map { unsafe PostgresAnswer(owning: $0) }
  }

  /// Waits until a result can be had without blocking.
  func awaitResult(until deadline: ContinuousClock.Instant) throws {
    while true {
      // SAFETY: see above.
      let unsent = unsafe PQflush(handle)
      guard unsent >= 0 else { throw lost() }
      // SAFETY: see above.
      if unsent == 0, unsafe PQisBusy(handle) == 0 { return }
      let events = Int16(POLLIN) | (unsent == 1 ? Int16(POLLOUT) : 0)
      // SAFETY: see above.
      var descriptor = pollfd(fd: unsafe PQsocket(handle), events: events, revents: 0)
      let left = ContinuousClock.now.duration(to: deadline)
      // SAFETY: one descriptor, which lives through the call.
      let ready = unsafe poll(&descriptor, 1, left.pollMilliseconds)
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else {
        state = .stalled
        throw StorageError.unavailable("the database does not answer")
      }
      // SAFETY: see above.
      if descriptor.revents & ~Int16(POLLOUT) != 0, unsafe PQconsumeInput(handle) != 1 { throw lost() }
    }
  }

  func lost(_ reason: String? = nil) -> StorageError {
    state = .lost
    return .unavailable("the connection to the database is lost: \(reason.map(target.redacted) ?? complaint)")
  }

  /// The library's word for what is wrong with the connection.
  private var complaint: String {
    // SAFETY: a NUL-terminated text that is copied at once.
    let text = unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? ""
    return target.redacted(text)
  }
}

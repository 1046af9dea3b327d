internal import CLibPQ
internal import Glibc
internal import SignetAuthority
internal import SignetStorage

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

  /// Connects, which takes as long as the target's `connect_timeout` for each address.
  /// - Throws: `StorageError.unavailable`.
  init(_ target: PostgresTarget, patience: Duration) throws {
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
    // SAFETY: the handle is a connection, if perhaps a failed one.
    guard unsafe PQstatus(handle) == CONNECTION_OK, unsafe PQsetnonblocking(handle, 1) == 0 else {
      throw StorageError.unavailable("cannot reach the database: \(complaint)")
    }
    // SAFETY: the function takes no context and touches nothing. Notices would go to standard error.
    unsafe PQsetNoticeReceiver(handle, { _, _ in }, nil)
  }

  deinit {
    // SAFETY: see above.
    unsafe PQfinish(handle)
  }

  /// Runs a command of this program's own, or several with `;` between.
  /// - Throws: ``PostgresRefusal``, or `StorageError.unavailable` when the connection is lost.
  @discardableResult
  func run(_ command: String) throws -> PostgresAnswer {
    // SAFETY: the text is NUL-terminated and lives through the call.
    try answer(unsafe PQsendQuery(handle, command))
  }

  /// Lets the server parse `text`, whose parameters are `$1`, `$2`, …, under a name.
  /// - Returns: The types that it found for the parameters.
  func prepare(_ name: String, _ text: String) throws -> [PostgresType] {
    // SAFETY: both texts are NUL-terminated and live through the call; no types are given.
    try answer(unsafe PQsendPrepare(handle, name, text, 0, nil))
    // SAFETY: as above.
    return try answer(unsafe PQsendDescribePrepared(handle, name)).parameterTypes()
  }

  /// Runs what was prepared under `name`; parameters and answer are binary.
  func execute(_ name: String, _ parameters: PackedBytes) throws -> PostgresAnswer {
    let formats = [Int32](repeating: 1, count: parameters.count)
    // SAFETY: the three arrays have as many elements as is said, and live through the call.
    let isSent = unsafe parameters.withPointers { values in
      unsafe PQsendQueryPrepared(
        handle, name, Int32(values.count), values, parameters.lengths, formats, 1)
    }
    return try answer(isSent)
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

  /// Waits for the answer to what was sent, and for the server to be ready again.
  @discardableResult
  private func answer(_ isSent: Int32) throws -> PostgresAnswer {
    guard isSent == 1 else { throw lost() }
    let deadline = ContinuousClock.now + patience
    var last: PostgresAnswer?
    while true {
      try awaitResult(until: deadline)
      // SAFETY: a result that is not null is handed over to its owner.
      guard let result = unsafe PQgetResult(handle) else { break }
      // Of several commands the first that fails is the last: the server skips the rest.
      last = unsafe PostgresAnswer(owning: result)
    }
    guard let last else { throw lost() }
    if last.isSuccess { return last }
    // SAFETY: see above.
    if unsafe PQstatus(handle) != CONNECTION_OK { throw lost(last.refusal.message) }
    throw last.refusal
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

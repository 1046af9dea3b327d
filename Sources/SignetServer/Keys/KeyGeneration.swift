internal import Dispatch

/// Where keys are made while requests are served: on a dispatch queue of its own. An RSA key takes a tenth of
/// a second and sometimes many, for which no thread of the cooperative pool is held.
enum KeyGeneration {
  /// Does `work` there, after what was asked for before.
  static func run<Answer: Sendable>(_ work: @escaping @Sendable () throws -> Answer) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try work() }) }
    }
  }

  /// Whether the caller is there.
  static var isHere: Bool { DispatchQueue.getSpecific(key: mark) != nil }

  private static let mark = DispatchSpecificKey<Void>()

  private static let queue = {
    let queue = DispatchQueue(label: "signet.keys", qos: .utility)
    queue.setSpecific(key: mark, value: ())
    return queue
  }()
}

internal import Foundation
internal import JOSE
internal import SignetAuthority
internal import SignetServer

/// What an error of another module says to an operator.
enum FailureText {
  static func text(of error: any Error) -> String {
    switch error {
    case let error as StorageError: text(of: error)
    case let error as AdministrationRefusal: CommandError(error).description
    case let error as JOSEError: error.detail
    case let error as CocoaError: text(of: error)
    default: "\(error)"
    }
  }

  /// The file, and the system's word for what is wrong with it.
  private static func text(of error: CocoaError) -> String {
    let reason = (error.underlying as? POSIXError).map { "\($0.localizedDescription)" }
    let path = error.filePath ?? error.url?.path(percentEncoded: false)
    return [path, reason ?? error.localizedDescription].compactMap { $0 }.joined(separator: ": ")
  }

  private static func text(of error: StorageError) -> String {
    switch error {
    case .conflict: "somebody else changed the same thing meanwhile; try again"
    // The storage's own words name the file and say what to do.
    case .unavailable(let reason), .outcomeUnknown(let reason), .corrupt(let reason): reason
    }
  }
}

extension CommandError {
  init(_ refusal: AdministrationRefusal) {
    self.init(refusal.problem, next: refusal.next)
  }
}

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

  /// The file, and what is wrong with it.
  private static func text(of error: CocoaError) -> String {
    let path = error.filePath ?? error.url?.path(percentEncoded: false)
    let known = reason(error.code) ?? (error.underlying as? POSIXError).flatMap { reason($0.code) }
    return [path, known ?? error.localizedDescription].compactMap { $0 }.joined(separator: ": ")
  }

  private static func reason(_ code: CocoaError.Code) -> String? {
    switch code {
    case .fileReadNoPermission, .fileWriteNoPermission: reason(POSIXErrorCode.EACCES)
    case .fileWriteOutOfSpace: reason(POSIXErrorCode.ENOSPC)
    case .fileWriteVolumeReadOnly: reason(POSIXErrorCode.EROFS)
    case .fileNoSuchFile, .fileReadNoSuchFile: reason(POSIXErrorCode.ENOENT)
    default: nil
    }
  }

  private static func reason(_ code: POSIXErrorCode) -> String? {
    switch code {
    case .EACCES, .EPERM: "permission denied; run the command as a user who may, or choose another place"
    case .ENOSPC, .EDQUOT: "no space left; make room, or choose another place"
    case .EROFS: "a file system that takes no writes; choose another place"
    case .ENOENT: "no such file or directory; check the name"
    case .ENOTDIR: "a part of the path is no directory; check the name"
    default: nil
    }
  }

  private static func text(of error: StorageError) -> String {
    switch error {
    case .conflict: "somebody else changed the same thing meanwhile; try again"
    // The storage's own words name the file and say what to do.
    case .unavailable(let reason), .corrupt(let reason): reason
    case .outcomeUnknown(let reason):
      "the database was lost while it committed: \(reason); look whether it was done before you repeat it"
    }
  }
}

extension CommandError {
  init(_ refusal: AdministrationRefusal) {
    self.init(refusal.problem, next: refusal.next)
  }
}

internal import Glibc
internal import NIOCore

/// Why an address could not be listened on, in words for the operator.
package struct ListenFailure: Error, Hashable, CustomStringConvertible {
  let host: String
  let port: Int
  /// The first part of the settings' names: `server` or `metrics`.
  let group: String
  let errorNumber: Int32

  /// Nil for a failure that has nothing to do with the address.
  init?(_ error: IOError, group: String, host: String, port: Int) {
    guard [EADDRINUSE, EADDRNOTAVAIL, EACCES].contains(error.errnoCode) else { return nil }
    self.host = host
    self.port = port
    self.group = group
    errorNumber = error.errnoCode
  }

  package var description: String {
    switch errorNumber {
    case EADDRINUSE: "\(host.contains(":") ? "[\(host)]" : host):\(port) is in use"
    case EADDRNOTAVAIL: "\(host) is no address of this machine"
    default: "port \(port) is one that this user may not listen on"
    }
  }

  /// What to do.
  package var advice: String {
    switch errorNumber {
    case EADDRINUSE: "find who has it with `ss -ltnp`, or choose another \(group).port"
    case EADDRNOTAVAIL: "set \(group).address to one that `ip address` shows"
    default: "choose a \(group).port above 1023, or allow it with CAP_NET_BIND_SERVICE, as the unit describes"
    }
  }
}

internal import CLibPQ

/// Whether a server has warned, while it did what it was told. Used by the thread that reads its answers.
final class ServerWarnings {
  var isThere = false

  /// What libpq hands to ``receiver``. It is good for as long as this object.
  var context: UnsafeMutableRawPointer {
    // SAFETY: the pointer is given to a connection that goes before this object.
    unsafe Unmanaged.passUnretained(self).toOpaque()
  }

  /// Called by libpq, with what the server remarks.
  static let receiver: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = {
    context, remark in
    // SAFETY: the context is a `ServerWarnings` that lives; the field is a NUL-terminated text, or null.
    guard let context = unsafe context,
      let severity = unsafe PQresultErrorField(remark, Int32(UInt8(ascii: "V"))),
      // SAFETY: as above.
      unsafe String(cString: severity) == "WARNING"
    else { return }
    // SAFETY: as above.
    unsafe Unmanaged<ServerWarnings>.fromOpaque(context).takeUnretainedValue().isThere = true
  }
}

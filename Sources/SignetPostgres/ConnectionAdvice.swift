/// What to do about a connection that did not come about: the library's own advice is for others, and
/// sometimes to look away.
enum ConnectionAdvice {
  /// `complaint`, and what to do about it where that is known.
  static func adding(to complaint: String) -> String {
    let known = advice.first { complaint.contains($0.sign) }
    guard let known else { return complaint }
    let cut = complaint.firstRange(of: ". Either provide the file").map { complaint[..<$0.lowerBound] }
    return "\(cut ?? complaint[...]). \(known.advice)"
  }

  private static let advice: [(sign: String, advice: String)] = [
    (
      "root certificate file",
      "Name the certificate of who signed the server's: `sslrootcert=FILE` in the connection string"
    ),
    (
      "certificate verify failed",
      "The server's certificate is signed by nobody in the file that `sslrootcert` names: name the right one"
    ),
    ("does not match host name", "Set `host` to a name that stands in the server's certificate"),
    (
      "server does not support SSL",
      "Switch TLS on at the server (`ssl = on`), with a certificate for its name"
    ),
    ("no encryption", "The server wants TLS: leave `sslmode` out of the connection string"),
    ("password authentication failed", "Put the user's password into the password file"),
    ("no password supplied", "Put the user's password into a password file"),
    ("channel binding", "`channel_binding=require` needs TLS and a password that the server keeps as SCRAM"),
  ]
}

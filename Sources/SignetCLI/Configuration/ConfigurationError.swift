/// Why a configuration is refused: where the value stands, what is wrong with it, what to write instead.
struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// `/etc/signet/signet.yaml, line 3`, `the environment variable SIGNET_ISSUER` or `--port`.
  let place: String
  let problem: String

  var description: String { "\(place): \(problem)" }
}

/// Why an issuer's keys could not be fetched, or an issuer not be used at all; for the operator.
public struct RemoteKeysError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, in words.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// A value that came out of a token whose signature and claims have been checked.
///
/// Only this module can make one: to ask for it is to ask for the check.
public struct Verified<Value: Sendable>: Sendable {
  /// What the token says.
  public let value: Value
  /// The token's header.
  public let header: JWSHeader

  init(_ value: Value, header: JWSHeader) {
    self.value = value
    self.header = header
  }
}

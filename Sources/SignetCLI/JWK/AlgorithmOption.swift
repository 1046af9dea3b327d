public import ArgumentParser
public import JOSE

extension SignatureAlgorithm: ExpressibleByArgument {
  /// The algorithm of exactly this name. `none` is no name of any.
  public init?(argument: String) {
    self.init(rawValue: argument)
  }
}

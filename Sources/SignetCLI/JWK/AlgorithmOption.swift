public import ArgumentParser
public import JOSE

extension SignatureAlgorithm: ExpressibleByArgument {
  /// The algorithm of exactly this name. `none` is no name of any.
  public init?(argument: String) {
    self.init(rawValue: argument)
  }
}

extension KeyManagementAlgorithm: ExpressibleByArgument {
  /// The algorithm of exactly this name. `RSA1_5` is no name of any.
  public init?(argument: String) {
    self.init(rawValue: argument)
  }
}

extension ContentEncryptionAlgorithm: ExpressibleByArgument {
  /// The algorithm of exactly this name.
  public init?(argument: String) {
    self.init(rawValue: argument)
  }
}

extension JWK.Algorithm: ExpressibleByArgument {
  /// The algorithm of exactly this name, whatever it is for.
  public init?(argument: String) {
    self.init(name: argument)
  }
}

extension JWK.AgreementCurve: ExpressibleByArgument {
  /// The curve of exactly this name.
  public init?(argument: String) {
    self.init(rawValue: argument)
  }
}

package import JOSE

extension SecureRandom {
  /// The system's generator.
  package static let system = SecureRandom { count in
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}

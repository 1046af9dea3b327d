extension RSANumbers {
  /// Whether the modulus has the mark of keys whose primes can be found out (ROCA, CVE-2017-15361).
  ///
  /// Chips of one maker chose primes of the form k·M + (65537^a mod M), where M is the product of the first
  /// primes: for 2048 bits those up to 701. So the modulus is a power of 65537 modulo each of them. Of other
  /// moduli fewer than one in 2^167 is, and most fail at one of the first primes.
  var hasGuessablePrimes: Bool {
    Self.markingPrimes.allSatisfy { prime in
      let remainder = modulus.reduce(0) { ($0 << 8 | Int($1)) % prime }
      var power = 1
      repeat {
        if power == remainder { return true }
        power = power * 65_537 % prime
      } while power != 1
      return false
    }
  }

  private static let markingPrimes = (3...701).filter { number in
    (2..<number).allSatisfy { number % $0 != 0 }
  }
}

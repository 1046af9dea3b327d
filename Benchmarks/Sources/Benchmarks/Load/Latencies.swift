/// How long answers took: a histogram whose bins are 1.6 % wide, so that a percentile costs no list of all.
struct Latencies {
  private var counts = [UInt32](repeating: 0, count: 64 * Self.binsPerOctave)
  private(set) var count = 0
  private(set) var longest: Int64 = 0

  /// Adds one, in nanoseconds.
  mutating func add(_ nanoseconds: Int64) {
    counts[Self.bin(of: UInt64(max(nanoseconds, 1)))] += 1
    count += 1
    longest = max(longest, nanoseconds)
  }

  /// The time in milliseconds within which a part `fraction` of the answers came; 0 when there were none.
  func percentile(_ fraction: Double) -> Double {
    let rank = Int((Double(count) * fraction).rounded(.up))
    var seen = 0
    for (bin, amount) in counts.enumerated() where amount > 0 {
      seen += Int(amount)
      if seen >= rank { return min(Self.upperBound(of: bin), Double(longest)) / 1e6 }
    }
    return 0
  }

  private static let binsPerOctave = 64
  private static let bits = 6

  private static func bin(of value: UInt64) -> Int {
    let octave = 63 - value.leadingZeroBitCount
    guard octave >= bits else { return Int(value) }
    let within = Int(value >> UInt64(octave - bits)) & (binsPerOctave - 1)
    return (octave - bits + 1) * binsPerOctave + within
  }

  private static func upperBound(of bin: Int) -> Double {
    guard bin >= binsPerOctave else { return Double(bin) }
    let octave = bin / binsPerOctave + bits - 1
    return Double((binsPerOctave + bin % binsPerOctave + 1) << (octave - bits))
  }
}

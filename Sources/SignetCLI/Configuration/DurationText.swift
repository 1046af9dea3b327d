extension Duration {
  /// A duration from its written form, a whole number and a unit: `90s`, `5m`, `12h`, `30d`; nil for
  /// anything else, a bare number included.
  init?(settingText text: String) {
    guard let unit = text.last, let seconds = Self.secondsByUnit[unit],
      let count = Int64(text.dropLast()), count >= 0, String(count) == text.dropLast()
    else {
      return nil
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: seconds)
    guard !overflow else { return nil }
    self = .seconds(product)
  }

  private static let secondsByUnit: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
}

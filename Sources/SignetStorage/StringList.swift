internal import JOSE

/// A list of strings in one column, as a JSON array: no separator that an element could hold.
struct StringList {
  let strings: [String]

  init(_ strings: [String]) {
    self.strings = strings
  }

  /// The list that `encoded` is; nil for anything but a JSON array of strings.
  init?(encoded: String) {
    do {
      let json = try ParsedJSON(parsing: Array(encoded.utf8), limits: JSONLimits(maximumBytes: 1 << 20))
      guard let elements = json.elements else { return nil }
      strings = elements.compactMap(\.string)
      guard strings.count == elements.count else { return nil }
    } catch {
      return nil
    }
  }

  var encoded: String {
    JSON.strings(strings).encodedString()
  }
}

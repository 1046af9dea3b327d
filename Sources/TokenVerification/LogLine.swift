extension String {
  /// The text as one line of at most `count` characters, without control characters: what somebody else has
  /// sent cannot write lines of its own into a log.
  package func logLine(atMost count: Int = 200) -> String {
    let scalars = unicodeScalars.prefix(count).map { $0.isPrintable ? $0 : "?" }
    return String(String.UnicodeScalarView(scalars))
  }
}

extension Unicode.Scalar {
  fileprivate var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
    default: true
    }
  }
}

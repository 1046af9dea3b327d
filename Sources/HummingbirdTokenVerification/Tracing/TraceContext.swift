package import HTTPTypes

/// Where a request stands in a distributed trace (W3C Trace Context, Recommendation of 23 November 2021).
///
/// This program takes no part in traces: it begins no span, samples nothing, and starts no trace where none
/// came in. The identifiers go into its log lines, and what came in goes out again, unchanged, with the
/// requests that it makes on the way: so a trace does not break here, and nothing claims to be its parent.
package struct TraceContext: Hashable, Sendable {
  /// 32 lower-case hexadecimal digits, not all of them zero.
  package let traceID: String
  /// The caller's span: 16 lower-case hexadecimal digits, not all of them zero.
  package let parentID: String
  /// What is passed on. Of a version above 00 only what that version knows (§3.2.4).
  package let traceparent: String
  /// What is passed on; nil when there is none, or it is not what §3.3 asks for: then it is dropped whole.
  package let tracestate: String?

  /// The trace that the task at hand is part of, for the requests that it makes.
  @TaskLocal package static var current: TraceContext?

  /// The trace context of a request; nil for one without, or with one that is broken or given twice: a
  /// participant that cannot read it ignores it.
  package init?(_ fields: HTTPFields) {
    guard let parentName = Self.parentName, let stateName = Self.stateName else { return nil }
    let parents = fields[values: parentName]
    guard parents.count == 1, let text = parents.first else { return nil }
    self.init(traceparent: text, tracestate: fields[values: stateName])
  }

  /// The trace context of these field values.
  package init?(traceparent text: String, tracestate states: [String] = []) {
    let bytes = Array(text.utf8)
    guard bytes.count >= Self.length, [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
      let version = Self.hexadecimal(bytes[0..<2]), version != "ff",
      version == "00"
        ? bytes.count == Self.length : bytes.dropFirst(Self.length).first ?? Self.dash == Self.dash,
      let trace = Self.identifier(bytes[3..<35]), let parent = Self.identifier(bytes[36..<52]),
      let flags = Self.hexadecimal(bytes[53..<55])
    else { return nil }
    traceID = trace
    parentID = parent
    // Bit 0 is the last digit's lowest: set in every odd one.
    let isSampled = flags.utf8.last.map { "13579bdf".utf8.contains($0) } ?? false
    traceparent = version == "00" ? text : "00-\(trace)-\(parent)-\(isSampled ? "01" : "00")"
    tracestate = TraceState.joined(states)
  }

  /// The fields of an outgoing request.
  package var fields: [(name: String, value: String)] {
    [("traceparent", traceparent)] + (tracestate.map { [("tracestate", $0)] } ?? [])
  }

  /// Of version 00, and the least of any other.
  private static let length = 55
  private static let dash = UInt8(ascii: "-")
  private static let parentName = HTTPField.Name("traceparent")
  private static let stateName = HTTPField.Name("tracestate")

  private static func identifier(_ bytes: ArraySlice<UInt8>) -> String? {
    bytes.allSatisfy { $0 == UInt8(ascii: "0") } ? nil : hexadecimal(bytes)
  }

  /// The text of `bytes`; nil unless all are lower-case hexadecimal digits.
  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String? {
    let isHexadecimal = bytes.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
    return isHexadecimal ? String(decoding: bytes, as: UTF8.self) : nil
  }
}

/// What vendors say of a trace: `key=value` members, separated by commas (W3C Trace Context §3.3.1).
private enum TraceState {
  static let maximumBytes = 512
  static let maximumMembers = 32

  /// The fields' values as one; nil when there is no member, or any of them is not as it should be.
  static func joined(_ values: [String]) -> String? {
    let text = values.joined(separator: ",")
    guard text.utf8.count <= maximumBytes else { return nil }
    var keys: Set<[UInt8]> = []
    for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let member = trimmed(Array(part)[...])
      // An empty member is allowed, and none.
      guard !member.isEmpty else { continue }
      guard let key = key(of: member), keys.insert(key).inserted else { return nil }
    }
    return (1...maximumMembers).contains(keys.count) ? text : nil
  }

  /// The key of a member that is well formed.
  private static func key(of member: ArraySlice<UInt8>) -> [UInt8]? {
    guard let equals = member.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let (key, value) = (member[..<equals], member[member.index(after: equals)...])
    guard (1...256).contains(key.count), let first = key.first, isLetterOrDigit(first),
      key.allSatisfy({ isLetterOrDigit($0) || "_-*/@".utf8.contains($0) }),
      key.count(where: { $0 == UInt8(ascii: "@") }) <= 1
    else { return nil }
    guard (1...256).contains(value.count),
      value.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=") })
    else { return nil }
    return Array(key)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    var bytes = bytes.drop(while: isSpace)
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return bytes
  }
}

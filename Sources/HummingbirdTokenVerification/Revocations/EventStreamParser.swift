/// Takes apart a stream of server-sent events (HTML, section 9.2.6), as its bytes come.
///
/// Only the data of events is of use here: where a feed goes on is said, signed, in the data.
struct EventStreamParser {
  /// The most bytes of one event that are kept.
  let maximumBytes: Int

  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  /// The last byte was a carriage return: a line feed after it ends no second line.
  private var isAfterReturn = false
  private var isFirstLine = true

  /// A parser at the beginning of a stream.
  init(maximumBytes: Int) {
    self.maximumBytes = maximumBytes
  }

  /// The data of the events that end in `bytes`, those with any.
  /// - Throws: ``RevocationFeedError`` when an event is larger than it may be; the stream is of no use then.
  mutating func read(_ bytes: some Sequence<UInt8>) throws(RevocationFeedError) -> [[UInt8]] {
    var events: [[UInt8]] = []
    for byte in bytes {
      let endsPair = isAfterReturn && byte == Self.lineFeed
      isAfterReturn = byte == Self.carriageReturn
      if endsPair { continue }
      guard byte == Self.lineFeed || byte == Self.carriageReturn else {
        guard line.count + data.count < maximumBytes else {
          throw RevocationFeedError("an event of more than \(maximumBytes) bytes")
        }
        line.append(byte)
        continue
      }
      if let event = endLine() { events.append(event) }
    }
    return events
  }

  /// The event that the line ends, if it is empty and an event has begun.
  private mutating func endLine() -> [UInt8]? {
    defer {
      line.removeAll(keepingCapacity: true)
      isFirstLine = false
    }
    if isFirstLine, line.starts(with: Self.byteOrderMark) { line.removeFirst(Self.byteOrderMark.count) }
    guard line.isEmpty else {
      readField()
      return nil
    }
    defer { (data, hasData) = ([], false) }
    return hasData ? data : nil
  }

  private mutating func readField() {
    let name = line.prefix { $0 != UInt8(ascii: ":") }
    guard name.elementsEqual(Self.dataName) else { return }
    var value = line[name.endIndex...].dropFirst()
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    if hasData { data.append(Self.lineFeed) }
    data += value
    hasData = true
  }

  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  private static let dataName = Array("data".utf8)
}

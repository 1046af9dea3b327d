import NIOCore

/// What a server said to one request, as far as a benchmark looks.
struct Answer {
  let status: Int
  let hasRetryAfter: Bool
  let body: ByteBuffer

  /// The text of a string member of the body, which holds no escapes; nil when there is none.
  func text(of member: String) -> String? {
    let pattern = Array("\"\(member)\":\"".utf8)
    let span = body.readableBytesUInt8Span
    var start = 0
    while start + pattern.count < span.count {
      if span.starts(with: pattern, at: start) {
        let first = start + pattern.count
        guard let end = (first..<span.count).first(where: { span[$0] == UInt8(ascii: "\"") }) else {
          return nil
        }
        return body.getString(at: body.readerIndex + first, length: end - first)
      }
      start += 1
    }
    return nil
  }
}

/// Reads HTTP/1.1 answers that have a `Content-Length`, which all of the servers here send.
struct AnswerReader {
  private var buffer = ByteBuffer()

  mutating func append(_ bytes: inout ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = bytes
    } else {
      buffer.writeBuffer(&bytes)
    }
  }

  /// The next whole answer; nil while some of it has not come.
  mutating func next() -> Answer? {
    guard let head = Head(buffer.readableBytesUInt8Span),
      buffer.readableBytes >= head.byteCount + head.bodyByteCount
    else { return nil }
    buffer.moveReaderIndex(forwardBy: head.byteCount)
    guard let body = buffer.readSlice(length: head.bodyByteCount) else { return nil }
    return Answer(status: head.status, hasRetryAfter: head.hasRetryAfter, body: body)
  }

  private struct Head {
    var status = 0
    var byteCount = 0
    var bodyByteCount = 0
    var hasRetryAfter = false

    init?(_ bytes: borrowing Span<UInt8>) {
      var lineStart = 0
      for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
        if index == lineStart + 1 {
          byteCount = index + 1
          return
        }
        if lineStart == 0 {
          status = bytes.decimal(at: 9)
        } else if bytes.starts(with: Self.contentLength, at: lineStart) {
          bodyByteCount = bytes.decimal(at: lineStart + Self.contentLength.count)
        } else if bytes.starts(with: Self.retryAfter, at: lineStart) {
          hasRetryAfter = true
        }
        lineStart = index + 1
      }
      return nil
    }

    private static let contentLength = Array("content-length: ".utf8)
    private static let retryAfter = Array("retry-after: ".utf8)
  }
}

extension Span<UInt8> {
  /// Whether the bytes from `start` on begin with `pattern`, whatever the case of their letters.
  fileprivate func starts(with pattern: [UInt8], at start: Int) -> Bool {
    guard start + pattern.count <= count else { return false }
    for offset in pattern.indices {
      let byte = self[start + offset]
      let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      guard (isCapital ? byte | 0x20 : byte) == pattern[offset] else { return false }
    }
    return true
  }

  /// The number whose digits begin at `start`.
  fileprivate func decimal(at start: Int) -> Int {
    var number = 0
    var index = start
    while index < count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self[index]) {
      number = number * 10 + Int(self[index] - UInt8(ascii: "0"))
      index += 1
    }
    return number
  }
}

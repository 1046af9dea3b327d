import HTTPTypes
import SignetTesting
import Testing

@testable import HummingbirdTokenVerification

@Suite struct TraceContextTests {
  private static let trace = "0af7651916cd43dd8448eb211c80319c"
  private static let parent = "b7ad6b7169203331"
  private static let whole = "00-\(trace)-\(parent)-01"

  @Test(arguments: ["00", "01", "02", "ff", "a5"])
  func `version 00 is passed on as it came, whatever its flags`(flags: String) throws {
    let text = "00-\(Self.trace)-\(Self.parent)-\(flags)"
    let context = try #require(TraceContext(traceparent: text))
    #expect(context.traceID == Self.trace)
    #expect(context.parentID == Self.parent)
    #expect(context.traceparent == text)
    #expect(context.tracestate == nil)
    #expect(context.fields.map(\.name) == ["traceparent"])
  }

  @Test(arguments: [
    ("cc-\(trace)-\(parent)-01", "01"), ("cc-\(trace)-\(parent)-00", "00"),
    ("cc-\(trace)-\(parent)-ff", "01"),
    ("cc-\(trace)-\(parent)-fe", "00"), ("01-\(trace)-\(parent)-01-what the future brings", "01"),
    ("fe-\(trace)-\(parent)-03-", "01"),
  ])
  func `a later version is read as far as 00 goes, and passed on as 00`(text: String, flags: String) throws {
    let context = try #require(TraceContext(traceparent: text))
    #expect(context.traceparent == "00-\(Self.trace)-\(Self.parent)-\(flags)")
  }

  @Test(arguments: [
    "", "00", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-", "00-\(trace)-\(parent)-1",
    "00-\(trace)-\(parent)-011", "00-\(trace)-\(parent)-01-", "00-\(trace)-\(parent)-01-more",
    "00-\(trace)-\(parent)-0g", "00-\(trace)-\(parent)-0A", "00-\(trace.uppercased())-\(parent)-01",
    "00-\(trace)-\(parent.uppercased())-01", "ff-\(trace)-\(parent)-01", "FF-\(trace)-\(parent)-01",
    "0-\(trace)-\(parent)-01", "0x-\(trace)-\(parent)-01", "000-\(trace)-\(parent)-01",
    "00-00000000000000000000000000000000-\(parent)-01", "00-\(trace)-0000000000000000-01",
    "00-\(trace.dropLast())-\(parent)-01", "00-\(trace)0-\(parent)-01", "00_\(trace)-\(parent)-01",
    "00-\(trace)_\(parent)-01", "00-\(trace)-\(parent)_01", "00-\(trace)-\(parent)-01 ",
    " 00-\(trace)-\(parent)-01", "cc-\(trace)-\(parent)-01more", "cc-\(trace)-\(parent)-0",
    "00-\(trace.dropLast())é-\(parent)-01", "00-\(trace)-\(parent)-01\u{301}", "00-\(trace)-\(parent)-0١",
  ])
  func `what is no traceparent is ignored, with its tracestate`(text: String) {
    #expect(TraceContext(traceparent: text, tracestate: ["a=1"]) == nil)
  }

  @Test func `a request with two traceparents has none`() throws {
    let parent = try #require(HTTPField.Name("traceparent"))
    let state = try #require(HTTPField.Name("tracestate"))
    var fields = HTTPFields()
    #expect(TraceContext(fields) == nil)
    fields.append(HTTPField(name: state, value: "a=1"))
    #expect(TraceContext(fields) == nil)
    fields.append(HTTPField(name: parent, value: Self.whole))
    fields.append(HTTPField(name: state, value: "b=2"))
    #expect(TraceContext(fields)?.tracestate == "a=1,b=2")
    fields.append(HTTPField(name: parent, value: Self.whole))
    #expect(TraceContext(fields) == nil)
  }

  @Test(arguments: [
    ["rojo=00f067aa0ba902b7"], ["rojo=1,congo=t61rcWkgMzE"], ["a=1", "b=2"], ["a=1 , \tb=2"], ["a=1,,b=2,"],
    ["fw529a3039@dt=FfffffCWx;y", "0a@b=x"], ["a=b c"], ["0a=1"], ["a-b*c/d_e=!~"],
    [String(repeating: "k", count: 256) + "=1"], ["k=" + String(repeating: "v", count: 256)],
    [(0..<32).map { "k\($0)=1" }.joined(separator: ",")],
  ])
  func `a tracestate is passed on whole`(values: [String]) {
    let context = TraceContext(traceparent: Self.whole, tracestate: values)
    #expect(context?.tracestate == values.joined(separator: ","))
    #expect(context?.fields.map(\.name) == ["traceparent", "tracestate"])
  }

  @Test(arguments: [
    [], [""], [","], ["a"], ["=1"], ["a="], ["a=1,b"], ["A=1"], ["_a=1"], ["a=1=2"], ["a=1,a=2"],
    ["a=1", "a=1"], ["a@b@c=1"], ["@a=1"], ["a b=1"], ["é=1"], ["a=é"], ["a=\u{7F}"], ["a=1\u{0B}"],
    [String(repeating: "k", count: 257) + "=1"], ["k=" + String(repeating: "v", count: 257)],
    [(0..<33).map { "k\($0)=1" }.joined(separator: ",")],
    ["a=" + String(repeating: "v", count: 255), "b=" + String(repeating: "v", count: 255)],
  ])
  func `a tracestate that is not as it should be is dropped whole, and the trace goes on`(values: [String]) {
    let context = TraceContext(traceparent: Self.whole, tracestate: values)
    #expect(context != nil)
    #expect(context?.tracestate == nil)
  }

  @Test func `no bytes trap the reader`() {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    for _ in 0..<20_000 {
      var bytes = Array(Self.whole.utf8)
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
      }
      if Bool.random(using: &random) { bytes.removeLast(Int.random(in: bytes.indices, using: &random)) }
      let text = String(decoding: bytes, as: UTF8.self)
      guard let context = TraceContext(traceparent: text, tracestate: [text]) else { continue }
      #expect(context.traceID.utf8.count == 32 && context.parentID.utf8.count == 16, "\(seed)")
      #expect(context.traceparent.utf8.count == 55)
    }
  }
}

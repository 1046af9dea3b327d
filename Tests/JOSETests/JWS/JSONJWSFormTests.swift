import SignetTesting
import Testing

@testable import JOSE

@Suite struct JSONJWSFormTests {
  private static let good = #"{"payload":"QQ","protected":"eyJhbGciOiJIUzI1NiJ9","signature":"AAAA"}"#

  private func read(_ text: String) -> JOSEError.Code? {
    refusal { try JSONJWS(Array(text.utf8)) }
  }

  private func read(protected: String? = nil, header: String? = nil) -> JOSEError.Code? {
    let protected = protected.map { #""protected":"\#(Base64URL.encode($0.utf8))","# } ?? ""
    let header = header.map { #""header":\#($0),"# } ?? ""
    return read(#"{"payload":"QQ",\#(protected)\#(header)"signature":"AAAA"}"#)
  }

  @Test(arguments: [
    "[]", "1", "null", "\"a\"", "{}", #"{"payload":"QQ"}"#,
    #"{"payload":"QQ","protected":"eyJhbGciOiJIUzI1NiJ9"}"#,
    #"{"payload":"QQ","protected":"eyJhbGciOiJIUzI1NiJ9","signature":""}"#,
    #"{"payload":"QQ","protected":"eyJhbGciOiJIUzI1NiJ9","signature":1}"#,
    #"{"payload":1,"protected":"eyJhbGciOiJIUzI1NiJ9","signature":"AAAA"}"#,
    #"{"payload":null,"protected":"eyJhbGciOiJIUzI1NiJ9","signature":"AAAA"}"#,
    #"{"payload":"QQ","protected":{"alg":"HS256"},"signature":"AAAA"}"#,
    #"{"payload":"QQ","signatures":[]}"#, #"{"payload":"QQ","signatures":{}}"#,
    #"{"payload":"QQ","signatures":[1]}"#, #"{"payload":"QQ","signatures":null}"#,
    #"{"signatures":[{"protected":"eyJhbGciOiJIUzI1NiJ9","signature":"AAAA"}],"signature":"AAAA"}"#,
    #"{"signatures":[{"protected":"eyJhbGciOiJIUzI1NiJ9","signature":"AAAA"}],"header":{"a":1}}"#,
    #"{"signatures":[{"protected":"eyJhbGciOiJIUzI1NiJ9","signature":"AAAA"}],"protected":"e30"}"#,
  ])
  func `another form than RFC 7515 has is refused`(text: String) {
    #expect(read(text) == .malformedToken)
  }

  @Test func `a good form is read, and what it does not name is ignored`() {
    #expect(read(Self.good) == nil)
    #expect(read(String(Self.good.dropLast()) + #","more":[1]}"#) == nil)
    let one = #"{"protected":"eyJhbGciOiJIUzI1NiJ9","signature":"AAAA","more":1}"#
    #expect(read(#"{"payload":"QQ","signatures":[\#(one)],"more":1}"#) == nil)
    #expect(read(#"{"signatures":[\#(one),\#(one)]}"#) == nil)
  }

  @Test func `T8 the text and both headers are strict JSON`() {
    #expect(read(Self.good + "x") == .malformedJSON)
    #expect(read(String(Self.good.dropLast()) + #","payload":"QQ"}"#) == .duplicateMember)
    #expect(read(String(Self.good.dropLast()) + #","\u0070ayload":"QQ"}"#) == .duplicateMember)
    #expect(read(protected: #"{"alg":"HS256","alg":"none"}"#) == .duplicateMember)
    #expect(read(protected: #"{"alg":"HS256"}"#, header: #"{"a":1,"a":2}"#) == .duplicateMember)
    #expect(read(protected: #"{"alg":"HS256"}x"#) == .malformedJSON)
    #expect(read(protected: #"{"alg":"HS256"}"#, header: #"{"a":1}"#) == nil)
  }

  @Test func `T7 protected, payload and signature are canonical base64url`() throws {
    for (name, value) in [
      ("protected", "eyJhbGciOiJIUzI1NiJ9="), ("signature", "AAA="), ("signature", "AB"),
      ("signature", "AA+A"),
    ] {
      let text = try ParsedJSON(parsing: Array(Self.good.utf8)).json().replacing(name, by: .string(value))
      #expect(read(text.encodedString()) == .malformedBase64URL, "\(name)")
    }
    let key = try TestKeys.verification(.hs256)
    for payload in ["QR", "QQ==", "Q+", "Q Q"] {
      let signature = try TestKeys.signing(.hs256).signature(
        over: Array("eyJhbGciOiJIUzI1NiJ9.\(payload)".utf8))
      let text: JSON = [
        "payload": .string(payload), "protected": "eyJhbGciOiJIUzI1NiJ9",
        "signature": .string(Base64URL.encode(signature)),
      ]
      #expect(refusal { try JSONJWS(text.encoded()).verify(.any, with: [key]) } == .malformedBase64URL)
    }
  }

  @Test func `T9 the size is checked first, and at most 16 signatures are read`() {
    let limit = CompactJWS.defaultMaximumBytes
    let open = String(Self.good.dropLast()) + #","more":""#
    let full = open + String(repeating: "a", count: limit - open.utf8.count - 2) + "\"}"
    #expect(read(full) == nil)
    #expect(read(" " + full) == .tooLarge)
    #expect(read(String(repeating: "[", count: limit + 1)) == .tooLarge)
    let one = #"{"protected":"eyJhbGciOiJIUzI1NiJ9","signature":"AAAA"}"#
    func general(_ count: Int) -> String {
      #"{"payload":"QQ","signatures":[\#(Array(repeating: one, count: count).joined(separator: ","))]}"#
    }
    #expect(read(general(16)) == nil)
    #expect(read(general(17)) == .tooLarge)
  }

  @Test(
    arguments: [
      (nil, nil, JOSEError.Code.malformedHeader), ("{}", #"{"alg":"HS256"}"#, .malformedHeader),
      (#"{"alg":"HS256"}"#, "{}", .malformedHeader), (#"{"alg":"HS256"}"#, "[]", .malformedHeader),
      (#"{"alg":"HS256"}"#, "\"a\"", .malformedHeader), ("[1]", nil, .malformedHeader),
      (#"{"alg":1}"#, nil, .malformedHeader), (#"{"typ":"a"}"#, nil, .malformedHeader),
      (#"{"alg":"HS256","kid":1}"#, nil, .malformedHeader),
      (#"{"alg":"HS256"}"#, #"{"kid":1}"#, .malformedHeader),
      (#"{"alg":"HS256"}"#, #"{"typ":1}"#, .malformedHeader),
      (#"{"alg":"HS256","cty":[]}"#, nil, .malformedHeader),
      (#"{"alg":"HS256"}"#, #"{"alg":"HS256"}"#, .malformedToken),
      (#"{"alg":"HS256","kid":"a"}"#, #"{"\u006bid":"b"}"#, .malformedToken),
      (#"{"alg":"HS256","x":1}"#, #"{"x":1}"#, .malformedToken),
    ] as [(String?, String?, JOSEError.Code)])
  func `headers are objects with an alg, and have no parameter in common`(
    protected: String?, header: String?, code: JOSEError.Code
  ) {
    #expect(read(protected: protected, header: header) == code)
  }

  @Test func `T10 crit and b64 stand in the protected header only`() {
    let alg = #"{"alg":"HS256"}"#
    #expect(read(protected: alg, header: #"{"crit":["b64"]}"#) == .criticalHeader)
    #expect(read(protected: alg, header: #"{"crit":["b64"],"b64":false}"#) == .criticalHeader)
    #expect(read(protected: alg, header: #"{"b64":false}"#) == .criticalHeader)
    #expect(read(protected: alg, header: #"{"b64":true}"#) == .criticalHeader)
    #expect(
      read(protected: #"{"alg":"HS256","crit":["b64"]}"#, header: #"{"b64":false}"#) == .criticalHeader)
    #expect(read(protected: #"{"alg":"HS256","crit":["b64"],"b64":false}"#, header: #"{"a":1}"#) == nil)
    #expect(read(protected: #"{"alg":"HS256","crit":["b64"],"b64":1}"#) == .malformedHeader)
  }

  @Test func `T10 b64 is the same for all signatures`() {
    func one(_ header: String) -> String {
      #"{"protected":"\#(Base64URL.encode(header.utf8))","signature":"AAAA"}"#
    }
    let plain = one(#"{"alg":"HS256"}"#), unencoded = one(#"{"alg":"ES256","b64":false,"crit":["b64"]}"#)
    let encoded = one(#"{"alg":"ES256","b64":true,"crit":["b64"]}"#),
      unlisted = one(#"{"alg":"ES256","b64":false}"#)
    for (signatures, code) in [
      ([plain, encoded], nil), ([unencoded, unencoded], nil), ([plain, unencoded], .criticalHeader),
      ([unencoded, plain], .criticalHeader), ([plain, unlisted], .criticalHeader),
    ] as [([String], JOSEError.Code?)] {
      #expect(read(#"{"payload":"QQ","signatures":[\#(signatures.joined(separator: ","))]}"#) == code)
    }
  }

  @Test func `T21 no bytes trap the reader of JSON serializations`() throws {
    let seed = Seed.fromEnvironment()
    var random = seed.generator()
    let key = try TestKeys.verification(.hs256)
    let texts = [
      Self.good, #"{"signatures":[{"header":{"alg":"HS256"},"signature":"AAAA"}]}"#, "{}", "[",
    ].map { Array($0.utf8) }
    for round in 0..<4000 {
      var bytes = texts[round % texts.count]
      for _ in 0...Int(random.next() % 4) {
        let index = Int(random.next() % UInt64(bytes.count))
        bytes[index] = UInt8(truncatingIfNeeded: random.next())
      }
      let isAccepted = refusal { try JSONJWS(bytes).verify(.any, with: [key]) } == nil
      #expect(!isAccepted, "\(seed)")
    }
  }
}

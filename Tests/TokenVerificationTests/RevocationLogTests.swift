import JOSE
import Testing
import TokenVerification

@Suite struct RevocationLogTests {
  @Test func `a position reads back from its text`() throws {
    let position = RevocationPosition(epoch: "q7Zk1nM-_0A", sequence: 41)
    #expect(position.description == "q7Zk1nM-_0A.41")
    #expect(RevocationPosition("q7Zk1nM-_0A.41") == position)
    #expect(RevocationPosition("e.0")?.sequence == 0)
    #expect(RevocationPosition("e.\(Int64.max)")?.sequence == .max)
  }

  @Test(arguments: [
    "", ".", "e", "e.", ".1", "e.01", "e.+1", "e.-1", "e.1.2", "e.1 ", " e.1", "é.1", "e=.1",
    "e.9223372036854775808",
    "abcdefghijklmnopq.1", "e.1\n", "e.٣",
  ])
  func `what is no position is refused`(text: String) {
    #expect(RevocationPosition(text) == nil)
  }

  @Test func `a subject is the first 16 bytes of a digest that anyone can make`() throws {
    // printf 'sid\0https://id.example.com\0s1' | sha256sum
    let subject = RevocationSubject(.session, id: "s1", issuer: "https://id.example.com")
    #expect(Base64URL.encode(subject.bytes) == "2Ub5-MXruAFYXTSgITSovg")
    #expect(RevocationSubject(bytes: subject.bytes) == subject)
    #expect(RevocationSubject(bytes: Array(subject.bytes.dropLast())) == nil)
    #expect(RevocationSubject(bytes: subject.bytes + [0]) == nil)
  }

  @Test func `subjects differ by kind, by issuer, by identifier, and where one ends and the next begins`() {
    let subjects: Set<RevocationSubject> = [
      RevocationSubject(.session, id: "a", issuer: "i"), RevocationSubject(.account, id: "a", issuer: "i"),
      RevocationSubject(.session, id: "b", issuer: "i"), RevocationSubject(.session, id: "a", issuer: "j"),
      RevocationSubject(.session, id: "ia", issuer: ""), RevocationSubject(.session, id: "", issuer: "ia"),
    ]
    #expect(subjects.count == 6)
  }
}

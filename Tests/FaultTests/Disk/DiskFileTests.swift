import Foundation
import SignetTesting
import Testing

/// The disk that the kill test believes in: what is synced stays, and nothing else is promised.
@Suite struct DiskFileTests {
  private static func file(_ content: String?, _ events: [Trace.Event], _ loss: Loss, seed: UInt64 = 1)
    -> String?
  {
    var generator = SplitMix64(seed: seed)
    var file = DiskFile(content: content.map { Data($0.utf8) })
    for event in events { file.apply(event, loss: loss, using: &generator) }
    file.cutPower(loss, using: &generator)
    return file.content.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func write(_ text: String, at offset: Int) -> Trace.Event {
    .write(offset: offset, bytes: Data(text.utf8))
  }

  @Test func `what was synced stays, what was not is lost or kept as the loss says`() {
    let events = [Self.write("ab", at: 0), .sync, Self.write("XY", at: 1)]
    #expect(Self.file("....", events, .everything) == "ab..")
    #expect(Self.file("....", events, .nothing) == "aXY.")
    let endings = Set((0..<40).map { Self.file("....", events, .some, seed: $0) })
    #expect(endings == ["ab..", "aXY."])
  }

  @Test func `a write is torn between sectors and never inside one`() {
    let old = String(repeating: "o", count: 1024)
    let new = Self.write(String(repeating: "n", count: 1024), at: 0)
    let endings = Set((0..<200).compactMap { Self.file(old, [new], .some, seed: $0) })
    let halves = ["o", "n"].map { String(repeating: $0, count: 512) }
    #expect(endings == Set(halves.flatMap { first in halves.map { first + $0 } }))
  }

  @Test func `a sync that failed covers nothing, and the next one does not make up for it`() {
    let events = [Self.write("ab", at: 0), .lostSync, .sync]
    #expect(Self.file("..", events, .everything) == "..")
    #expect(Self.file("..", [Self.write("ab", at: 0), .sync], .everything) == "ab")
    let endings = Set((0..<40).map { Self.file("..", events, .some, seed: $0) })
    #expect(endings == ["..", "ab"])
  }

  @Test func `a truncation is as uncertain as a write`() {
    #expect(Self.file("abcd", [.truncate(size: 2)], .everything) == "abcd")
    #expect(Self.file("abcd", [.truncate(size: 2), .sync], .everything) == "ab")
    #expect(Self.file("ab", [.truncate(size: 3), .sync], .everything) == "ab\0")
  }

  @Test func `a new file's name is lost with its content until the folder is synced`() {
    let events: [Trace.Event] = [.create, Self.write("ab", at: 0), .sync]
    #expect(Self.file(nil, events, .everything) == nil)
    #expect(Self.file("old", [.unlink], .everything) == "old")
    #expect(Self.file("old", [.unlink], .nothing) == nil)
    var generator = SplitMix64(seed: 1)
    var named = DiskFile(content: nil)
    for event in events { named.apply(event, loss: .everything, using: &generator) }
    named.syncName()
    named.cutPower(.everything, using: &generator)
    #expect(named.content == Data("ab".utf8))
  }

  @Test func `a trace is read up to the record that the kill cut short`() {
    func integer(_ value: UInt64, bytes: Int) -> [UInt8] {
      (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (UInt64($0) * 8)) }
    }
    let write = integer(1, bytes: 4) + integer(2, bytes: 4) + integer(9, bytes: 8) + integer(3, bytes: 8)
    let sync = integer(3, bytes: 4) + integer(2, bytes: 4) + integer(0, bytes: 16)
    let whole = write + Array("abc".utf8) + sync
    let trace = Trace(Data(whole + write + Array("ab".utf8)))
    #expect(trace.records.map(\.file) == [.log, .log])
    #expect(trace.records.map(\.event) == [.write(offset: 9, bytes: Data("abc".utf8)), .sync])
    #expect(Trace(Data(whole.dropLast())).records.count == 1)
  }
}

import Foundation
import SignetTesting

/// What becomes of writes that no sync covered.
enum Loss: CaseIterable, Sendable {
  /// The kernel lives on and writes all of them: a kill, and no power cut.
  case nothing
  /// Each was written, or not, or in a part of its sectors.
  case some
  /// None was written.
  case everything
}

/// A file as the disk holds it, and what was done to it that the disk need not hold.
struct DiskFile {
  /// What is certain; nil when there is no such file.
  private(set) var content: Data?
  private var unsynced: [Trace.Event] = []
  /// How many writes and truncations the disk need not hold.
  var unsyncedCount: Int { unsynced.count }
  /// The name was made or removed, and the folder not synced since. Holds what was there before.
  private var earlier: Data??

  init(content: Data?) {
    self.content = content
  }

  mutating func apply(_ event: Trace.Event, loss: Loss, using generator: inout SplitMix64) {
    switch event {
    case .write, .truncate: unsynced.append(event)
    case .sync:
      for event in unsynced { perform(event) }
      unsynced = []
    case .lostSync:
      performSome(loss, using: &generator)
    case .create, .unlink:
      if earlier == nil { earlier = .some(content) }
      content = event == .create ? Data() : nil
      unsynced = []
    }
  }

  /// The folder was synced: the file's name is as sure as its content.
  mutating func syncName() {
    earlier = nil
  }

  /// Decides what became of all that is not certain.
  mutating func cutPower(_ loss: Loss, using generator: inout SplitMix64) {
    if let before = earlier, loss == .everything || (loss == .some && Bool.random(using: &generator)) {
      content = before
      unsynced = []
    }
    earlier = nil
    performSome(loss, using: &generator)
  }

  private mutating func performSome(_ loss: Loss, using generator: inout SplitMix64) {
    for event in unsynced {
      switch loss {
      case .nothing: perform(event)
      case .everything: break
      case .some: performPart(of: event, using: &generator)
      }
    }
    unsynced = []
  }

  private mutating func performPart(of event: Trace.Event, using generator: inout SplitMix64) {
    switch Int.random(in: 0..<3, using: &generator) {
    case 0: perform(event)
    case 1: break
    default:
      guard case .write(let offset, let bytes) = event else { return }
      let sector = Bool.random(using: &generator) ? 512 : 4096
      for start in stride(from: 0, to: bytes.count, by: sector) where Bool.random(using: &generator) {
        let part = bytes.dropFirst(start).prefix(sector)
        perform(.write(offset: offset + start, bytes: part))
      }
    }
  }

  private mutating func perform(_ event: Trace.Event) {
    guard var data = content else { return }
    // So that `data` is the only reference, and changes in place.
    content = nil
    switch event {
    case .write(let offset, let bytes):
      let end = offset + bytes.count
      if data.count < end { data.append(Data(count: end - data.count)) }
      data.replaceSubrange(offset..<end, with: bytes)
    case .truncate(let size) where size < data.count:
      data.removeSubrange(size..<data.count)
    case .truncate(let size):
      data.append(Data(count: size - data.count))
    case .sync, .lostSync, .create, .unlink: break
    }
    content = data
  }
}

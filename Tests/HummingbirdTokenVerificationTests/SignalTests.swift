import Testing

@testable import HummingbirdTokenVerification

@Suite struct SignalTests {
  @Test func `a signal that came before the wait is not lost`() async {
    let signal = Signal()
    let count = signal.count
    signal.raise()
    await signal.wait(past: count, atMost: .seconds(60))
    #expect(signal.count == count + 1)
  }

  @Test func `everyone who waits is woken`() async {
    let (signal, ready) = (Signal(), Signal())
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          let count = signal.count
          ready.raise()
          await signal.wait(past: count, atMost: .seconds(60))
        }
      }
      while ready.count < 20 { await ready.wait(past: ready.count, atMost: .milliseconds(10)) }
      signal.raise()
    }
    #expect(signal.count == 1)
  }

  @Test func `a wait ends at its limit, and when its task is cancelled`() async {
    let signal = Signal()
    await signal.wait(past: 0, atMost: .milliseconds(1))
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await signal.wait(past: 0, atMost: .seconds(60)) }
      group.cancelAll()
    }
    #expect(signal.count == 0)
  }
}

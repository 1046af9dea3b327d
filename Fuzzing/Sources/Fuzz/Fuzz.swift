import CLibFuzzer
import Foundation

/// Feeds one reader of the library with bytes that libFuzzer makes up, and ends the process at the first
/// input for which it does not keep its promises.
///
///     Fuzz list                    the targets
///     Fuzz seeds TARGET FOLDER     writes the inputs to begin with
///     Fuzz TARGET CORPUS… -OPTION  libFuzzer's own arguments
@main struct Fuzz {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "list": for target in FuzzTarget.allCases { print(target.rawValue) }
    case "seeds": writeSeeds(Array(arguments.dropFirst()))
    case let name?:
      guard let target = FuzzTarget(rawValue: name) else { usage() }
      exit(run(target))
    case nil: usage()
    }
  }

  private static func usage() -> Never {
    FileHandle.standardError.write(
      Data("usage: Fuzz list | seeds TARGET FOLDER | TARGET [libFuzzer's]\n".utf8))
    exit(2)
  }

  private static func writeSeeds(_ arguments: [String]) {
    guard arguments.count == 2, let target = FuzzTarget(rawValue: arguments[0]) else { usage() }
    do {
      for (index, seed) in target.seeds.enumerated() {
        let file = URL(filePath: arguments[1]).appending(path: "seed-\(index)")
        try Data(seed).write(to: file)
      }
    } catch {
      fatalError("the seeds cannot be written: \(error)")
    }
  }

  /// The target that the callback runs: a C function pointer carries nothing along.
  nonisolated(unsafe) private static var target = FuzzTarget.base64URL

  private static func run(_ chosen: FuzzTarget) -> CInt {
    // SAFETY: set once, before libFuzzer calls back on this same thread.
    unsafe target = chosen
    // SAFETY: the process's own arguments, which live as long as it does; the second is ours, and taken out.
    var count = CommandLine.argc - 1
    unsafe CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
    var values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv + 1
    return unsafe LLVMFuzzerRunDriver(&count, &values) { data, size in
      // SAFETY: libFuzzer lends `size` bytes for the time of the call; they are copied.
      let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
      unsafe Fuzz.target.check(input)
      return 0
    }
  }
}

/// Ends the process, so that libFuzzer keeps the input that led here.
func require(_ condition: Bool, _ promise: @autoclosure () -> String) {
  guard condition else { fatalError("broken: \(promise())") }
}

/// The value, or the end of the process: what our own side wrote must be readable again.
func must<Value>(_ promise: String, _ body: () throws -> Value) -> Value {
  do {
    return try body()
  } catch {
    fatalError("broken: \(promise): \(error)")
  }
}

/// The value; nil when it is refused.
func accepted<Value>(_ body: () throws -> Value) -> Value? {
  do {
    return try body()
  } catch {
    return nil
  }
}

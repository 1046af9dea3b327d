import Foundation
import SignetTesting

/// The library of `Tests/FaultLayer`, built once by the system's C compiler, and what a process needs to load
/// it.
enum FaultLayer {
  /// The environment of a process that is to run under the layer.
  static func environment(database: String, trace: String, control: String) throws -> [String: String] {
    [
      "LD_PRELOAD": try library.get(), "FAULT_LAYER_DATABASE": database, "FAULT_LAYER_TRACE": trace,
      "FAULT_LAYER_CONTROL": control,
    ]
  }

  private static let library = Result { try build() }

  private static func build() throws -> String {
    let sources = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "FaultLayer")
    let library = URL(filePath: try BuiltProducts.folder()).appending(path: "fault-layer.so")
    let made = library.path + ".\(ProcessInfo.processInfo.processIdentifier)"
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.currentDirectoryURL = sources
    // Renamed when it is complete: another run may be loading the library at this moment.
    process.arguments = [
      "-c",
      """
      $(command -v cc || command -v clang) -std=gnu11 -O1 -Wall -Wextra -Werror -fPIC -shared \
      -o "$1" *.c -ldl -lpthread && mv "$1" "$2"
      """, "build", made, library.path,
    ]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw FixtureError() }
    return library.path
  }
}

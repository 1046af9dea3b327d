package import Foundation

/// A virtual environment of Python with other people's libraries, which the first use makes.
package struct PythonEnvironment: Sendable {
  /// The interpreter that has the libraries; nil when they cannot be installed.
  package let interpreter: String?

  /// The environment `.build/NAME`, with what the file `requirements` lists. It is made once a build folder,
  /// and again when the list changes.
  package init(_ name: String, requirements: URL) {
    do {
      interpreter = try Self.install(VectorFolder.packageRoot.appending(path: ".build/\(name)"), requirements)
    } catch {
      interpreter = nil
    }
  }

  private static func install(_ folder: URL, _ requirements: URL) throws -> String? {
    let python = folder.appending(path: "bin/python").path
    let installed = folder.appending(path: "requirements.txt")
    if try FileManager.default.fileExists(atPath: installed.path)
      && Data(contentsOf: installed) == Data(contentsOf: requirements)
    {
      return python
    }
    if FileManager.default.fileExists(atPath: folder.path) {
      try FileManager.default.removeItem(at: folder)
    }
    guard try run("/usr/bin/env", ["python3", "-m", "venv", folder.path]) == 0,
      try run(python, ["-m", "pip", "install", "--quiet", "-r", requirements.path]) == 0
    else { return nil }
    try FileManager.default.copyItem(at: requirements, to: installed)
    return python
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

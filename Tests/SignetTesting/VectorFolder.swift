package import Foundation
package import Testing

/// The published test vectors, which lie beside the package and not in it: `../shared/vectors`, or the folder
/// that the environment variable `SIGNET_VECTORS` names.
package enum VectorFolder {
  /// For a test that needs the vectors. Without the folder the test is skipped; where the environment
  /// variable `CI` is set it runs all the same, and fails.
  package static var isRequired: ConditionTrait {
    .enabled(if: isPresent || isContinuousIntegration, "no vectors at \(url.path): see CONTRIBUTING.md")
  }

  /// The folder.
  package static let url =
    ProcessInfo.processInfo.environment["SIGNET_VECTORS"].map { URL(fileURLWithPath: $0) }
    ?? packageRoot.deletingLastPathComponent().appendingPathComponent("shared/vectors")

  /// The package's root.
  package static let packageRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  package static var isPresent: Bool {
    FileManager.default.fileExists(atPath: url.path)
  }

  package static var isContinuousIntegration: Bool {
    ProcessInfo.processInfo.environment["CI"] != nil
  }

  /// The bytes of a file below the folder, such as `rfc/7515-a1.json`.
  /// - Throws: When there is no such file.
  package static func bytes(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: url.appendingPathComponent(path)))
  }

  /// The paths, relative to the folder, of the files below `folder` whose names end in `suffix`; sorted.
  package static func files(below folder: String, suffix: String = ".json") throws -> [String] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: url.appendingPathComponent(folder).path)
    return names.filter { $0.hasSuffix(suffix) }.map { "\(folder)/\($0)" }.sorted()
  }
}

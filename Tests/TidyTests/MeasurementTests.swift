import Foundation
import SignetTesting
import Testing

@Suite(.blocking) struct MeasurementTests {
  /// What `Scripts/timing-report` concludes from its measurements, against known values.
  @Test func `the timing report's statistics are what they should be`() throws {
    let process = Process()
    process.executableURL = Project.root.appending(path: "Scripts/timing-report")
    process.arguments = ["--check"]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}

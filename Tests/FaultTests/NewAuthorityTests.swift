import Foundation
import SignetTesting
import Testing

/// What `signet init` has made is on the disk when it says so.
@Suite(.blocking) struct NewAuthorityTests {
  @Test(arguments: ["keyring", "signet.yaml"])
  func `a new authority's files are synced, and their names with them`(name: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "signet-new-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }
    let control = try FaultControl(path: path("control"))
    // The layer watches one file and its folder; which one it is makes no difference to it.
    let environment = try FaultLayer.environment(
      database: path("data/\(name)"), trace: path("trace"), control: control.path)
    try SignetProcess.run(["init", "--directory", path("data")], environment: environment)
    let records = try Trace(contentsOf: path("trace")).records
    let made = try #require(records.firstIndex { $0.file == .database && $0.event == .create })
    let synced = try #require(records.firstIndex { $0.file == .database && $0.event == .sync })
    let named = try #require(records.lastIndex { $0.file == .folder && $0.event == .sync })
    #expect(made < synced && synced < named)
  }
}

import Foundation
import SignetTesting
import Testing

@Suite(.blocking) struct ConsumerGraphTests {
  @Test(arguments: [
    (traits: "", packages: ["swift-asn1", "swift-crypto"]),
    (traits: "\"Hummingbird\"", packages: ["swift-asn1", "swift-crypto", "hummingbird"]),
  ])
  func `a dependent resolves what it uses and no more`(traits: String, packages: [String]) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "signet-consumer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appending(path: "Sources/Consumer"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("import JOSE\n".utf8).write(to: folder.appending(path: "Sources/Consumer/Consumer.swift"))
    try Data(Self.manifest(traits: traits).utf8).write(to: folder.appending(path: "Package.swift"))
    // A package that is depended on by path is called after its folder.
    let graph = try Self.dependencies(of: folder).subtracting([Project.root.lastPathComponent])
    #expect(Set(packages).isSubset(of: graph))
    #expect(!graph.contains("grdb.swift"))
    if traits.isEmpty { #expect(graph == Set(packages)) }
  }

  @Test func `the manifest that the documentation shows resolves swift-crypto and swift-asn1`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "signet-first-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appending(path: "Sources/first-token"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let shown = try Self.manifest(shownIn: "README.md")
    #expect(try Self.manifest(shownIn: "Sources/JOSE/JOSE.docc/QuickStart.md") == shown)
    let name = Project.root.lastPathComponent
    let manifest = shown.replacing("../signet", with: Project.root.path)
      .replacing("package: \"signet\"", with: "package: \"\(name)\"")
    try Data(manifest.utf8).write(to: folder.appending(path: "Package.swift"))
    try Data("import JOSE\n".utf8).write(to: folder.appending(path: "Sources/first-token/main.swift"))
    #expect(try Self.dependencies(of: folder).subtracting([name]) == ["swift-asn1", "swift-crypto"])
  }

  private static func manifest(shownIn page: String) throws -> String {
    let text = try String(contentsOf: Project.root.appending(path: page), encoding: .utf8)
    let start = try #require(text.range(of: "```swift\n// swift-tools-version"), "\(page) shows no manifest")
    let rest = text[text.index(start.lowerBound, offsetBy: 9)...]
    return rest.components(separatedBy: "\n```")[0] + "\n"
  }

  private static func manifest(traits: String) -> String {
    """
    // swift-tools-version: 6.2
    import PackageDescription

    let package = Package(
      name: "consumer",
      platforms: [.macOS(.v26)],
      dependencies: [.package(path: "\(Project.root.path)", traits: [\(traits)])],
      targets: [
        .target(
          name: "Consumer",
          dependencies: [.product(name: "JOSE", package: "\(Project.root.lastPathComponent)")])
      ]
    )
    """
  }

  /// The identities of all packages that `folder` depends on, however deep.
  private static func dependencies(of folder: URL) throws -> Set<String> {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "swift", "package", "--package-path", folder.path, "show-dependencies", "--format", "json",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "swift package show-dependencies failed")
    let start = try #require(data.firstIndex(of: UInt8(ascii: "{")), "no JSON")
    return try JSONDecoder().decode(Node.self, from: data[start...]).identitiesBelow()
  }

  private struct Node: Decodable {
    let identity: String
    let dependencies: [Node]

    func identitiesBelow() -> Set<String> {
      dependencies.reduce(into: []) { $0.formUnion($1.identitiesBelow().union([$1.identity])) }
    }
  }
}

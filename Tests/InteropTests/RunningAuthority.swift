import Foundation
import SignetTesting
import Testing

/// A real authority, made and started by the built binary, that signs with one algorithm.
final class RunningAuthority {
  static let issuer = "https://id.example.com"
  static let audience = "https://orders.example.com"

  /// Where it listens, as `http://127.0.0.1:PORT`.
  let address: String

  private let directory: URL
  private let server: BackgroundProcess

  /// Makes the authority, with an account `alice` whose role gives `orders:read`, and waits until it serves.
  ///
  /// With `hasSecret` the orders have a secret of their own, for HS256.
  init(signingWith algorithm: String, hasSecret: Bool = false, password: String) throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "signet-interop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let settings = """

      signing: {algorithm: \(algorithm)}
      resources:
        orders:
          audience: "\(Self.audience)"
          algorithm: \(hasSecret ? "HS256" : "default")
          scopes: ["orders:read"]
      roles: {clerk: {scopes: ["orders:read"]}}
      """
    // The first keys are of the default algorithm: two rotations bring one of this algorithm into use.
    let steps = """
      set -e
      signet init --directory data --issuer \(Self.issuer)
      cat >> data/signet.yaml
      signet keys rotate --config data --force
      signet keys rotate --config data --force
      """
    try Self.shell(steps, input: settings, in: directory)
    try Self.shell(
      "signet accounts add --config data --username alice --role clerk", input: password, in: directory)
    let process = Self.process("exec signet serve --config data --port 0", in: directory)
    server = try BackgroundProcess(process, errors: OutputFile(at: directory.appending(path: "log")))
    let ready = try #require(server.nextLine(), "the server did not start")
    address = try #require(ready.firstMatch(of: /http:\/\/[\d.]+:\d+/).map { String($0.output) })
  }

  deinit {
    _ = server.stop()
    try? FileManager.default.removeItem(at: directory)
  }

  /// Logs `alice` in for the API, and returns the access token. One for everything ends its session, too.
  func accessToken(password: String, forEverything: Bool = false) throws -> String {
    let resource = forEverything ? "" : #", "resource": "\#(Self.audience)""#
    let body = #"{"login": "alice", "password": "\#(password)"\#(resource)}"#
    let answer = try Self.shell(
      "curl -sf -H 'Content-Type: application/json' --data-binary @- \(address)/api/v1/login", input: body,
      in: directory)
    struct Tokens: Decodable { let access_token: String }
    return try JSONDecoder().decode(Tokens.self, from: answer).access_token
  }

  /// Ends the session of `token`.
  func logOut(_ token: String) throws {
    try Self.shell(
      "curl -sf -X POST -H @- \(address)/api/v1/logout", input: "Authorization: Bearer \(token)",
      in: directory)
  }

  /// The key set that the orders are to hold.
  func secrets() throws -> Data {
    try Self.shell("signet keys export --config data --resource orders", input: "", in: directory)
  }

  private static func process(_ command: String, in directory: URL) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = directory
    let tools = (try? BuiltProducts.folder()) ?? ""
    process.environment = [
      "PATH": "\(tools):/usr/local/bin:/usr/bin:/bin", "HOME": directory.path, "LC_ALL": "C.UTF-8",
    ]
    return process
  }

  @discardableResult
  private static func shell(_ command: String, input: String, in directory: URL) throws -> Data {
    let process = process(command, in: directory)
    let (standardInput, standardOutput) = (Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = standardOutput
    try process.run()
    try standardInput.fileHandleForWriting.write(contentsOf: Data((input + "\n").utf8))
    try standardInput.fileHandleForWriting.close()
    let data = standardOutput.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command): \(String(decoding: data, as: UTF8.self))")
    return data
  }
}

import Foundation
import SignetTesting
import Testing

/// PyJWT, joserfc and Authlib, unmodified, in a virtual environment that the first use makes.
enum PythonPeers {
  static let libraries = ["pyjwt", "joserfc", "authlib"]

  /// One question to a library: see `Peers/peers.py`.
  struct Job: Encodable {
    var library: String
    var action: String
    var token: String?
    var jwks: JSONText?
    var jwksURL: String?
    var jwk: JSONText?
    var algorithm: String?
    var algorithms: [String]?
    var issuer: String?
    var audience: String?
    var type: String?
    var claims: JSONText?

    enum CodingKeys: String, CodingKey {
      case library, token, jwks, jwk, algorithm, algorithms, issuer, audience, type, claims
      case action = "do"
      case jwksURL = "jwks_url"
    }
  }

  struct Answer: Decodable {
    let ok: Bool
    let token: String?
    let error: String?
    let detail: String?
    let claims: [String: ClaimValue]?
  }

  /// Whether the libraries are there, or can be installed. In CI they must be.
  static var isAvailable: ConditionTrait {
    .enabled(
      if: installation != nil || VectorFolder.isContinuousIntegration, "no Python environment with the peers")
  }

  /// Asks all `jobs` in one process.
  static func ask(_ jobs: [Job]) throws -> [Answer] {
    let python = try python()
    let output = try run(
      python, ["-W", "ignore", peersFolder.appending(path: "peers.py").path],
      input: JSONEncoder().encode(jobs))
    let answers = try JSONDecoder().decode([Answer].self, from: output.data)
    try #require(answers.count == jobs.count)
    return answers
  }

  /// The interpreter that has the libraries.
  static func python() throws -> String {
    try #require(installation, "the peers could not be installed: is there python3 with venv and pip?")
  }

  private static let peersFolder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Peers")

  /// The environment's interpreter; nil when it cannot be made.
  private static let installation = PythonEnvironment(
    "interop-python", requirements: peersFolder.appending(path: "requirements.txt")
  ).interpreter

  private static func run(
    _ program: String, _ arguments: [String], input: Data = Data()
  ) throws -> (status: Int32, data: Data) {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let (standardInput, standardOutput) = (Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = standardOutput
    try process.run()
    try standardInput.fileHandleForWriting.write(contentsOf: input)
    try standardInput.fileHandleForWriting.close()
    let data = standardOutput.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, data)
  }
}

/// JSON that is ready made, passed on as it is.
struct JSONText: Encodable {
  let value: ClaimValue

  init(_ bytes: [UInt8]) throws {
    value = try JSONDecoder().decode(ClaimValue.self, from: Data(bytes))
  }

  func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}

/// Any JSON value, as Foundation reads it: the tests must not trust the parser that they test.
enum ClaimValue: Codable, Equatable {
  case string(String), integer(Int64), number(Double), bool(Bool), array([ClaimValue])
  case object([String: ClaimValue])
  case null

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([ClaimValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: ClaimValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .string(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .bool(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    case .null: try container.encodeNil()
    }
  }
}

internal import HTTPTypes
internal import JOSE

/// What one endpoint takes: a type of its own, whose fields are all there is (A14).
protocol RequestInput: Sendable {
  /// The names of all fields; any other is refused.
  static var fieldNames: Set<String> { get }
  init(_ fields: RequestFields) throws(Problem)
}

/// The members of a request's JSON object, by name.
///
/// Each accessor answers nil for a field that is absent and throws for one of the wrong type: `null` is a
/// wrong type, never an absence.
struct RequestFields: Sendable {
  private let object: ParsedJSON?

  /// The most that a request body may have.
  static let maximumBodyBytes = 16_384

  /// Reads `body` strictly.
  /// - Throws: ``Problem`` 400 for what is not JSON, not an object, or has a field beyond `names`.
  init(parsing body: [UInt8], allowing names: Set<String>) throws(Problem) {
    let parsed: ParsedJSON
    do {
      parsed = try ParsedJSON(
        parsing: body, limits: JSONLimits(maximumBytes: Self.maximumBodyBytes, maximumDepth: 4))
    } catch {
      throw Self.problem(for: error, body: body, names: names)
    }
    guard let members = parsed.members else {
      throw Problem(.badRequest, .malformedJSON, "The body must be one JSON object.")
    }
    for member in members where !names.contains(member.name) {
      throw Problem(
        .badRequest, .unknownField, "This endpoint has no such field.", field: member.name.cut(toBytes: 64))
    }
    object = parsed
  }

  /// No fields: a request without a body.
  static let none = RequestFields()

  private init() {
    object = nil
  }

  /// A string that must be there.
  func requiredString(_ name: String) throws(Problem) -> String {
    guard let text = try string(name) else {
      throw Problem(.badRequest, .missingField, "This field is required.", field: name)
    }
    return text
  }

  func string(_ name: String) throws(Problem) -> String? {
    guard let value = object?[name] else { return nil }
    guard let text = value.string else { throw Self.wrongType(name, "a string") }
    return text
  }

  func bool(_ name: String) throws(Problem) -> Bool? {
    guard let value = object?[name] else { return nil }
    guard let flag = value.bool else { throw Self.wrongType(name, "true or false") }
    return flag
  }

  /// One string, or an array of at most 16.
  func strings(_ name: String) throws(Problem) -> [String]? {
    guard let value = object?[name] else { return nil }
    if let text = value.string { return [text] }
    guard let elements = value.elements, elements.count <= 16 else {
      throw Self.wrongType(name, "a string, or an array of at most 16 strings")
    }
    var texts: [String] = []
    for element in elements {
      guard let text = element.string else { throw Self.wrongType(name, "an array of strings") }
      texts.append(text)
    }
    return texts
  }

  private static func wrongType(_ name: String, _ expected: String) -> Problem {
    Problem(.badRequest, .wrongType, "This field must be \(expected).", field: name)
  }

  /// The parser's detail holds a byte offset, and of the text nothing.
  private static func problem(for error: JOSEError, body: [UInt8], names: Set<String>) -> Problem {
    switch error.code {
    case .duplicateMember:
      let repeated = names.sorted().first { occurrences(ofName: $0, in: body) > 1 }
      return Problem(.badRequest, .duplicateField, "A field is given twice.", field: repeated)
    default: return Problem(.badRequest, .malformedJSON, "The body is not JSON: \(error.detail).")
    }
  }

  /// How often `name` stands before a colon. Good enough to tell a developer which field was repeated.
  private static func occurrences(ofName name: String, in body: [UInt8]) -> Int {
    let quoted = Array("\"\(name)\"".utf8)
    return body.indices.count { start in
      guard body[start...].starts(with: quoted) else { return false }
      return body[(start + quoted.count)...].first { $0 > 0x20 } == UInt8(ascii: ":")
    }
  }
}

import Foundation
import JOSE

/// What base64url and JSON promise (T7, T8).
enum EncodingChecks {
  static func base64URL(_ input: [UInt8]) {
    // Whatever the bytes are, their text is read back as the same bytes.
    let text = Base64URL.encode(input)
    require(must("what was encoded decodes") { try Base64URL.decode(text) } == input, "decode(encode(x)) = x")
    // As a text they are accepted exactly when a plain reading of RFC 4648 §5 accepts them.
    let decoded = accepted { try Base64URL.decode(input.span) }
    require((decoded != nil) == isCanonical(input), "accepted exactly when canonical")
    guard let decoded else { return }
    require(Array(Base64URL.encode(decoded).utf8) == input, "a value has one spelling")
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private static func isCanonical(_ text: [UInt8]) -> Bool {
    guard text.count % 4 != 1, text.allSatisfy(alphabet.contains) else { return false }
    guard let last = text.last, let value = alphabet.firstIndex(of: last) else { return true }
    return switch text.count % 4 {
    case 2: value % 16 == 0
    case 3: value % 4 == 0
    default: true
    }
  }

  static func json(_ input: [UInt8]) {
    guard let parsed = accepted({ try ParsedJSON(parsing: input) }) else { return }
    let value = parsed.json()
    let text = value.encoded()
    let limits = JSONLimits(maximumBytes: .max)
    let again = must("what was written is read") { try ParsedJSON(parsing: text, limits: limits) }
    require(again.json() == value, "a value is read as it was written")
    require(again.json().encoded() == text, "a value has one spelling")
    checkParts(of: parsed)
    // What this reader takes every other takes, too.
    let other = accepted {
      try JSONSerialization.jsonObject(with: Data(input), options: [.fragmentsAllowed])
    }
    require(other != nil || hasLimitsOfDouble(parsed), "what is strict JSON is JSON to Foundation")
  }

  /// Each member and each element stands for itself.
  private static func checkParts(of parsed: ParsedJSON) {
    let limits = JSONLimits(maximumBytes: .max, maximumDepth: 128)
    for (name, value) in parsed.members ?? [] {
      require(parsed[name]?.source == value.source, "a member is found by its name")
    }
    for value in (parsed.members ?? []).map(\.value) + (parsed.elements ?? []) {
      let source = Array(value.source)
      let alone = must("a part is JSON") { try ParsedJSON(parsing: source, limits: limits) }
      require(alone.json() == value.json(), "a part means the same alone")
    }
    if parsed.kind == .number, let integer = parsed.integer {
      require(parsed.double == Double(integer), "a number is one number")
    }
  }

  /// Whether the text holds a number that some readers round to zero or refuse.
  private static func hasLimitsOfDouble(_ parsed: ParsedJSON) -> Bool {
    if parsed.kind == .number { return true }
    return ((parsed.members ?? []).map(\.value) + (parsed.elements ?? [])).contains(where: hasLimitsOfDouble)
  }
}

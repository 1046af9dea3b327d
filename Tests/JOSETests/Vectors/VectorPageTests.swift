import SignetTesting
import Testing

@testable import JOSE

/// The section of `docs/conformance.md` about published vectors, from the table that ``VectorTests`` checks.
@Suite(VectorFolder.isRequired) struct VectorPageTests {
  @Test func `docs/conformance.md says what becomes of each vector`() throws {
    let rows = VectorTests.paths.compactMap { path in
      VectorTable.outcome(of: path).flatMap { Row(path, $0) }
    }
    func count(_ verdict: Verdict) -> Int { rows.count { $0.verdict == verdict } }
    var lines = [
      "\(rows.count) files: \(count(.passes)) pass, \(count(.inPart)) pass but for a part, "
        + "\(count(.refused)) are refused as declared, \(count(.notCovered)) are for what is not built.", "",
      "| File | | What it is, or why it is refused |", "|---|---|---|",
    ]
    for row in rows { #expect(!row.what.isEmpty, "\(row.path): say what it is") }
    lines += rows.map { "| `\($0.path)` | \($0.verdict.rawValue) | \($0.what) |" }
    try GeneratedSection.conformance("vectors").expect(lines)
  }

  private enum Verdict: String {
    case passes
    case inPart = "passes in part"
    case refused
    case notCovered = "not covered"
  }

  private struct Row {
    let path: String
    let verdict: Verdict
    let what: String

    /// Nil for a licence or a description.
    init?(_ path: String, _ outcome: VectorTable.Outcome) {
      self.path = path
      switch outcome {
      case .partOf("the folder"): return nil
      case .refusedToken(let code, let reason), .refusedKey(let code, let reason),
        .refusedCookbookJSON(_, let code, let reason):
        (verdict, what) = (.refused, "\(reason) (`\(code.rawValue)`)")
      case .notCovered(let reason): (verdict, what) = (.notCovered, reason)
      case .encrypted: (verdict, what) = Self.encrypted(path)
      default: (verdict, what) = (.passes, Self.text(of: outcome))
      }
    }

    private static func text(of outcome: VectorTable.Outcome) -> String {
      switch outcome {
      case .token(let algorithm, _): "JWS, \(algorithm.rawValue)"
      case .detached(let algorithm, _, _): "JWS, \(algorithm.rawValue), detached payload"
      case .json(let algorithms, _, _, let isUnprotected),
        .cookbookJSON(let algorithms, let isUnprotected):
        "JWS in JSON, \(algorithms.map(\.rawValue).joined(separator: ", "))"
          + (isUnprotected ? ", `alg` not protected: if the caller accepts that" : "")
      case .cookbook(let algorithm): "JWS, \(algorithm.rawValue)"
      case .key(let keyType): "JWK, \(keyType.rawValue)"
      case .keySet(let count, let skipped):
        "JWK set of \(count)" + (skipped.isEmpty ? "" : "; \(skipped.count) skipped and reported")
      case .thumbprint: "thumbprint"
      case .nested: "JWS in a JWE, PS256 and RSA-OAEP"
      case .mlDSA(let algorithm): "JWK and JWS, \(algorithm.rawValue)"
      case .proofs: "DPoP proofs"
      case .partOf(let other): "with `\(other)`"
      default: ""
      }
    }

    /// A message of RFC 7520 §5 by its number; the others by name.
    private static func encrypted(_ path: String) -> (Verdict, String) {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let number = name.replacing("rfc7520_", with: "").replacing("5_", with: "5.")
      let section = JWEVectorTests.sections.last { section in
        number.hasPrefix(section.number + ".") && number.hasPrefix("5.")
      }
      if path.hasSuffix(".jwk") || path.hasSuffix(".pt") || path.hasSuffix(".pwd") {
        return (.passes, "with its JWE")
      }
      guard let section else { return others[name] ?? (.passes, "JWE") }
      let algorithms = section.algorithms.compactMap { $0?.rawValue }
      if algorithms.isEmpty { return (.refused, "RSA1_5 is not implemented (`unsupported_algorithm`)") }
      guard algorithms.count == section.algorithms.count else {
        return (.inPart, "JWE, \(algorithms.joined(separator: ", ")); not for its recipient by RSA1_5")
      }
      return (.passes, "JWE, \(algorithms.joined(separator: ", "))")
    }

    private static let others: [String: (Verdict, String)] = [
      "rfc7516.json": (.inPart, "JWE, RSA-OAEP and A128KW; RSA1_5 is not implemented"),
      "ecdh-es.json": (.passes, "JWE, ECDH-ES on X25519"),
    ]
  }
}

import Foundation
import Testing

/// `docs/api.md` against the server: a reference that forgets a route or a code is worse than none.
@Suite struct APIReferenceTests {
  private static let server = "Sources/SignetServer"

  @Test func `the reference of the API has a heading or a row for every route, and for no other`() throws {
    let page = try Project.text("docs/api.md")
    let row = /Endpoint\(\s*\.(get|post|put|patch|delete), "([^"]+)"/
    let routes = try Self.matches(of: row).map { match in
      // A path's own parameter, and what only an issuer with a path adds.
      let path = match.2.replacing(":id", with: "{id}").replacing("\\(site.path)", with: "")
      return "\(match.1.uppercased()) \(path)"
    }
    #expect(routes.count > 10)
    let named = page.matches(of: /`((?:GET|POST|PUT|PATCH|DELETE) \/[^`?]+)`/).map { String($0.1) }
    // In running text a route may go by its last part.
    let beginnings = ["/api/", "/.well-known/", "/health/", "/revocations"]
    let complete = Set(named.filter { name in beginnings.contains { name.contains($0) } })
    #expect(complete == Set(routes))
  }

  @Test func `the reference of the API lists every code of a refusal, and no other`() throws {
    let page = try Project.text("docs/api.md")
    let section = try #require(page.components(separatedBy: "## When it is refused").last)
    let problems = try Self.text(of: "HTTP/Problem.swift").matches(of: /Self\(rawValue: "([a-z_]+)"\)/)
    let passwords = try Project.text("Sources/SignetAuthority/Accounts/PasswordPolicy.swift")
      .matches(of: /case \.\w+: "(password_[a-z_]+)"/)
    #expect(problems.count > 20)
    #expect(passwords.count == 4)
    let listed = section.split(separator: "\n").filter { $0.hasPrefix("| 4") || $0.hasPrefix("| 5") }
      .compactMap { $0.split(separator: "|").dropFirst().first }
      .flatMap { $0.matches(of: /`([a-z_]+)`/).map { String($0.1) } }
    #expect(Set(listed) == Set((problems + passwords).map { String($0.1) }))
  }

  @Test func `the reference of the API names every field that a request may have`() throws {
    let page = try Project.text("docs/api.md")
    let sets = try Self.matches(of: /fieldNames: Set<String> = \[([^\]]*)\]/)
    #expect(sets.count > 3)
    for set in sets {
      for field in set.1.matches(of: /"([a-z_]+)"/) {
        #expect(page.contains("`\(field.1)`") || page.contains("{\"\(field.1)\""), "\(field.1)")
      }
    }
  }

  private static func matches<Output>(of pattern: Regex<Output>) throws -> [Regex<Output>.Match] {
    try Project.swiftFiles(in: server)
      .flatMap { file in file.lines.joined(separator: "\n").matches(of: pattern) }
  }

  private static func text(of file: String) throws -> String { try Project.text("\(server)/\(file)") }
}

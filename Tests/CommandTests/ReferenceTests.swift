import Foundation
import SignetTesting
import Testing

@testable import SignetCLI

/// The pages in `docs/` that are generated say what the program says of itself.
@Suite(.blocking) struct ReferenceTests {
  @Test func `docs/configuration.md is current`() throws {
    let page = VectorFolder.packageRoot.appending(path: "docs/configuration.md")
    #expect(
      try String(contentsOf: page, encoding: .utf8) == ConfigurationReference.text,
      "docs/configuration.md is not what the settings' table says; renew it with `make docs`")
  }

  @Test func `every setting has its section, its default and its variable`() {
    let sections = ConfigurationReference.text.components(separatedBy: "\n### ").dropFirst()
    #expect(sections.count == Setting.all.count)
    for setting in Setting.all {
      let name = setting.name.replacing("*", with: "NAME")
      let section = sections.first { $0.hasPrefix("`\(name)`\n") } ?? ""
      #expect(section.contains("`\(EnvironmentName.of(name))`"), "\(name)")
      if let initial = setting.initial, !initial.isEmpty {
        #expect(section.contains("Default: `\(initial)`"), "\(name)")
      }
      #expect(setting.flag.map { section.contains("· `\($0)`") } ?? true, "\(name)")
    }
  }
}

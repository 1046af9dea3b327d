import Testing

@testable import JOSE

@Suite struct TargetURITests {
  @Test(arguments: [
    ("https://api.example.com/a", "HTTPS://API.example.COM:443/a?q=1#f"),
    ("https://api.example.com/", "https://api.example.com"), ("http://a/", "http://a:80?x"),
    ("https://a:8443/", "https://a:08443"), ("https://a/b", "https://a/./c/../b"),
    ("https://a/", "https://a/.."),
    ("https://a/b/", "https://a/b/c/.."), ("https://a/b/", "https://a/b/."),
    ("https://a/~b", "https://a/%7Eb"),
    ("https://a/%C3%A9", "https://a/%c3%a9"), ("https://a/b", "https://a/x/%2E%2e/b"),
    ("https://[::1]/", "https://[::1]:443"), ("https://a/", "https://a:"),
  ])
  func `equal targets have one spelling`(canonical: String, other: String) throws {
    let target = try #require(TargetURI(other))
    #expect(String(decoding: target.text, as: UTF8.self) == canonical)
    #expect(target == TargetURI(canonical))
  }

  @Test(arguments: [
    ("https://a/", "http://a/"), ("https://a/", "https://b/"), ("https://a/", "https://a:444/"),
    ("https://a/b", "https://a/b/"), ("https://a/b", "https://a/B"), ("https://a/b", "https://a//b"),
    ("https://a/b%2Fc", "https://a/b/c"), ("http://a:443/", "https://a/"),
  ])
  func `other targets have other spellings`(one: String, other: String) throws {
    let (left, right) = (try #require(TargetURI(one)), try #require(TargetURI(other)))
    #expect(left != right)
  }

  @Test(arguments: [
    "", "/", "//a/", "ftp://a/", "https:/a", "https://", "https:///a", "https://u@a/", "https://u:p@a/",
    "https://a:b/", "https://a:123456/", "https://a/%", "https://a/%4", "https://a/%zz", "https://a/é",
    "https://a/b c", "https://a\\b/", "https://é/", "https://a/\u{0}", "urn:x", "https",
    "https://a/" + String(repeating: "b", count: 4096),
  ])
  func `what is no http URL is none`(text: String) {
    #expect(TargetURI(text) == nil)
  }
}

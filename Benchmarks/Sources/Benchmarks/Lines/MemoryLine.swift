/// What the authority keeps resident: after its start, and after all kinds of load.
struct MemoryLine: Line {
  static let name = "memory"
  static let summary = "resident memory after the start, and after protected requests, refreshes and logins"

  let tools: Tools

  func run() async throws -> String {
    let authority = try await Authority(tools)
    defer { authority.stop() }
    let server = authority.server
    var table = Table("", "MB")
    table.add("after the start", try server.megabytes().text())
    let tokens = try await authority.tokens(sessions: 256, accessTokens: 1000)
    let streams = [
      Stream("me", RepeatedTraffic(path: "/api/v1/me", accessTokens: tokens.access), connections: 256),
      Stream("refresh", RefreshTraffic(refreshTokens: tokens.refresh), connections: 128),
      Stream("login", LoginTraffic(password: authority.password) { _ in "alice" }, connections: 6),
    ]
    let names = ["256 connections of protected requests", "128 of refreshes", "6 of logins"]
    for (name, stream) in zip(names, streams) {
      _ = try await Load(ports: [server.port], streams: [stream]).run(warmUp: 0, seconds: 10)
      table.add("after 10 s with \(name)", try server.megabytes().text())
    }
    table.add("at most", try server.megabytes("VmHWM").text())
    return table.markdown
  }
}

import SignetTesting
import Testing

/// A server on the network: who it is, and who comes.
@Suite(.blocking, .enabled(if: PrivatePostgres.isInstalled)) struct PostgresTLSTests {
  @Test func `a server is talked to only by TLS, under its own name, vouched for by the named authority`()
    throws
  {
    let server = try SecuredPostgres()
    let password = "password=\(SecuredPostgres.password)"
    let right = "sslrootcert=\(server.certificate(of: "authority"))"
    #expect(try server.refusal("host=localhost \(right) \(password)") == nil)
    let refused = [
      ("host=db.example.com \(right)", "Set `host` to a name"),
      ("host=localhost sslrootcert=\(server.certificate(of: "stranger"))", "name the right one"),
      ("host=localhost sslrootcert=/nowhere/root.crt", "`sslrootcert=FILE`"),
      ("host=localhost \(right) sslmode=disable", "wants TLS"),
    ]
    for (text, advice) in refused {
      let refusal = try #require(try server.refusal("\(text) \(password)"), "\(text)")
      #expect(refusal.contains(advice), "\(text)")
      #expect(!refusal.contains("horse"))
    }
  }

  @Test func `a password is proved and not sent, and bound to the channel where that is asked for`() throws {
    let server = try SecuredPostgres()
    let place = "host=localhost sslrootcert=\(server.certificate(of: "authority"))"
    for more in ["", "channel_binding=require"] {
      #expect(try server.refusal("\(place) \(more) password=\(SecuredPostgres.password)") == nil)
      let wrong = try #require(try server.refusal("\(place) \(more) password=another-horse"))
      #expect(wrong.contains("password file") && !wrong.contains("horse"))
    }
    #expect(try #require(try server.refusal(place)).contains("password file"))
  }
}

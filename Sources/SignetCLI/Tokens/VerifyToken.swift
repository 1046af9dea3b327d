internal import ArgumentParser
internal import HummingbirdTokenVerification
internal import JOSE
internal import SignetServer

/// `signet token verify`.
struct VerifyToken: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks a token, one line a check. Exit status 0 only if all pass.",
    discussion: """
      With --key or --jwks nothing but the file is asked, and --issuer and --audience must be given. \
      Without, the local authority is: its keys, its issuer, and whether the token was revoked.
      """)

  @OptionGroup var configuration: ConfigurationOptions

  @Option(help: ArgumentHelp("The token; - is standard input.", valueName: "file"))
  var `in` = "-"

  @Option(help: ArgumentHelp("A key: JWK, JWK set, PEM or DER.", valueName: "file"))
  var key: String?

  @Option(help: ArgumentHelp("A key set; the token must name one of its keys.", valueName: "file"))
  var jwks: String?

  @Option(help: ArgumentHelp("The algorithm, for a key that names none.", valueName: "name"))
  var alg: SignatureAlgorithm?

  @Option(help: ArgumentHelp("Who must have issued it.", valueName: "url"))
  var issuer: String?

  @Option(help: ArgumentHelp("Whom it must be for; the authority itself by default.", valueName: "name"))
  var audience: String?

  @Option(help: ArgumentHelp("What it must be: its header's typ.", valueName: "name"))
  var type = "at+jwt"

  @Option(help: ArgumentHelp("How far the issuer's clock may be off, 0s to 60s.", valueName: "duration"))
  var leeway = "0s"

  @Flag(help: "Answer in JSON.")
  var json = false

  func validate() throws {
    guard key == nil || jwks == nil else { throw ValidationError("Give either --key or --jwks.") }
    guard key == nil && jwks == nil || issuer != nil && audience != nil else {
      throw ValidationError(
        "With --key or --jwks, give --issuer and --audience: a token is always for somebody.")
    }
    guard let leeway = Duration(settingText: leeway), leeway <= .seconds(60) else {
      throw ValidationError("--leeway is from 0s to 60s.")
    }
  }

  mutating func run() async throws {
    let token = try InputFile.token(self.in)
    let source: any TokenVerificationSource
    if let file = key ?? jwks {
      source = try KeyFileSource(KeyFile(file), issuer: issuer ?? "", audience: audience ?? "")
    } else {
      source = try await LocalAuthoritySource(
        AuthorityAccess(configuration), issuer: issuer, audience: audience)
    }
    let expected = TokenExpectation(
      type: type, issuer: source.issuer, audience: source.audience,
      leeway: Duration(settingText: leeway) ?? .zero)
    var report = TokenReport(algorithm: alg, expected: expected)
    report.check(token, keys: source, at: SystemClock.now())
    try await source.addChecks(of: token, to: &report.checks)
    report.write(json: json)
    guard report.isVerified else { throw ExitCode.failure }
  }
}

/// The outcome of verifying one token.
struct TokenReport {
  var checks = TokenChecks()
  /// What the one real verification returned.
  private var verified: Verified<Claims>?
  private let algorithm: SignatureAlgorithm?
  private let expected: TokenExpectation

  init(algorithm: SignatureAlgorithm?, expected: TokenExpectation) {
    self.algorithm = algorithm
    self.expected = expected
  }

  var isVerified: Bool { verified != nil && checks.allPassed }

  mutating func check(_ token: [UInt8], keys: any TokenVerificationSource, at now: Timestamp) {
    let key = addSignature(token, keys)
    do {
      checks.addClaims(try UnverifiedToken(token), expected, at: now)
    } catch {
      checks.add("claims", failedBy: error)
    }
    guard let (jws, key) = key else { return }
    do {
      let policy = try Self.policy(expected, algorithm: key.algorithm)
      verified = try JWT.verify(jws, with: key, policy: policy, at: now)
    } catch {
      // Everything that the lines above do not explain: a claim that the profile wants, a rule that they do
      // not know.
      if checks.allPassed { checks.add("policy", failedBy: error) }
    }
  }

  /// The token's form, its key and its signature: what can be said before a claim is looked at.
  private mutating func addSignature(
    _ token: [UInt8], _ keys: any TokenVerificationSource
  ) -> (CompactJWS, VerificationKey)? {
    let jws: CompactJWS
    do {
      jws = try CompactJWS(token)
    } catch {
      checks.add("format", failedBy: error)
      return nil
    }
    do {
      let key = try keys.key(named: jws.header.keyID, algorithm: algorithm)
      let name = jws.header.keyID.map { " kid=\($0)" } ?? ""
      do {
        _ = try jws.verify(with: key)
        checks.add("signature", true, "\(key.algorithm.rawValue)\(name)")
      } catch {
        checks.add("signature", failedBy: error)
      }
      return (jws, key)
    } catch {
      checks.add("key", failedBy: error)
      return nil
    }
  }

  private static func policy(
    _ expected: TokenExpectation, algorithm: SignatureAlgorithm
  ) throws(JOSEError) -> ClaimsPolicy {
    guard expected.type != "at+jwt" else {
      return try .accessToken(
        issuer: expected.issuer, audience: expected.audience, algorithms: [algorithm], leeway: expected.leeway
      )
    }
    return try ClaimsPolicy(
      issuer: expected.issuer, audience: expected.audience, type: expected.type, algorithms: [algorithm],
      leeway: expected.leeway, maximumAge: nil, requiredClaims: ["exp"])
  }

  func write(json: Bool) {
    guard !json else {
      return Output.json(
        .object(omittingNil: [
          "verified": .bool(isVerified), "checks": .array(checks.checks.map(\.json)),
        ]))
    }
    var table = Table()
    for check in checks.checks { table.add([check.name, check.isOK ? "ok" : "failed", check.detail]) }
    table.lines.forEach(Output.line)
    Output.line(
      isVerified ? "verified" : "NOT VERIFIED: \(checks.failedCount) of \(checks.checks.count) checks failed")
  }
}

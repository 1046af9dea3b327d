import Hummingbird
import HummingbirdTesting
import HummingbirdTokenVerification
import InMemoryLogging
import JOSE
import Logging
import SignetTesting
import TokenVerification

struct OrdersContext: TokenRequestContext {
  var coreContext: CoreRequestContextStorage
  var principal: Principal?

  init(source: Source) {
    coreContext = CoreRequestContextStorage(source: source)
  }
}

/// An API behind the middleware, as a user would build it.
struct ProtectedApplication: Sendable {
  let issuer: TestIssuer
  let clock = TestClock()
  let revocations = RevocationState(RevocationView(epoch: "epoch"))
  let log = InMemoryLogHandler()
  var sources = CredentialSources.authorizationField
  var presence = TokenMiddleware<OrdersContext>.Presence.required
  var keys: any KeySource

  init() throws {
    issuer = try TestIssuer()
    keys = FixedKeys(try issuer.snapshot())
  }

  /// `GET /orders` wants `orders:read`, `POST /orders` wants two scopes, `GET /me` a token, `GET /mine` a
  /// principal.
  func test(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
    let router = Router(context: OrdersContext.self)
    router.group("unprotected").requiring(scopes: "orders:read").get { _, _ in "reached" }
    let group = router.group().add(
      middleware: TokenMiddleware(
        verifier: try issuer.verifier(), keys: keys, revocations: revocations, sources: sources,
        presence: presence, clock: { [clock] in clock.now }))
    group.get("me") { _, context in context.principal?.subject ?? "nobody" }
    group.get("mine") { _, context in try context.requirePrincipal().subject }
    group.group("orders").requiring(scopes: "orders:read").get { _, _ in "orders" }
    group.group("orders").requiring(scopes: "orders:write", "orders:create").post { _, _ in "placed" }
    let logger = Logger(label: "test", factory: { [log] _ in log })
    try await Application(router: router, logger: logger).test(.router) { try await body($0) }
  }
}

extension TestClientProtocol {
  /// The answer to a request with these fields.
  func send(
    _ uri: String, method: HTTPRequest.Method = .get, authorization: String? = nil, cookie: String? = nil
  ) async throws -> TestResponse {
    var fields: HTTPFields = [:]
    if let authorization { fields[.authorization] = authorization }
    if let cookie { fields[.cookie] = cookie }
    return try await execute(uri: uri, method: method, headers: fields)
  }
}

import Foundation
import Hummingbird
import HummingbirdTokenVerification
import JOSE
import Logging
import NIOCore
import TokenVerification

/// An API that knows its issuer's URL and its own name, and nothing else of the authority.
@main
struct ResourceServer {
  static func main() async throws {
    let environment = Environment()
    guard let url = environment.get("ISSUER"), let audience = environment.get("AUDIENCE"),
      let port = Int(environment.get("PORT") ?? "8081"), (0...65_535).contains(port)
    else {
      let usage = "set ISSUER and AUDIENCE, and PORT if 8081 is taken\n"
      FileHandle.standardError.write(Data(usage.utf8))
      exit(2)
    }
    let logger = Logger(label: "ResourceServer", factory: { StreamLogHandler.standardError(label: $0) })

    let verifier = TokenVerifier(
      policy: try VerificationPolicy(issuer: url, audience: audience, algorithms: [.es256]))
    let issuer = try RemoteIssuer(for: verifier, logger: logger)

    let router = Router(context: OrdersContext.self)
    let orders = router.group("orders").add(middleware: TokenMiddleware(issuer: issuer))
    let book = OrderBook()
    orders.requiring(scopes: "orders:read").get { _, context in
      book.orders(of: try context.requirePrincipal().subject)
    }
    orders.requiring(scopes: "orders:write").post { request, context in
      let order = try await request.decode(as: NewOrder.self, context: context)
      let placed = book.place(order, for: try context.requirePrincipal().subject)
      return EditedResponse(status: .created, response: placed)
    }

    router.get("health/ready") { _, _ -> HTTPResponse.Status in
      issuer.revocations.isFresh && !issuer.keys.snapshot.isEmpty ? .ok : .serviceUnavailable
    }

    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), services: [issuer],
      onServerRunning: { channel in
        let line = "ResourceServer is ready at http://127.0.0.1:\(channel.localAddress?.port ?? port)\n"
        FileHandle.standardOutput.write(Data(line.utf8))
      }, logger: logger)
    try await application.runService()
  }
}

/// What a request carries through the routes.
struct OrdersContext: TokenRequestContext {
  var coreContext: CoreRequestContextStorage
  var principal: Principal?

  init(source: Source) {
    coreContext = CoreRequestContextStorage(source: source)
  }
}

public import Hummingbird
internal import Logging
internal import TokenVerification

/// Lets a request pass when its token carries every scope that is asked for; otherwise 403
/// `insufficient_scope`.
///
/// It stands behind ``TokenMiddleware``. A request without a principal is refused, so that a route whose
/// token middleware was forgotten is closed, not open.
public struct ScopeMiddleware<Context: TokenRequestContext>: RouterMiddleware {
  private let required: [String]

  /// A middleware that asks for all of `scopes`.
  public init(requiring scopes: String...) {
    self.init(requiring: scopes)
  }

  /// A middleware that asks for all of `scopes`; each is a `scope-token` (RFC 6749 §3.3), given by the
  /// program and not by a request: another one is a programming error and traps.
  public init(requiring scopes: [String]) {
    precondition(!scopes.isEmpty, "a scope requirement without scopes protects nothing")
    precondition(scopes.allSatisfy(Self.isScopeToken), "not a scope of RFC 6749 §3.3: \(scopes)")
    required = scopes
  }

  public func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let principal = context.principal else { return refuse(.missingCredentials, context) }
    guard principal.holds(scopes: required) else {
      return refuse(.insufficientScope(required: required), context)
    }
    return try await next(request, context)
  }

  private func refuse(_ rejection: Rejection, _ context: Context) -> Response {
    rejection.record(in: context.logger)
    return rejection.response()
  }

  private static func isScopeToken(_ scope: String) -> Bool {
    !scope.isEmpty && scope.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
  }
}

extension RouterMethods where Context: TokenRequestContext {
  /// The routes added to what this returns ask for all of `scopes`.
  ///
  /// ```swift
  /// let orders = router.group("orders").add(middleware: TokenMiddleware(issuer: issuer))
  /// orders.requiring(scopes: "orders:read").get { request, context in … }
  /// orders.requiring(scopes: "orders:write").post { request, context in … }
  /// ```
  public func requiring(scopes: String...) -> RouterGroup<Context> {
    group().add(middleware: ScopeMiddleware(requiring: scopes))
  }
}

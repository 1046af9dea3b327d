public import Hummingbird
public import TokenVerification

/// A request context that knows who the request speaks for.
///
/// ```swift
/// struct ShopContext: TokenRequestContext {
///   var coreContext: CoreRequestContextStorage
///   var principal: Principal?
///   init(source: Source) { coreContext = .init(source: source) }
/// }
/// ```
public protocol TokenRequestContext: RequestContext {
  /// Set by ``TokenMiddleware`` from the verified token; nil before it, and for a request without one where
  /// that is allowed.
  var principal: Principal? { get set }
}

extension TokenRequestContext {
  /// Who the request speaks for.
  /// - Throws: ``Rejection/missingCredentials``, which Hummingbird answers with 401, when the request carries
  ///   no token.
  public func requirePrincipal() throws -> Principal {
    guard let principal else { throw Rejection.missingCredentials }
    return principal
  }
}

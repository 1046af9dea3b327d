internal import Hummingbird
internal import HummingbirdTokenVerification
internal import Logging

/// Puts the identifiers of the trace that a request is part of into all of its log lines.
///
/// They come from the client, as what is 48 hexadecimal digits or nothing; the request's own id is never its.
struct TraceContextMiddleware: RouterMiddleware {
  typealias Context = AuthorityRequestContext

  @concurrent func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let trace = TraceContext(request.headers) else { return try await next(request, context) }
    var context = context
    context.logger[metadataKey: "trace_id"] = "\(trace.traceID)"
    context.logger[metadataKey: "parent_id"] = "\(trace.parentID)"
    return try await next(request, context)
  }
}

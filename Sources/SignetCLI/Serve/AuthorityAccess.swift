internal import ArgumentParser
internal import Glibc
internal import Logging
internal import SignetServer

/// How commands reach the authority: through the socket of the running server, so that what they do counts at
/// once; else by opening the database themselves.
struct AuthorityAccess {
  private let settings: Settings

  init(_ options: ConfigurationOptions) throws {
    settings = try options.settings()
  }

  /// What the authority answers.
  /// - Throws: ``CommandError`` for a refusal.
  func answer(to request: AdministrationRequest) async throws -> AdministrationAnswer {
    let answer = try await given(request)
    if case .refused(let refusal) = answer { throw CommandError(refusal) }
    return answer
  }

  /// Calls `body` with each account, in the order of identifiers.
  func forEachAccount(_ body: (AccountSummary) -> Void) async throws {
    var cursor: String?
    repeat {
      let request = AdministrationRequest.accounts(after: cursor, limit: 500)
      guard case .accounts(let page, let next) = try await answer(to: request) else {
        throw AdministrationAnswer.unexpected
      }
      page.forEach(body)
      cursor = next
    } while cursor != nil
  }

  private func given(_ request: AdministrationRequest) async throws -> AdministrationAnswer {
    let socket = AuthorityDirectory(settings.dataDirectory).socket
    do {
      return try await ControlClient(path: socket).answer(to: request)
    } catch ControlError.noServer {
      return try await opened(request)
    } catch ControlError.peerRefused {
      throw CommandError(
        "\(socket) is not for this user", next: "run the command as the server's user, or as root")
    } catch let error as ControlError {
      throw CommandError("\(error)")
    }
  }

  private func opened(_ request: AdministrationRequest) async throws -> AdministrationAnswer {
    let authority = try await OpenedAuthority(settings, logger: LogLines.logger(settings))
    let administration = Administration(service: authority.service)
    let answer = await administration.answer(request, by: Administrator(userID: geteuid()))
    try authority.close()
    return answer
  }
}

extension AdministrationAnswer {
  /// What is thrown at an answer that does not fit the request: only another version's server gives one.
  static var unexpected: CommandError {
    CommandError(
      "the running server gave an answer that this version does not know", next: "restart the server")
  }
}

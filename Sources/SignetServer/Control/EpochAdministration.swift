internal import SignetAuthority

extension Administration {
  func beginEpoch(origin: RequestOrigin) async throws -> AdministrationAnswer {
    let (epoch, ended) = try await service.beginEpoch(origin: origin)
    return .epochBegun(epoch, sessionsEnded: ended)
  }
}

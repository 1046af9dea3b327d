internal import JOSE
internal import SignetAuthority

extension Administration {
  /// The secrets that a resource is to hold, as a key set.
  func exportSecrets(of name: String, origin: RequestOrigin) async throws -> AdministrationAnswer {
    let now = service.clock()
    let secrets = try await service.storage.write { [authority = service.authority] tx in
      try authority.exportSecrets(ofResource: name, origin: origin, in: tx, at: now)
    }
    guard let secrets else { throw Self.noSuchSecret(name) }
    let set = JSON.object([JSONMember(name: "keys", value: .array(secrets.map { $0.privateJSON() }))])
    return .resourceSecrets(SecretText(set.encodedString()))
  }

  /// The audience of a resource that has a secret of its own; nil for no resource, which means the published
  /// keys.
  func secretAudience(ofResource name: String?) throws(AdministrationRefusal) -> String? {
    guard let name else { return nil }
    let resources = service.authority.policy.resources
    guard let resource = resources.first(where: { $0.name == name && $0.hasOwnSecret }) else {
      throw Self.noSuchSecret(name)
    }
    return resource.audience
  }

  private static func noSuchSecret(_ name: String) -> AdministrationRefusal {
    AdministrationRefusal(
      "no_such_secret", "no resource “\(name)” has a secret of its own",
      next: "set `resources.\(name).algorithm` to HS256, and restart the server")
  }
}

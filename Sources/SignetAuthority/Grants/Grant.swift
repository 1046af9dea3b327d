package import JOSE

/// What a session lets one client do. It holds one refresh token family and mints access tokens.
package struct Grant: Hashable, Sendable {
  package let id: GrantID
  package let session: SessionID
  package let client: ClientID
  /// Sorted, unique.
  package let scopes: [String]
  /// The audiences its access tokens name, sorted, unique, at least one.
  package let resources: [String]
  /// The thumbprint of the key that its refresh tokens are bound to (RFC 9449), or nil.
  package let senderKey: [UInt8]?
  /// The generation of the one refresh token that is current; the first is 1.
  package var generation: Int64
  /// When `generation` became current.
  package var rotatedAt: Timestamp
  /// SHA-256 of the retry key that came with the rotation to `generation`.
  package var retryKeyHash: [UInt8]?
  package let createdAt: Timestamp
  /// Set when the grant ends before its session.
  package var endedAt: Timestamp?
  package var revision: Int64

  package init(
    id: GrantID, session: SessionID, client: ClientID, scopes: [String], resources: [String],
    senderKey: [UInt8]? = nil, generation: Int64 = 1, rotatedAt: Timestamp, retryKeyHash: [UInt8]? = nil,
    createdAt: Timestamp, endedAt: Timestamp? = nil, revision: Int64 = 1
  ) {
    self.id = id
    self.session = session
    self.client = client
    self.scopes = scopes
    self.resources = resources
    self.senderKey = senderKey
    self.generation = generation
    self.rotatedAt = rotatedAt
    self.retryKeyHash = retryKeyHash
    self.createdAt = createdAt
    self.endedAt = endedAt
    self.revision = revision
  }
}

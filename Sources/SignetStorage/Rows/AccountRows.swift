package import SignetAuthority

// A row takes about 400 bytes with its three index entries: 100 of them are the password hash.

extension SQLTransaction {
  package func account(_ id: AccountID) throws -> Account? {
    try query(Self.byIdentifier, [.identifier(id)], decode: Account.init(row:)).first
  }

  package func lockedAccount(_ id: AccountID) throws -> Account? {
    try query(Self.byIdentifier.lockingRow, [.identifier(id)], decode: Account.init(row:)).first
  }

  private static let byIdentifier: SQLStatement =
    """
    SELECT id, username, email, display_name, roles, is_enabled, password_hash, credential_version,
      created_at, revision
    FROM accounts WHERE id = ?
    """

  package func account(named name: LoginName) throws -> Account? {
    switch name {
    case .username(let username):
      try query(
        """
        SELECT id, username, email, display_name, roles, is_enabled, password_hash, credential_version,
          created_at, revision
        FROM accounts WHERE username = ?
        """, [.text(username.description)], decode: Account.init(row:)
      ).first
    case .email(let email):
      try query(
        """
        SELECT id, username, email, display_name, roles, is_enabled, password_hash, credential_version,
          created_at, revision
        FROM accounts WHERE email = ?
        """, [.text(email.description)], decode: Account.init(row:)
      ).first
    }
  }

  package func accounts(after: AccountID?, limit: Int) throws -> [Account] {
    // No identifier is shorter than 16 bytes, so every one lies above the empty string.
    try query(
      """
      SELECT id, username, email, display_name, roles, is_enabled, password_hash, credential_version,
        created_at, revision
      FROM accounts WHERE id > ? ORDER BY id LIMIT ?
      """, [.blob(after?.bytes ?? []), .limit(limit)], decode: Account.init(row:))
  }

  package func insert(_ account: Account) throws {
    try executeOnOne(
      """
      INSERT INTO accounts (id, username, email, display_name, roles, is_enabled, password_hash,
        credential_version, created_at, revision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        .identifier(account.id), .optional(account.username) { .text($0.description) },
        .optional(account.email) { .text($0.description) }, .text(account.displayName),
        .strings(account.roles), .bool(account.isEnabled),
        .optional(account.passwordHash) { .text($0.encoded) }, .integer(account.credentialVersion),
        .timestamp(account.createdAt), .integer(account.revision),
      ])
  }

  package func update(_ account: Account) throws {
    try executeOnOne(
      """
      UPDATE accounts SET username = ?, email = ?, display_name = ?, roles = ?, is_enabled = ?,
        password_hash = ?, credential_version = ?, revision = revision + 1
      WHERE id = ? AND revision = ?
      """,
      [
        .optional(account.username) { .text($0.description) },
        .optional(account.email) { .text($0.description) }, .text(account.displayName),
        .strings(account.roles), .bool(account.isEnabled),
        .optional(account.passwordHash) { .text($0.encoded) }, .integer(account.credentialVersion),
        .identifier(account.id), .integer(account.revision),
      ])
  }
}

extension Account {
  fileprivate init(row: SQLRow) throws {
    self.init(
      id: try row.identifier(0),
      username: try row.optional(1) { row in { try row.parsed(Username(row.text($0)), "username") } },
      email: try row.optional(2) { row in { try row.parsed(EmailAddress(row.text($0)), "e-mail address") } },
      displayName: try row.text(3), roles: try row.strings(4), isEnabled: try row.bool(5),
      passwordHash: try row.optional(6) { row in
        { try row.parsed(PasswordHash(encoded: row.text($0)), "password hash") }
      },
      credentialVersion: try row.integer(7), createdAt: try row.timestamp(8), revision: try row.integer(9))
  }
}

extension SQLValue {
  /// A row count; a negative one asks for nothing.
  static func limit(_ count: Int) -> SQLValue { .integer(Int64(max(count, 0))) }
}

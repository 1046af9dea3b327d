extension Migration {
  /// Secrets of single resources beside the published keys, which have no audience of their own.
  static let migration0003 = Migration(
    version: 3, statements: ["ALTER TABLE signing_keys ADD COLUMN audience TEXT"])
}

/// A secret where none belongs: somebody pasted a key in the place of its file's path.
///
/// No setting is a secret, so values are shown, in errors and by `--print-config`: but not these, and nothing
/// starts with one.
enum PastedSecret {
  /// Whether `value` has the shape of a private key, of a keyring, of a token or of a password's hash.
  private static func isIn(_ value: EffectiveSetting.Value) -> Bool {
    switch value {
    case .none: false
    case .text(let text): isIn(text)
    // A list that came in one text was split at its commas.
    case .list(let texts): isIn(texts.joined(separator: ","))
    }
  }

  /// What stands in its place where settings are shown.
  static let redaction = "(redacted: it may be a secret, and no setting is one)"

  /// Whether what `setting` is set to must not be shown: it looks like a secret, or it is a way to a database
  /// that holds one, or that cannot be read, so that nobody knows what a part of it is, or it is no file
  /// where the file with a password or a secret should be: it may be that itself.
  static func isIn(_ setting: EffectiveSetting) -> Bool {
    if ["database.url", "database.direct-url"].contains(setting.name), case .text(let url) = setting.value,
      !url.isEmpty, DatabaseURL(url) == nil
    {
      return true
    }
    if ["database.password-file", "revocation-feed.secret-file"].contains(setting.name),
      case .text(let path) = setting.value, !path.isEmpty,
      FileMode.of(path) == nil
    {
      return true
    }
    return isIn(setting.value)
  }

  /// Refuses a value that holds one, before any other error could repeat it.
  static func refuse(in layers: SettingLayers) throws(ConfigurationError) {
    for setting in layers.effective where isIn(setting.value) {
      let isPath = Setting.named(setting.name)?.form == .path
      throw ConfigurationError(
        place: layers.place(setting.name),
        problem: isPath
          ? "holds what looks like a key itself; write it to a file, and give the file's path"
          : "holds what looks like a secret, and no setting is one; take it out, and replace what was shown")
    }
  }

  private static func isIn(_ text: String) -> Bool {
    marks.contains { text.contains($0) }
  }

  /// PEM; a keyring's line; JSON in base64url, as every JWT begins; the private members of a JWK; PHC; and
  /// DER in base64, which begins with lengths and identifiers: EC and Ed25519 in PKCS#8, SEC 1, RSA in PKCS#8
  /// and PKCS#1, and PKCS#8 encrypted under a password (RFC 8018 §A.4), of either alignment.
  private static let marks = [
    "-----BEGIN", "kr1.", "eyJ", #""d""#, #""k""#, "$argon2",
    "MIGHAgEA", "MIG2AgEA", "MIHuAgEA", "MC4CAQAw", "MHcCAQEE", "IBADANBgkqhkiG9w0B", "IBAAKCAQEA",
    "IBAAKCAYEA", "IBAAKCAgEA", "CSqGSIb3DQEFD", "BgkqhkiG9w0BBQ0",
  ]
}

internal import SignetServer

/// Who may read the revocation feed.
struct FeedSettings: Sendable {
  enum Access: String {
    case everybody = "public"
    case secret, off
  }

  let access: Access
  /// Holds the secret; nil when there is none.
  let secretFile: String?
  private let subscribers: Int
  /// Where the file is named, for messages.
  private let place: String

  /// - Throws: ``ConfigurationError`` when there is a secret and nobody asks for it, or the other way round.
  init(_ reading: SettingReading) throws(ConfigurationError) {
    let file = try reading.path("revocation-feed.secret-file")
    access = Access(rawValue: try reading.choice("revocation-feed.access")) ?? .off
    subscribers = try reading.integer("revocation-feed.subscribers")
    place = reading.layers.place("revocation-feed.secret-file")
    secretFile = file.isEmpty ? nil : file
    guard (access == .secret) == (secretFile != nil) else {
      throw access == .secret
        ? reading.error("revocation-feed.secret-file", "is not set, and revocation-feed.access is secret")
        : reading.error(
          "revocation-feed.secret-file",
          "is set, and nobody is asked for it; set revocation-feed.access: secret")
    }
  }

  /// Files outside the data directory that nobody else may read.
  var files: [String] { secretFile.map { [$0] } ?? [] }

  /// The feed, with the secret that the file holds now.
  /// - Throws: ``CommandError`` when it cannot be read, others may read it, or it is none.
  func configuration() throws(CommandError) -> FeedConfiguration {
    FeedConfiguration(
      access: access == .off ? .off : try secret().map { .secret($0) } ?? .everybody, subscribers: subscribers
    )
  }

  private func secret() throws(CommandError) -> SubscriberSecret? {
    guard let secretFile else { return nil }
    // Somebody may have written the secret itself there: a name that is no file's is not repeated.
    guard FileMode.of(secretFile) != nil else {
      throw CommandError(
        "\(place): there is no such file, or this user may not look",
        next: "write the secret into a file of mode 0600, and its path into revocation-feed.secret-file")
    }
    try FileMode.requirePrivate(secretFile)
    let text = String(decoding: try InputFile.token(secretFile), as: UTF8.self)
    guard let secret = SubscriberSecret(text) else {
      throw CommandError(
        "\(secretFile) holds no secret of 256 bits", next: "make one: openssl rand -base64 32")
    }
    return secret
  }
}

internal import HummingbirdCore

// What the limits of a server mean for each of its connections, whichever listener it came to.

extension ServerConfiguration.Limits {
  var decoding: HTTP1Channel.Configuration.DecoderConfiguration {
    HTTP1Channel.Configuration.DecoderConfiguration(
      maxHeaderFieldSize: headerBytes, maxHeaderListSize: headerBytes, maxHeaderFieldCount: headerFields)
  }

  var deadlines: ConnectionDeadlines.Limits {
    ConnectionDeadlines.Limits(
      handshake: handshakeTimeout, silence: idleTimeout + farewellTimeout, farewell: farewellTimeout,
      lifetime: connectionLifetime)
  }
}

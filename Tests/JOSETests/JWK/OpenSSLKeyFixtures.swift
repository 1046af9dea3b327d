/// Keys that OpenSSL 3.0 wrote, of the kinds that take the trait `OpenSSL`, made for these tests and used
/// nowhere else.
enum OpenSSLKeyFixtures {
  /// Each with its private and its public PEM, and the thumbprint that Python's hashlib makes of its members.
  static let all: [(name: String, privatePEM: String, publicPEM: String, thumbprint: String)] = [
    ("secp256k1", secp256k1PKCS8, secp256k1Public, "XlgLwD5HQ7Y8J4Agkc0kUFoke4ZBsMUe5b5CyoR17K8"),
    ("Ed448", ed448PKCS8, ed448Public, "Xr0a3Pn79mk-BsSqY-2F4-MsWonu63QlCuJdsR4iFg4"),
    ("X448", x448PKCS8, x448Public, "KvAobqk07ICJWLDsBPsEWNoImloFwlT1ACEQmKDLFDk"),
  ]

  static let secp256k1SEC1 = """
    -----BEGIN EC PRIVATE KEY-----
    MHQCAQEEIM4VPO6SLbz487Ccr5xbjPuljFjqnU8Db4LvlpHApM9noAcGBSuBBAAK
    oUQDQgAEZBEQWpj7GVnE1vc3BG6cNiKRrIJpHrEmc7sKFRQZEwbUVPoeNmyFDHlH
    4q14H8D2MBxpZy3hwAfTwyiCw/ID0g==
    -----END EC PRIVATE KEY-----
    """

  static let secp256k1PKCS8 = """
    -----BEGIN PRIVATE KEY-----
    MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgzhU87pItvPjzsJyvnFuM
    +6WMWOqdTwNvgu+WkcCkz2ehRANCAARkERBamPsZWcTW9zcEbpw2IpGsgmkesSZz
    uwoVFBkTBtRU+h42bIUMeUfirXgfwPYwHGlnLeHAB9PDKILD8gPS
    -----END PRIVATE KEY-----
    """

  static let secp256k1Public = """
    -----BEGIN PUBLIC KEY-----
    MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEZBEQWpj7GVnE1vc3BG6cNiKRrIJpHrEm
    c7sKFRQZEwbUVPoeNmyFDHlH4q14H8D2MBxpZy3hwAfTwyiCw/ID0g==
    -----END PUBLIC KEY-----
    """

  /// A point without its y, which OpenSSL writes when it is asked to.
  static let secp256k1Compressed = """
    -----BEGIN PUBLIC KEY-----
    MDYwEAYHKoZIzj0CAQYFK4EEAAoDIgACZBEQWpj7GVnE1vc3BG6cNiKRrIJpHrEm
    c7sKFRQZEwY=
    -----END PUBLIC KEY-----
    """

  static let ed448PKCS8 = """
    -----BEGIN PRIVATE KEY-----
    MEcCAQAwBQYDK2VxBDsEOQIWytcM40pljO/XxY8gQkptwSIq8kA7sXWZgALsixVx
    /GsDCONVtynIqzuUVfbCyKZJJjbI7cDSjw==
    -----END PRIVATE KEY-----
    """

  static let ed448Public = """
    -----BEGIN PUBLIC KEY-----
    MEMwBQYDK2VxAzoAeq4v3wGMOnxOW2ydffC5+OyaO6VI+A68W9nshsNE+XouFPph
    LX/d5p8qR8bHE5vUhdkVOnE6MHQA
    -----END PUBLIC KEY-----
    """

  static let x448PKCS8 = """
    -----BEGIN PRIVATE KEY-----
    MEYCAQAwBQYDK2VvBDoEOGyvTwj8FrA6FCe8DmfsjQ7EDgAmYfzBusnG2DzJ4QxT
    o8yaoLnvDrrG5GJw08KKlmV/TJZExvWz
    -----END PRIVATE KEY-----
    """

  static let x448Public = """
    -----BEGIN PUBLIC KEY-----
    MEIwBQYDK2VvAzkACgw1tdKAdMja5zCvpKRqE1Uc/jpnGa5fhAgChf065/AHjzhz
    u2dVaHRI0C4LMCLpdNAYRljiqz8=
    -----END PUBLIC KEY-----
    """
}

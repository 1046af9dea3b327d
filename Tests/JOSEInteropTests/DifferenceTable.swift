extension Differences {
  static let signed = [
    Differences("17 to 40 levels", .accepted, ["PyJWT", "jose", "jwcrypto", "libjwt"]),
    Differences("NaN or Infinity", .accepted, ["PyJWT", "jwcrypto"]),
    Differences("a byte order mark", .accepted, ["PyJWT", "joserfc"]),
    Differences("a length of 4n + 1 in the payload", .accepted, ["libjwt"]),
    Differences("a line break in the signature", .accepted, ["libjwt"]),
    Differences("a number beyond a Double", .accepted, ["PyJWT", "jwcrypto"]),
    Differences("a random parameter", .refused, ["joserfc"]),
    Differences("alg given twice", .accepted, ["PyJWT", "jose", "joserfc", "jwcrypto", "libjwt"]),
    Differences("an alg in other letters", .accepted, ["libjwt"]),
    Differences("an empty payload", .refused, ["libjwt"]),
    Differences("an unknown parameter", .refused, ["joserfc"]),
    Differences("another name given twice", .accepted, ["PyJWT", "jose", "jwcrypto", "libjwt"]),
    Differences("b64 that is no boolean", .accepted, ["PyJWT", "jose", "libjwt"]),
    Differences("b64 without crit", .accepted, ["PyJWT", "jose", "joserfc", "jwcrypto", "libjwt"]),
    Differences("crit that is empty", .accepted, ["jose", "joserfc", "jwcrypto", "libjwt"]),
    Differences("crit that is no array", .accepted, ["jose", "jwcrypto", "libjwt"]),
    Differences("crit with a name twice", .accepted, ["PyJWT", "jose", "joserfc", "jwcrypto", "libjwt"]),
    Differences("crit with a registered name", .accepted, ["jose", "joserfc", "jwcrypto", "libjwt"]),
    Differences("crit with an extension that nobody knows", .accepted, ["jose", "libjwt"]),
    Differences("crit with what is absent", .accepted, ["jose", "libjwt"]),
    Differences("four segments", .accepted, ["jose", "libjwt"]),
    Differences("half a surrogate pair", .accepted, ["PyJWT", "jwcrypto"]),
    Differences("kid of more than 256 bytes", .accepted, ["PyJWT", "jose", "joserfc", "jwcrypto", "libjwt"]),
    Differences("kid that is no string", .accepted, ["jose", "jwcrypto", "libjwt"]),
    Differences("more than 16 KiB", .accepted, ["PyJWT", "jose", "jwcrypto", "libjwt"]),
    Differences("no alg", .accepted, ["jose"]),
    Differences("padding at the signature", .accepted, ["PyJWT", "jwcrypto", "libjwt"]),
    Differences("padding in the header", .accepted, ["PyJWT", "libjwt"]),
    Differences("padding in the payload", .accepted, ["PyJWT", "libjwt"]),
    Differences("typ or cty that is no string", .accepted, ["PyJWT", "jose", "jwcrypto", "libjwt"]),
    Differences("unused bits in the payload", .accepted, ["libjwt"]),
    Differences("unused bits in the signature", .accepted, ["jwcrypto", "libjwt"]),
    Differences("white space in the payload", .accepted, ["libjwt"]),
    Differences("white space round the token", .accepted, ["jose", "libjwt"]),
    Differences(
      "one to three random characters", .accepted, ["PyJWT", "jose", "joserfc", "jwcrypto", "libjwt"],
      isCertain: false),
  ]

  static let encrypted = [
    Differences("17 to 40 levels", .accepted, ["jose", "jwcrypto"]),
    Differences("NaN or Infinity", .accepted, ["jwcrypto"]),
    Differences("a byte order mark", .accepted, ["joserfc"]),
    Differences("a number beyond a Double", .accepted, ["jwcrypto"]),
    Differences("a random parameter", .refused, ["joserfc"]),
    Differences("alg given twice", .accepted, ["jose", "joserfc", "jwcrypto"]),
    Differences("an encrypted key that dir does not have", .accepted, ["jose"]),
    Differences("an unknown parameter", .refused, ["joserfc"]),
    Differences("another name given twice", .accepted, ["jose", "jwcrypto"]),
    Differences("another number of segments", .accepted, ["jose"]),
    Differences("b64 = true in crit", .accepted, ["jose", "joserfc"]),
    Differences("b64 that is no boolean", .accepted, ["jose"]),
    Differences("crit that is empty", .accepted, ["jose", "joserfc", "jwcrypto"]),
    Differences("crit that is no array", .accepted, ["jose", "jwcrypto"]),
    Differences("crit with a name twice", .accepted, ["jose", "joserfc"]),
    Differences("crit with a registered name", .accepted, ["jose", "joserfc", "jwcrypto"]),
    Differences("crit with an extension that nobody knows", .accepted, ["jose"]),
    Differences("crit with what is absent", .accepted, ["jose"]),
    Differences("half a surrogate pair", .accepted, ["jwcrypto"]),
    Differences("kid of more than 256 bytes", .accepted, ["jose", "joserfc", "jwcrypto"]),
    Differences("kid that is no string", .accepted, ["jose", "jwcrypto"]),
    Differences("more than 16 KiB", .accepted, ["jose", "jwcrypto"]),
    Differences("padding at the tag", .accepted, ["jwcrypto"]),
    Differences("typ or cty that is no string", .accepted, ["jose", "jwcrypto"]),
    Differences("unused bits in the tag", .accepted, ["jwcrypto"]),
    Differences("white space round the token", .accepted, ["jose"]),
    Differences(
      "one to three random characters", .accepted, ["jose", "joserfc", "jwcrypto"], isCertain: false),
  ]

  /// Why, by what the token was like.
  static let reasons = [
    "17 to 40 levels":
      "Nesting ends at 16 here, so that no text costs a stack (T8)",
    "NaN or Infinity":
      "RFC 8259 §6 has neither; Python's parser reads both",
    "a byte order mark":
      "RFC 8259 §8.1 wants none; Python skips it in bytes",
    "a length of 4n + 1 in the payload":
      "No bytes have such a text (T7); it drops what is left over",
    "a line break in the signature":
      "RFC 7515 §2: no line breaks, white space or other characters (T7)",
    "a number beyond a Double":
      "Numbers are finite here (T8); in Python it becomes Infinity",
    "a random parameter":
      "RFC 7515 §4: what is not in `crit` is ignored; joserfc takes only registered names unless told",
    "alg given twice":
      "RFC 7515 §4 lets a reader refuse or take the last; which one counts must not depend on the "
      + "reader (T8)",
    "an alg in other letters":
      "Names are case-sensitive (RFC 7515 §4.1.1, T1)",
    "an empty payload":
      "libjwt reads JWTs only, whose payload is an object",
    "an encrypted key that dir does not have":
      "RFC 7516 §5.2 step 10: it must be empty (T17)",
    "an unknown parameter":
      "RFC 7515 §4: what is not in `crit` is ignored; joserfc takes only registered names unless told",
    "another name given twice":
      "RFC 7515 §4, as for alg (T8); joserfc refuses that name, twice or once",
    "another number of segments":
      "RFC 7516 §7.1: five (T9). It ignores what follows",
    "b64 = true in crit":
      "RFC 7797 is about JWS: in a JWE nobody understands `b64` (T10)",
    "b64 that is no boolean":
      "RFC 7797 §3: a boolean (T10). jose and libjwt know no `b64`, to PyJWT only false counts",
    "b64 without crit":
      "RFC 7797 §6: `crit` must list it (T10). That it says what would be so without it makes no "
      + "difference to us",
    "crit that is empty":
      "RFC 7515 §4.1.11: never an empty list (T10)",
    "crit that is no array":
      "RFC 7515 §4.1.11: an array (T10). An empty object passes where only its elements are looked at",
    "crit with a name twice":
      "RFC 7515 §4.1.11: each name once (T10)",
    "crit with a registered name":
      "RFC 7515 §4.1.11: none of the registered ones (T10)",
    "crit with an extension that nobody knows":
      "RFC 7515 §4.1.11: the token must be refused (T10). jose and libjwt do not look at `crit`",
    "crit with what is absent":
      "RFC 7515 §4.1.11: what it lists must be there (T10)",
    "four segments":
      "RFC 7515 §7.1: three (T9). They ignore what follows",
    "half a surrogate pair":
      "It is no character (RFC 8259 §8.2, T8)",
    "kid of more than 256 bytes":
      "Our own bound (T5)",
    "kid that is no string":
      "RFC 7515 §4.1.4: a string. A wrong type is an error and not an absence (T8)",
    "more than 16 KiB":
      "Our own bound, which a caller may raise (T9); joserfc has one of 512 bytes for a header",
    "no alg":
      "RFC 7515 §4.1.1: it must be there; jose takes the key's",
    "one to three random characters":
      "What random changes hit is one of the other rows: white space, padding, unused bits, an "
      + "encrypted key that counts for nothing",
    "padding at the signature":
      "RFC 7515 §2: no padding. A second spelling of one token gets round whoever remembers revoked "
      + "ones (T7)",
    "padding at the tag":
      "RFC 7515 §2: no padding (T7)",
    "padding in the header":
      "RFC 7515 §2: no padding (T7)",
    "padding in the payload":
      "RFC 7515 §2: no padding (T7)",
    "typ or cty that is no string":
      "RFC 7515 §4.1.9, §4.1.10: strings (T8)",
    "unused bits in the payload":
      "RFC 4648 §3.5: they may be refused; two spellings of one value (T7)",
    "unused bits in the signature":
      "RFC 4648 §3.5: they may be refused; two spellings of one value (T7)",
    "unused bits in the tag":
      "RFC 4648 §3.5: they may be refused; two spellings of one value (T7)",
    "white space in the payload":
      "RFC 7515 §2: none (T7)",
    "white space round the token":
      "RFC 7515 §2: none; whoever reads a file cuts it off (T7)",
  ]
}

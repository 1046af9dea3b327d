// libjwt, as its documentation has it used: it reads the PEM each time, and leaves the claims to its user.
#include "../protocol.h"

#include <jwt.h>

static char *keys[ALGORITHMS], *public_keys[ALGORITHMS];
static size_t sizes[ALGORITHMS], public_sizes[ALGORITHMS];
static const jwt_alg_t algorithms[ALGORITHMS] = {JWT_ALG_HS256, JWT_ALG_ES256, JWT_ALG_NONE, JWT_ALG_RS256};
static jwt_t *claims;
static const char *iss, *sub, *aud, *jti, *scope;
static long expiry, issued;

static const char *version(void) { return PEER_VERSION; }

// This version has no EdDSA.
static int has(int algorithm) { return algorithm != EDDSA; }

static void prepare(void) {
  for (int algorithm = 0; algorithm < ALGORITHMS; algorithm++) {
    const char *ending = algorithm == HS256 ? ".key" : ".pem";
    keys[algorithm] = read_file(names[algorithm], ending, &sizes[algorithm]);
    ending = algorithm == HS256 ? ".key" : ".pub.pem";
    public_keys[algorithm] = read_file(names[algorithm], ending, &public_sizes[algorithm]);
  }
  if (jwt_new(&claims) || jwt_add_grants_json(claims, read_file("claims", ".json", NULL))) fail("the claims");
  iss = jwt_get_grant(claims, "iss");
  sub = jwt_get_grant(claims, "sub");
  aud = jwt_get_grant(claims, "aud");
  jti = jwt_get_grant(claims, "jti");
  scope = jwt_get_grant(claims, "scope");
  expiry = jwt_get_grant_int(claims, "exp");
  issued = jwt_get_grant_int(claims, "iat");
}

static char *sign(int algorithm) {
  jwt_t *jwt;
  if (jwt_new(&jwt) || jwt_add_grant(jwt, "iss", iss) || jwt_add_grant(jwt, "sub", sub) ||
      jwt_add_grant(jwt, "aud", aud) || jwt_add_grant_int(jwt, "exp", expiry) ||
      jwt_add_grant_int(jwt, "iat", issued) || jwt_add_grant(jwt, "jti", jti) ||
      jwt_add_grant(jwt, "scope", scope) ||
      jwt_set_alg(jwt, algorithms[algorithm], (unsigned char *)keys[algorithm], (int)sizes[algorithm]))
    fail("libjwt does not take the claims");
  char *token = jwt_encode_str(jwt);
  if (!token) fail("libjwt does not sign");
  jwt_free(jwt);
  return token;
}

static int is_accepted(int algorithm, const char *token) {
  jwt_t *jwt = NULL;
  unsigned char *key = (unsigned char *)public_keys[algorithm];
  if (jwt_decode(&jwt, token, key, (int)public_sizes[algorithm])) return 0;
  const char *issuer = jwt_get_grant(jwt, "iss"), *audience = jwt_get_grant(jwt, "aud");
  int is_good = jwt_get_alg(jwt) == algorithms[algorithm] && jwt_get_grant_int(jwt, "exp") > time(NULL) &&
                issuer && !strcmp(issuer, iss) && audience && !strcmp(audience, aud) &&
                jwt_get_grant(jwt, "sub") && jwt_get_grant(jwt, "jti") && jwt_get_grant(jwt, "scope");
  jwt_free(jwt);
  return is_good;
}

static void sign_times(int algorithm, long count) {
  for (long round = 0; round < count; round++) free(sign(algorithm));
}

static void verify_times(int algorithm, long count) {
  for (long round = 0; round < count; round++)
    if (!is_accepted(algorithm, tokens[algorithm][round % TOKENS])) fail("libjwt refuses");
}

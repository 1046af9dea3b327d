// Loaded beside the fault layer: Argon2id with next to no memory, so that two cores give the load that the
// kill test wants. The hashes claim the cost that was asked for, or each login would hash its password again.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int hash_function(
    uint32_t, uint32_t, uint32_t, const void *, size_t, const void *, size_t, size_t, char *, size_t);
typedef int verify_function(const char *, const void *, size_t);

static const char cheap[] = "m=8,t=1,p=1";

// The parameters of the PHC string `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, replaced by `parameters`.
static int with_parameters(const char *encoded, const char *parameters, char *answer, size_t size) {
  const char *start = strstr(encoded, "$m=");
  const char *end = start == NULL ? NULL : strchr(start + 1, '$');
  if (end == NULL) return -1;
  int length = snprintf(answer, size, "%.*s$%s%s", (int)(start - encoded), encoded, parameters, end);
  return length > 0 && (size_t)length < size ? 0 : -1;
}

int argon2id_hash_encoded(
    uint32_t passes, uint32_t memory, uint32_t lanes, const void *password, size_t password_length,
    const void *salt, size_t salt_length, size_t hash_length, char *encoded, size_t encoded_length) {
  hash_function *real = (hash_function *)dlsym(RTLD_NEXT, "argon2id_hash_encoded");
  char text[512], parameters[64];
  int code = real(1, 8, 1, password, password_length, salt, salt_length, hash_length, text, sizeof text);
  if (code != 0) return code;
  snprintf(parameters, sizeof parameters, "m=%u,t=%u,p=%u", memory, passes, lanes);
  return with_parameters(text, parameters, encoded, encoded_length);
}

int argon2id_verify(const char *encoded, const void *password, size_t password_length) {
  verify_function *real = (verify_function *)dlsym(RTLD_NEXT, "argon2id_verify");
  char text[512];
  if (with_parameters(encoded, cheap, text, sizeof text) != 0) return -1;
  return real(text, password, password_length);
}

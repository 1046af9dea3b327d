// OpenSSL's bare primitives: the signature over the same bytes, with keys and contexts prepared, the
// signature decoded, and nothing parsed.
#include "../protocol.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ecdsa.h>

static EVP_PKEY *private_keys[ALGORITHMS], *public_keys[ALGORITHMS];
static EVP_PKEY_CTX *signers[ALGORITHMS], *verifiers[ALGORITHMS];
static EVP_MD_CTX *context;
static EVP_MAC_CTX *hmac;
static EVP_MD *sha256;

typedef struct {
  unsigned char message[1024], signature[512];
  size_t message_size, signature_size;
} parts;

static parts prepared[ALGORITHMS][TOKENS];

static void must(int is_good) {
  if (is_good != 1) fail("libcrypto refuses");
}

static size_t decode(const char *text, unsigned char *bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  unsigned buffer = 0, bits = 0;
  size_t size = 0;
  for (; *text; text++) {
    buffer = buffer << 6 | (unsigned)(strchr(digits, *text) - digits);
    bits += 6;
    if (bits >= 8) bytes[size++] = buffer >> (bits -= 8);
  }
  return size;
}

// ECDSA's two numbers, as a JWS has them, into the DER that libcrypto reads; and back.
static size_t to_der(const unsigned char *raw, unsigned char *der) {
  ECDSA_SIG *numbers = ECDSA_SIG_new();
  ECDSA_SIG_set0(numbers, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
  size_t size = (size_t)i2d_ECDSA_SIG(numbers, &der);
  ECDSA_SIG_free(numbers);
  return size;
}

static void to_raw(const unsigned char *der, size_t size, unsigned char *raw) {
  ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long)size);
  BN_bn2binpad(ECDSA_SIG_get0_r(numbers), raw, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(numbers), raw + 32, 32);
  ECDSA_SIG_free(numbers);
}

static parts split(int algorithm, const char *token) {
  parts result = {0};
  unsigned char raw[512];
  const char *dot = strrchr(token, '.');
  result.message_size = (size_t)(dot - token);
  memcpy(result.message, token, result.message_size);
  result.signature_size = decode(dot + 1, raw);
  if (algorithm == ES256) result.signature_size = to_der(raw, result.signature);
  else memcpy(result.signature, raw, result.signature_size);
  return result;
}

static EVP_PKEY_CTX *initialized(EVP_PKEY *key, int algorithm, int (*start)(EVP_PKEY_CTX *)) {
  EVP_PKEY_CTX *result = EVP_PKEY_CTX_new(key, NULL);
  must(start(result));
  if (algorithm == RS256) must(EVP_PKEY_CTX_set_rsa_padding(result, RSA_PKCS1_PADDING));
  must(EVP_PKEY_CTX_set_signature_md(result, sha256));
  return result;
}

static void prepare(void) {
  size_t size;
  char *secret = read_file("HS256", ".key", &size);
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0), OSSL_PARAM_construct_end()};
  hmac = EVP_MAC_CTX_new(EVP_MAC_fetch(NULL, "HMAC", NULL));
  must(EVP_MAC_init(hmac, (unsigned char *)secret, size, parameters));
  sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  context = EVP_MD_CTX_new();
  for (int algorithm = 0; algorithm < ALGORITHMS; algorithm++) {
    for (int index = 0; index < TOKENS; index++)
      prepared[algorithm][index] = split(algorithm, tokens[algorithm][index]);
    if (algorithm == HS256) continue;
    char *pem = read_file(names[algorithm], ".pem", &size);
    private_keys[algorithm] = PEM_read_bio_PrivateKey(BIO_new_mem_buf(pem, (int)size), NULL, NULL, NULL);
    pem = read_file(names[algorithm], ".pub.pem", &size);
    public_keys[algorithm] = PEM_read_bio_PUBKEY(BIO_new_mem_buf(pem, (int)size), NULL, NULL, NULL);
    if (algorithm == EDDSA) continue;
    signers[algorithm] = initialized(private_keys[algorithm], algorithm, EVP_PKEY_sign_init);
    verifiers[algorithm] = initialized(public_keys[algorithm], algorithm, EVP_PKEY_verify_init);
  }
}

static const char *version(void) { return OpenSSL_version(OPENSSL_VERSION_STRING); }

static int has(int algorithm) { return algorithm < ALGORITHMS; }

static void mac(const parts *input, unsigned char *code) {
  size_t size;
  must(EVP_MAC_init(hmac, NULL, 0, NULL));
  must(EVP_MAC_update(hmac, input->message, input->message_size));
  must(EVP_MAC_final(hmac, code, &size, 32));
}

static size_t sign_once(int algorithm, const parts *input, unsigned char *signature) {
  size_t size = 512;
  unsigned char digest[32];
  if (algorithm == HS256) {
    mac(input, signature);
    return 32;
  }
  if (algorithm == EDDSA) {
    EVP_MD_CTX_reset(context);
    must(EVP_DigestSignInit(context, NULL, NULL, NULL, private_keys[algorithm]));
    must(EVP_DigestSign(context, signature, &size, input->message, input->message_size));
    return size;
  }
  must(EVP_Digest(input->message, input->message_size, digest, NULL, sha256, NULL));
  must(EVP_PKEY_sign(signers[algorithm], signature, &size, digest, sizeof digest));
  return size;
}

static int verify_once(int algorithm, const parts *input) {
  unsigned char digest[32];
  if (algorithm == HS256) {
    mac(input, digest);
    return input->signature_size == 32 && !CRYPTO_memcmp(digest, input->signature, 32);
  }
  if (algorithm == EDDSA) {
    EVP_MD_CTX_reset(context);
    must(EVP_DigestVerifyInit(context, NULL, NULL, NULL, public_keys[algorithm]));
    return EVP_DigestVerify(
               context, input->signature, input->signature_size, input->message, input->message_size) == 1;
  }
  must(EVP_Digest(input->message, input->message_size, digest, NULL, sha256, NULL));
  return EVP_PKEY_verify(
             verifiers[algorithm], input->signature, input->signature_size, digest, sizeof digest) == 1;
}

static char *sign(int algorithm) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const parts *input = &prepared[algorithm][0];
  unsigned char signature[512], raw[64], *bytes = signature;
  size_t size = sign_once(algorithm, input, signature);
  if (algorithm == ES256) {
    to_raw(signature, size, raw);
    bytes = raw;
    size = sizeof raw;
  }
  char *token = calloc(1, 2048), *end = token + input->message_size;
  memcpy(token, input->message, input->message_size);
  *end++ = '.';
  unsigned buffer = 0, bits = 0;
  for (size_t index = 0; index < size; index++) {
    buffer = buffer << 8 | bytes[index];
    for (bits += 8; bits >= 6;) *end++ = digits[buffer >> (bits -= 6) & 63];
  }
  if (bits) *end++ = digits[buffer << (6 - bits) & 63];
  return token;
}

static int is_accepted(int algorithm, const char *token) {
  parts input = split(algorithm, token);
  return verify_once(algorithm, &input);
}

static void sign_times(int algorithm, long count) {
  unsigned char signature[512];
  for (long round = 0; round < count; round++)
    sign_once(algorithm, &prepared[algorithm][round % TOKENS], signature);
}

static void verify_times(int algorithm, long count) {
  for (long round = 0; round < count; round++) must(verify_once(algorithm, &prepared[algorithm][round % TOKENS]));
}

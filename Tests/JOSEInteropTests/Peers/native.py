"""libjwt, through its C interface. It knows JWTs only: a payload is a JSON object."""
import ctypes
import ctypes.util
import json

from library import decoded, encoded

NAMES = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]


def library():
    jwt = ctypes.CDLL(ctypes.util.find_library("jwt") or "libjwt.so.0")
    jwt.jwt_encode_str.restype = jwt.jwt_get_grants_json.restype = ctypes.c_void_p
    jwt.jwt_alg_str.restype = ctypes.c_char_p
    return jwt


def check(status, what):
    if status != 0:
        raise ValueError(f"{what}: {status}")


def key(job):
    return decoded(job["jwk"]["k"]) if job["jwk"]["kty"] == "oct" else job["pem"].encode()


def text(jwt, pointer):
    if not pointer:
        raise ValueError("no text")
    value = ctypes.string_at(pointer)
    ctypes.CDLL(None).free(ctypes.c_void_p(pointer))
    return value


class LibJWT:
    @staticmethod
    def algorithms():
        jwt = library()
        return {"jws": sorted(n for n in NAMES if jwt.jwt_alg_str(jwt.jwt_str_alg(n.encode())) == n.encode()),
                "jwe": [], "enc": []}

    @staticmethod
    def sign(job):
        jwt, token, data = library(), ctypes.c_void_p(), key(job)
        check(jwt.jwt_new(ctypes.byref(token)), "jwt_new")
        try:
            check(jwt.jwt_add_grants_json(token, decoded(job["payload"])), "jwt_add_grants_json")
            check(jwt.jwt_set_alg(token, jwt.jwt_str_alg(job["alg"].encode()), data, len(data)), "jwt_set_alg")
            return {"token": text(jwt, jwt.jwt_encode_str(token)).decode()}
        finally:
            jwt.jwt_free(token)

    @staticmethod
    def verify(job):
        jwt, token, data = library(), ctypes.c_void_p(), key(job)
        check(jwt.jwt_decode(ctypes.byref(token), job["token"].encode(), data, len(data)), "jwt_decode")
        try:
            # A token without a signature is decoded as well: whoever calls has to look.
            if jwt.jwt_get_alg(token) != jwt.jwt_str_alg(job["alg"].encode()):
                raise ValueError("another algorithm")
            claims = json.loads(text(jwt, jwt.jwt_get_grants_json(token, None)))
            written = json.dumps(claims, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
            return {"payload": encoded(written.encode())}
        finally:
            jwt.jwt_free(token)

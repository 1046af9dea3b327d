"""Libraries in Python, each as its documentation has it used.

    peer.py LIBRARY FOLDER

Keys are read once, where a library lets its user do so.
"""

import base64
import importlib.metadata
import json
import os
import platform
import sys
import time

SIGNING = ["HS256", "ES256", "EdDSA", "RS256"]
ENCRYPTING = ["dir", "RSA-OAEP", "ECDH-ES+A128KW"]
FOLDER = sys.argv[2]


def read(name):
    with open(os.path.join(FOLDER, name), "rb") as file:
        return file.read()


PAYLOAD = read("claims.json")
CLAIMS = json.loads(PAYLOAD)
ISSUER, AUDIENCE = CLAIMS["iss"], CLAIMS["aud"]


def pems(algorithm):
    return read(f"{algorithm}.pem"), read(f"{algorithm}.pub.pem")


class PyJWT:
    package = "PyJWT"

    def __init__(self, algorithm):
        import jwt
        from jwt.algorithms import get_default_algorithms

        self.jwt, self.algorithm = jwt, algorithm
        if algorithm == "HS256":
            self.signing = self.key = read("HS256.key")
        else:
            prepare = get_default_algorithms()[algorithm].prepare_key
            self.signing, self.key = map(prepare, pems(algorithm))

    def make(self):
        return self.jwt.encode(CLAIMS, self.signing, algorithm=self.algorithm)

    def read(self, token):
        return self.jwt.decode(token, self.key, algorithms=[self.algorithm], issuer=ISSUER, audience=AUDIENCE)


class OxyJWT:
    package = "oxyjwt"

    def __init__(self, algorithm):
        import oxyjwt

        self.jwt, self.algorithm = oxyjwt, algorithm
        encoding, decoding = oxyjwt.EncodingKey, oxyjwt.DecodingKey
        if algorithm == "HS256":
            secret = read("HS256.key")
            self.signing, self.key = encoding.from_secret(secret), decoding.from_secret(secret)
        else:
            kind = {"ES256": "from_ec_pem", "EdDSA": "from_ed_pem", "RS256": "from_rsa_pem"}[algorithm]
            private, public = pems(algorithm)
            self.signing, self.key = getattr(encoding, kind)(private), getattr(decoding, kind)(public)

    def make(self):
        return self.jwt.encode(CLAIMS, self.signing, algorithm=self.algorithm)

    def read(self, token):
        return self.jwt.decode(token, self.key, algorithms=[self.algorithm], issuer=ISSUER, audience=AUDIENCE)


class Joserfc:
    package = "joserfc"

    def __init__(self, algorithm):
        from joserfc import jwt
        from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

        self.jwt = jwt
        # Its name for the algorithm stays the old one.
        self.algorithms, self.header = [algorithm], {"alg": algorithm, "typ": "JWT"}
        if algorithm == "HS256":
            self.signing = self.key = OctKey.import_key(read("HS256.key"))
        else:
            kind = {"ES256": ECKey, "EdDSA": OKPKey, "RS256": RSAKey}[algorithm]
            self.signing, self.key = map(kind.import_key, pems(algorithm))
        self.registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True})

    def make(self):
        return self.jwt.encode(self.header, CLAIMS, self.signing, algorithms=self.algorithms)

    def read(self, token):
        claims = self.jwt.decode(token, self.key, algorithms=self.algorithms).claims
        self.registry.validate(claims)
        return claims


class Authlib:
    package = "Authlib"

    def __init__(self, algorithm):
        from authlib.jose import JsonWebToken, OctKey, ECKey, OKPKey, RSAKey

        self.jwt = JsonWebToken([algorithm])
        self.header = {"alg": algorithm, "typ": "JWT"}
        if algorithm == "HS256":
            self.signing = self.key = OctKey.import_key(read("HS256.key"))
        else:
            kind = {"ES256": ECKey, "EdDSA": OKPKey, "RS256": RSAKey}[algorithm]
            self.signing, self.key = map(kind.import_key, pems(algorithm))
        self.options = {
            "iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": AUDIENCE},
            "exp": {"essential": True}}

    def make(self):
        return self.jwt.encode(self.header, dict(CLAIMS), self.signing).decode()

    def read(self, token):
        claims = self.jwt.decode(token, self.key, claims_options=self.options)
        claims.validate()
        return claims


class Jwcrypto:
    package = "jwcrypto"

    def __init__(self, algorithm):
        from jwcrypto import jwk, jwt

        self.jwt, self.algorithms = jwt, [algorithm]
        self.header = {"alg": algorithm, "typ": "JWT"}
        if algorithm == "HS256":
            secret = base64.urlsafe_b64encode(read("HS256.key")).rstrip(b"=").decode()
            self.signing = self.key = jwk.JWK(kty="oct", k=secret)
        else:
            self.signing, self.key = map(jwk.JWK.from_pem, pems(algorithm))

    def make(self):
        token = self.jwt.JWT(header=self.header, claims=CLAIMS, algs=self.algorithms)
        token.make_signed_token(self.signing)
        return token.serialize()

    def read(self, token):
        token = self.jwt.JWT(
            jwt=token, key=self.key, algs=self.algorithms,
            check_claims={"iss": ISSUER, "aud": AUDIENCE, "exp": None})
        return json.loads(token.claims)


class PythonJOSE:
    package = "python-jose"

    def __init__(self, algorithm):
        if algorithm == "EdDSA":
            raise NotImplementedError
        from jose import jwk, jwt

        self.jwt, self.algorithm = jwt, algorithm
        private, public = (read("HS256.key"),) * 2 if algorithm == "HS256" else pems(algorithm)
        self.signing, self.key = jwk.construct(private, algorithm), jwk.construct(public, algorithm)

    def make(self):
        return self.jwt.encode(CLAIMS, self.signing, algorithm=self.algorithm)

    def read(self, token):
        return self.jwt.decode(
            token, self.key, algorithms=[self.algorithm], issuer=ISSUER, audience=AUDIENCE,
            options={"require_exp": True, "require_iss": True, "require_aud": True})


class JoserfcEncryption:
    def __init__(self, algorithm):
        from joserfc import jwe
        from joserfc.jwk import ECKey, OctKey, RSAKey

        self.jwe, self.algorithms = jwe, [algorithm, "A256GCM"]
        self.header = {"alg": algorithm, "enc": "A256GCM"}
        if algorithm == "dir":
            self.private = self.public = OctKey.import_key(read("dir.key"))
        else:
            kind = RSAKey if algorithm == "RSA-OAEP" else ECKey
            self.private, self.public = map(kind.import_key, pems(algorithm))

    def make(self):
        return self.jwe.encrypt_compact(self.header, PAYLOAD, self.public, algorithms=self.algorithms)

    def read(self, token):
        return self.jwe.decrypt_compact(token, self.private, algorithms=self.algorithms).plaintext


class AuthlibEncryption:
    def __init__(self, algorithm):
        from authlib.jose import JsonWebEncryption, OctKey, ECKey, RSAKey

        self.jwe = JsonWebEncryption([algorithm, "A256GCM"])
        self.header = {"alg": algorithm, "enc": "A256GCM"}
        if algorithm == "dir":
            self.private = self.public = OctKey.import_key(read("dir.key"))
        else:
            kind = RSAKey if algorithm == "RSA-OAEP" else ECKey
            self.private, self.public = map(kind.import_key, pems(algorithm))

    def make(self):
        return self.jwe.serialize_compact(self.header, PAYLOAD, self.public).decode()

    def read(self, token):
        return self.jwe.deserialize_compact(token, self.private)["payload"]


class JwcryptoEncryption:
    def __init__(self, algorithm):
        from jwcrypto import jwe, jwk

        self.jwe, self.algorithms = jwe, [algorithm, "A256GCM"]
        self.header = json.dumps({"alg": algorithm, "enc": "A256GCM"})
        if algorithm == "dir":
            secret = base64.urlsafe_b64encode(read("dir.key")).rstrip(b"=").decode()
            self.private = self.public = jwk.JWK(kty="oct", k=secret)
        else:
            self.private, self.public = map(jwk.JWK.from_pem, pems(algorithm))

    def make(self):
        token = self.jwe.JWE(PAYLOAD, self.header, algs=self.algorithms, recipient=self.public)
        return token.serialize(compact=True)

    def read(self, token):
        decrypted = self.jwe.JWE(algs=self.algorithms)
        decrypted.deserialize(token, self.private)
        return decrypted.payload


class PythonJOSEEncryption:
    def __init__(self, algorithm):
        from jose import jwe

        if algorithm.startswith("ECDH"):
            raise NotImplementedError
        self.jwe, self.algorithm = jwe, algorithm
        self.private, self.public = (read("dir.key"),) * 2 if algorithm == "dir" else pems(algorithm)

    def make(self):
        return self.jwe.encrypt(PAYLOAD, self.public, encryption="A256GCM", algorithm=self.algorithm).decode()

    def read(self, token):
        return self.jwe.decrypt(token, self.private)


LIBRARIES = {
    "pyjwt": (PyJWT, None), "oxyjwt": (OxyJWT, None), "joserfc": (Joserfc, JoserfcEncryption),
    "authlib": (Authlib, AuthlibEncryption), "jwcrypto": (Jwcrypto, JwcryptoEncryption),
    "python-jose": (PythonJOSE, PythonJOSEEncryption)}


def measure(library, command, count, tokens):
    make, read_token = library.make, library.read
    start = time.perf_counter_ns()
    if command in ("sign", "encrypt"):
        for _ in range(count):
            make()
    else:
        for index in range(count):
            read_token(tokens[index & 63])
    return (time.perf_counter_ns() - start) / count


def is_accepted(library, token):
    try:
        found = library.read(token)
        return (json.loads(found) if isinstance(found, bytes) else found)["iss"] == ISSUER
    except Exception:
        return False


def main():
    signing, encrypting = LIBRARIES[sys.argv[1]]
    libraries, tokens = {}, {}
    for kind, algorithms in ((signing, SIGNING), (encrypting, ENCRYPTING if encrypting else [])):
        for algorithm in algorithms:
            try:
                libraries[algorithm] = kind(algorithm)
            except NotImplementedError:
                continue
            tokens[algorithm] = read(f"{algorithm}.tokens").decode().split()
    for line in sys.stdin:
        command, *words = line.split()
        if command == "version":
            answer = f"{importlib.metadata.version(signing.package)} (Python {platform.python_version()})"
        elif command == "algorithms":
            answer = " ".join(libraries)
        elif command == "token":
            answer = libraries[words[0]].make()
        elif command == "check":
            answer = "accepted" if is_accepted(libraries[words[0]], words[1]) else "refused"
        else:
            answer = measure(libraries[words[0]], command, int(words[1]), tokens[words[0]])
        print(answer, flush=True)


main()

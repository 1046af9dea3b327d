"""Other people's JWT libraries, as they are, behind one small protocol.

Reads a JSON array of jobs on standard input and writes a JSON array of answers, one for each:

    {"library": "pyjwt", "do": "verify", "token": …, "jwks_url": … | "jwks": {…}, "algorithms": […],
     "issuer": …, "audience": …}                                  → {"ok": true, "claims": {…}}
    {"library": "joserfc", "do": "sign", "jwk": {…}, "algorithm": …, "type": …, "claims": {…}}
                                                                  → {"ok": true, "token": …}

A refusal is {"ok": false, "error": the exception's name}.
"""
import json
import sys
import urllib.request
import warnings

import jwt as pyjwt
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import JWKRegistry, KeySet

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from authlib.jose import JsonWebKey, JsonWebToken

REQUIRED = ["iss", "aud", "exp", "iat", "sub"]


def key_set(job):
    if "jwks" in job:
        return job["jwks"]
    with urllib.request.urlopen(job["jwks_url"], timeout=10) as answer:
        return json.load(answer)


class PyJWT:
    @staticmethod
    def verify(job):
        if "jwks_url" in job:
            key = pyjwt.PyJWKClient(job["jwks_url"]).get_signing_key_from_jwt(job["token"])
        else:
            key_id = pyjwt.get_unverified_header(job["token"])["kid"]
            key = next(key for key in pyjwt.PyJWKSet.from_dict(job["jwks"]).keys if key.key_id == key_id)
        return pyjwt.decode(
            job["token"], key, algorithms=job["algorithms"], audience=job["audience"], issuer=job["issuer"],
            options={"require": REQUIRED},
        )

    @staticmethod
    def sign(job):
        headers = {"typ": job["type"], "kid": job["jwk"]["kid"]}
        key = pyjwt.PyJWK.from_dict(job["jwk"], algorithm=job["algorithm"])
        return pyjwt.encode(job["claims"], key.key, algorithm=job["algorithm"], headers=headers)


class Joserfc:
    @staticmethod
    def verify(job):
        keys = KeySet.import_key_set(key_set(job))
        token = joserfc_jwt.decode(job["token"], keys, algorithms=job["algorithms"])
        expected = {name: {"essential": True} for name in REQUIRED}
        expected["iss"]["value"], expected["aud"]["value"] = job["issuer"], job["audience"]
        joserfc_jwt.JWTClaimsRegistry(**expected).validate(token.claims)
        return token.claims

    @staticmethod
    def sign(job):
        header = {"alg": job["algorithm"], "typ": job["type"], "kid": job["jwk"]["kid"]}
        return joserfc_jwt.encode(
            header, job["claims"], JWKRegistry.import_key(job["jwk"]), algorithms=[job["algorithm"]])


class Authlib:
    @staticmethod
    def verify(job):
        expected = {name: {"essential": True} for name in REQUIRED}
        expected["iss"]["value"], expected["aud"]["value"] = job["issuer"], job["audience"]
        claims = JsonWebToken(job["algorithms"]).decode(
            job["token"], JsonWebKey.import_key_set(key_set(job)), claims_options=expected)
        claims.validate()
        return dict(claims)

    @staticmethod
    def sign(job):
        header = {"alg": job["algorithm"], "typ": job["type"], "kid": job["jwk"]["kid"]}
        key = JsonWebKey.import_key(job["jwk"])
        return JsonWebToken([job["algorithm"]]).encode(header, job["claims"], key).decode()


LIBRARIES = {"pyjwt": PyJWT, "joserfc": Joserfc, "authlib": Authlib}


def answer(job):
    library = LIBRARIES[job["library"]]
    try:
        if job["do"] == "sign":
            return {"ok": True, "token": library.sign(job)}
        return {"ok": True, "claims": library.verify(job)}
    except Exception as error:  # a refusal may be any of the library's exceptions
        return {"ok": False, "error": type(error).__name__, "detail": str(error)[:200]}


json.dump([answer(job) for job in json.load(sys.stdin)], sys.stdout)

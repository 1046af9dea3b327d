"""PyJWT, joserfc and jwcrypto."""
import base64
import json

import jwt as pyjwt
from joserfc import jwe as joserfc_jwe
from joserfc import jws as joserfc_jws
from joserfc.jwe import JWERegistry
from joserfc.jwk import JWKRegistry
from joserfc.jws import JWSRegistry
from jwcrypto import jwa, jwe, jwk, jws
from jwcrypto.common import json_encode

CONTENT = ["A128GCM", "A192GCM", "A256GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"]


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def header(job, **more):
    names = {"alg": job["alg"], "kid": job["jwk"].get("kid"), **more}
    return {name: value for name, value in names.items() if value is not None}


class PyJWT:
    @staticmethod
    def algorithms():
        names = set(pyjwt.algorithms.get_default_algorithms()) - {"none"}
        return {"jws": sorted(names), "jwe": [], "enc": []}

    @staticmethod
    def sign(job):
        key = pyjwt.PyJWK.from_dict(job["jwk"], algorithm=job["alg"])
        token = pyjwt.api_jws.encode(decoded(job["payload"]), key.key, algorithm=job["alg"], headers=header(job))
        return {"token": token}

    @staticmethod
    def verify(job):
        key = pyjwt.PyJWK.from_dict(job["jwk"], algorithm=job["alg"])
        return {"payload": encoded(pyjwt.api_jws.decode(job["token"], key, algorithms=[job["alg"]]))}


class Joserfc:
    # Names that its registry does not recommend, and so has to be asked for.
    signing = JWSRegistry(algorithms=sorted(set(JWSRegistry.algorithms) - {"none"}))
    encrypting = JWERegistry(
        algorithms=sorted(set(JWERegistry.algorithms["alg"]) - {"RSA1_5"}) + CONTENT + ["DEF"])

    @classmethod
    def algorithms(cls):
        return {"jws": cls.signing.allowed, "jwe": sorted(set(JWERegistry.algorithms["alg"]) - {"RSA1_5"}),
                "enc": CONTENT}

    @classmethod
    def sign(cls, job):
        key, payload = JWKRegistry.import_key(job["jwk"]), decoded(job["payload"])
        if job.get("form") is None:
            return {"token": joserfc_jws.serialize_compact(header(job), payload, key, registry=cls.signing)}
        member = {"protected": header(job)}
        members = [member] if job["form"] == "general" else member
        return {"token": joserfc_jws.serialize_json(members, payload, key, registry=cls.signing)}

    @staticmethod
    def verify(job):
        key, registry = JWKRegistry.import_key(job["jwk"]), JWSRegistry(algorithms=[job["alg"]])
        if isinstance(job["token"], dict):
            return {"payload": encoded(joserfc_jws.deserialize_json(job["token"], key, registry=registry).payload)}
        return {"payload": encoded(joserfc_jws.deserialize_compact(job["token"], key, registry=registry).payload)}

    @classmethod
    def encrypt(cls, job):
        key, payload = JWKRegistry.import_key(job["jwk"]), decoded(job["payload"])
        protected = header(job, enc=job["enc"], zip=job.get("zip"))
        if job.get("form") is None:
            return {"token": joserfc_jwe.encrypt_compact(protected, payload, key, registry=cls.encrypting)}
        kind = joserfc_jwe.GeneralJSONEncryption if job["form"] == "general" else joserfc_jwe.FlattenedJSONEncryption
        message = kind({"enc": job["enc"]}, payload)
        message.add_recipient(header(job), key)
        return {"token": joserfc_jwe.encrypt_json(message, None, registry=cls.encrypting)}

    @staticmethod
    def decrypt(job):
        key = JWKRegistry.import_key(job["jwk"])
        # Of several recipients one is enough: the key is that one's.
        registry = JWERegistry(algorithms=[job["alg"], job["enc"], "DEF"], verify_all_recipients=False)
        if isinstance(job["token"], dict):
            return {"payload": encoded(joserfc_jwe.decrypt_json(job["token"], key, registry=registry).plaintext)}
        return {"payload": encoded(joserfc_jwe.decrypt_compact(job["token"], key, registry=registry).plaintext)}

    @staticmethod
    def imported(job):
        key = JWKRegistry.import_key(job["jwk"])
        return {"jwk": key.as_dict(private=key.is_private), "thumbprint": key.thumbprint()}


class JWCrypto:
    @staticmethod
    def algorithms():
        encrypting = sorted(set(jwe.default_allowed_algs) - set(CONTENT))
        return {"jws": sorted(jws.default_allowed_algs), "jwe": encrypting, "enc": CONTENT}

    @staticmethod
    def sign(job):
        token = jws.JWS(decoded(job["payload"]))
        token.add_signature(jwk.JWK(**job["jwk"]), None, json_encode(header(job)), None)
        if job.get("form") is None:
            return {"token": token.serialize(compact=True)}
        written = json.loads(token.serialize())
        if job["form"] == "general":
            written = {"payload": written.pop("payload"), "signatures": [written]}
        return {"token": written}

    @staticmethod
    def verify(job):
        token = jws.JWS()
        token.allowed_algs = [job["alg"]]
        text = json.dumps(job["token"]) if isinstance(job["token"], dict) else job["token"]
        token.deserialize(text, jwk.JWK(**job["jwk"]))
        return {"payload": encoded(token.payload)}

    @staticmethod
    def encrypt(job):
        protected = header(job, enc=job["enc"], zip=job.get("zip"))
        if job.get("form") == "general":
            protected = {"enc": job["enc"]}
        token = jwe.JWE(decoded(job["payload"]), json_encode(protected), algs=[job["alg"], job["enc"]])
        recipient = json_encode(header(job)) if job.get("form") == "general" else None
        token.add_recipient(jwk.JWK(**job["jwk"]), recipient)
        if job.get("form") is None:
            return {"token": token.serialize(compact=True)}
        written = json.loads(token.serialize())
        if job["form"] == "general" and "recipients" not in written:
            inner = {name: written.pop(name) for name in ("header", "encrypted_key") if name in written}
            written["recipients"] = [inner]
        return {"token": written}

    @staticmethod
    def decrypt(job):
        token = jwe.JWE(algs=[job["alg"], job["enc"]])
        text = json.dumps(job["token"]) if isinstance(job["token"], dict) else job["token"]
        token.deserialize(text, jwk.JWK(**job["jwk"]))
        return {"payload": encoded(token.payload)}

    @staticmethod
    def imported(job):
        key = jwk.JWK(**job["jwk"])
        private = key.has_private or key.is_symmetric
        return {"jwk": json.loads(key.export(private_key=private)), "thumbprint": key.thumbprint()}

"""Other people's JOSE libraries, as they are, behind one small protocol: a line of JSON for a question, a line for
its answer. Bytes are base64url.

    {"do": "algorithms"}                                        what each library has, as it says itself
    {"library": …, "do": "sign", "jwk": {…}, "pem": …, "alg": …, "payload": …}       → {"ok": true, "token": …}
    {"library": …, "do": "verify", "jwk": {…}, "pem": …, "alg": …, "token": …}       → {"ok": true, "payload": …}
    {"library": …, "do": "encrypt", "jwk": {…}, "alg": …, "enc": …, "payload": …}    → {"ok": true, "token": …}
    {"library": …, "do": "decrypt", "jwk": {…}, "alg": …, "enc": …, "token": …}      → {"ok": true, "payload": …}
    {"library": …, "do": "import", "jwk": {…}}                  → {"ok": true, "jwk": {…}, "thumbprint": …}

A `token` that is an object is a JSON serialization; `form` ("flattened", "general") asks for one. A refusal is
{"ok": false, "error": the exception's name}.
"""
import json
import sys
import warnings

from command import Jose
from library import JWCrypto, Joserfc, PyJWT
from native import LibJWT

PEERS = {"PyJWT": PyJWT, "joserfc": Joserfc, "jwcrypto": JWCrypto, "jose": Jose, "libjwt": LibJWT}


def answer(job):
    if job["do"] == "algorithms":
        return {"ok": True, "algorithms": {name: peer.algorithms() for name, peer in PEERS.items()}}
    try:
        return {"ok": True, **getattr(PEERS[job["library"]], job["do"].replace("import", "imported"))(job)}
    except Exception as error:  # a refusal may be any of the library's exceptions
        return {"ok": False, "error": type(error).__name__, "detail": str(error)[:200]}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)

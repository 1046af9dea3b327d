"""Checks access tokens by itself, and refuses what was revoked: verifier.py ISSUER AUDIENCE [ADDRESS] < tokens"""
import base64, hashlib, struct, sys, threading, time
from urllib.request import urlopen
import jwt

ISSUER, AUDIENCE, ADDRESS = (sys.argv + sys.argv[1:2])[1:4]  # ADDRESS: where the issuer is reached, if elsewhere
KEYS, FEED_KEYS = (jwt.PyJWKClient(ADDRESS + place + "/jwks.json") for place in ("/.well-known", "/revocations"))
log = (None, 0, 0, -1e9, {})  # its epoch, how far we have it, as of when, by our clock, {subject: (number, expiry)}

def demand(truth, otherwise):
    if not truth: raise ValueError(otherwise)

def decode(token, keys, kind, algorithms, audience):
    demand(jwt.get_unverified_header(token).get("typ") == kind, "no " + kind)
    key = keys.get_signing_key_from_jwt(token)
    return key.key_id, jwt.decode(token, key.key, algorithms, audience=audience, issuer=ISSUER, leeway=60)

def take(token, records=None):  # takes a batch in; False when something is missing before it
    global log
    _, batch = decode(token, FEED_KEYS, "revocations+jwt", ["EdDSA"], ISSUER + "/revocations")
    inside, digest = (base64.urlsafe_b64decode(batch.get(name, "") + "==") for name in ("entries", "entries_sha256"))
    demand((b"" if records is None else hashlib.sha256(records).digest()) == digest, "not the entries that were signed")
    isSame, position = (True, log[1]) if batch["epoch"] == log[0] else (False, 0)
    if batch["from"] > position: return False
    demand(isSame or batch["as_of"] > log[2], "no younger log")
    entries = {subject: entry for subject, entry in log[4].items() if isSame or entry[0] >> 63}
    for subject, number, expiry in struct.iter_unpack(">16sQQ", records or inside):
        known = entries.get(subject, (0, 0))
        entries[subject] = (max(known[0], number), max(known[1], expiry))
    living = {subject: entry for subject, entry in entries.items() if entry[1] > time.time() * 1000}
    news = (batch["as_of"], time.monotonic() - (batch["iat"] - batch["as_of"]))
    log = (batch["epoch"], max(position, batch["to"]), *(news if news[0] > log[2] else log[2:4]), living)
    return True

def follow(feed):
    while True:
        try:
            for line in urlopen(feed + "/stream" + (f"?after={log[0]}.{log[1]}" if log[0] else ""), timeout=15):
                if line.startswith(b"data: ") and not take(line[6:].strip()):
                    take(*urlopen(feed + "/snapshot", timeout=15).read().split(b"\n", 1))
        except Exception as error: print("the feed:", error, file=sys.stderr)
        time.sleep(1)

def check(token):  # the claims of a good token
    kid, claims = decode(token, KEYS, "at+jwt", ["ES256", "EdDSA", "RS256"], AUDIENCE)
    (epoch, _, as_of, since, entries), names = log, {"kid": kid, "iss": ""}
    demand(time.monotonic() - since <= 30 and time.time() - as_of <= 90, "nobody knows what was revoked since")
    for kind, name in (names | {name: claims.get(name) for name in ("jti", "sid", "sub", "client_id")}).items():
        number, _ = entries.get(hashlib.sha256(f"{kind}\0{ISSUER}\0{name}".encode()).digest()[:16], (-1, 0))
        life, _, place = claims.get("rv", f"{epoch}.-1").partition(".")
        demand(life == epoch and not number >> 63 == 1 and int(place) >= number, "revoked")
    return claims

threading.Thread(target=follow, args=[ADDRESS + "/revocations"], daemon=True).start()
for line in sys.stdin:
    try: print("good", check(line.strip())["sub"], flush=True)
    except (ValueError, jwt.PyJWTError) as error: print("refused", error, flush=True)

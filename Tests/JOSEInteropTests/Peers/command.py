"""The command `jose` (José), one process a question."""
import json
import os
import subprocess
import tempfile

from library import CONTENT, decoded, encoded, header


def run(*arguments, input=b""):
    process = subprocess.run(["jose", *arguments], input=input, capture_output=True, timeout=60)
    if process.returncode != 0:
        raise ValueError(process.stderr.decode(errors="replace") or f"jose ended with {process.returncode}")
    return process.stdout


class File:
    """What the command is to read, in a file of its own for as long as it runs."""

    def __init__(self, data):
        self.data = data

    def __enter__(self):
        descriptor, self.path = tempfile.mkstemp()
        with os.fdopen(descriptor, "wb") as file:
            file.write(self.data)
        return self.path

    def __exit__(self, *_):
        os.unlink(self.path)


def key(job):
    return File(json.dumps({"alg": job["alg"], **job["jwk"]}).encode())


def token(job):
    return File((json.dumps(job["token"]) if isinstance(job["token"], dict) else job["token"]).encode())


class Jose:
    @staticmethod
    def algorithms():
        names = run("alg").decode().split()
        # The command says of no name what it is for.
        signing = [name for name in names if name[:2] in ("HS", "RS", "PS", "ES") and not name.startswith("RSA")]
        encrypting = [name for name in names if name not in CONTENT and (name == "dir" or "KW" in name)]
        encrypting += [name for name in names if name == "ECDH-ES" or name.startswith("RSA-OAEP")]
        return {"jws": sorted(signing), "jwe": sorted(set(encrypting)), "enc": CONTENT}

    @staticmethod
    def sign(job):
        with key(job) as path, File(decoded(job["payload"])) as payload:
            compact = ["-c"] if job.get("form") is None else []
            template = json.dumps({"protected": header(job)})
            written = run("jws", "sig", "-I", payload, "-k", path, "-s", template, *compact).decode()
        if job.get("form") is None:
            return {"token": written.strip()}
        value = json.loads(written)
        if job["form"] == "general" and "signatures" not in value:
            value = {"payload": value.pop("payload"), "signatures": [value]}
        return {"token": value}

    @staticmethod
    def verify(job):
        with key(job) as path, token(job) as text:
            return {"payload": encoded(run("jws", "ver", "-i", text, "-k", path, "-O", "-"))}

    @staticmethod
    def encrypt(job):
        # A key says what it is for by one name, and `dir` is a recipient's.
        jwk = {name: value for name, value in job["jwk"].items() if name != "alg"}
        with File(json.dumps(jwk).encode()) as path, File(decoded(job["payload"])) as payload:
            compact = ["-c"] if job.get("form") is None else []
            template = {"protected": header(job, enc=job["enc"], zip=job.get("zip"))}
            written = run(
                "jwe", "enc", "-i", json.dumps(template), "-I", payload, "-k", path, *compact).decode()
        if job.get("form") is None:
            return {"token": written.strip()}
        value = json.loads(written)
        if job["form"] == "general" and "recipients" not in value:
            inner = {name: value.pop(name) for name in ("header", "encrypted_key") if name in value}
            value["recipients"] = [inner]
        return {"token": value}

    @staticmethod
    def decrypt(job):
        jwk = {name: value for name, value in job["jwk"].items() if name != "alg"}
        with File(json.dumps(jwk).encode()) as path, token(job) as text:
            return {"payload": encoded(run("jwe", "dec", "-i", text, "-k", path))}

    @staticmethod
    def imported(job):
        with File(json.dumps(job["jwk"]).encode()) as path:
            thumbprint = run("jwk", "thp", "-i", path, "-a", "S256").decode().strip()
            public = json.loads(run("jwk", "pub", "-i", path, "-o", "-"))
        return {"jwk": public, "thumbprint": thumbprint}

"""Opens private keys in a process of its own, because a file says itself how long that takes.

PKCS#12 and PKCS#8 name the rounds of their key derivation, PKCS#12 also where nobody can see them
before others were run; OpenSSL checks a prime of any length; and all of that happens with Python's
global lock held (https://github.com/pyca/cryptography/pull/15657). So this file is also a program:
it reads a request and writes an answer, and is ended when its time is over.
"""

import json
import resource
import subprocess
import sys
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)

_SECONDS = 10.0
"""A million rounds take about one."""


class Kept(StrEnum):
    """What a private key is kept in."""

    PEM = "pem"
    PKCS12 = "pkcs12"


class Closed(StrEnum):
    """Why it could not be opened."""

    LOCKED = "locked"
    """It wants a passphrase, and there is none."""
    WRONG = "wrong"
    """The passphrase doesn't open it."""
    UNREADABLE = "unreadable"
    OTHER_KIND = "other-kind"
    """The key is neither RSA nor EC nor Ed25519."""
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A private key, and what came with it."""

    key: bytes | None = field(repr=False)
    """PKCS#8 in PEM, not encrypted; None: a PKCS#12 file without one."""
    public: bytes
    """Its SubjectPublicKeyInfo in DER (RFC 5280 4.1.2.7)."""
    certificates: tuple[bytes, ...]
    """In DER; those of a PKCS#12 file."""


def open_key(
    content: bytes, kept: Kept, *, passphrase: str, seconds: float = _SECONDS
) -> Opened | Closed:
    """Open the private key in *content* with *passphrase* (empty: none), within *seconds*."""
    asked = {"content": b64encode(content).decode(), "kept": kept, "passphrase": passphrase}
    try:
        # Isolated and without an environment: it needs no secret but those it is handed.
        done = subprocess.run(  # noqa: S603 - our own file, and nothing of the request
            [sys.executable, "-I", __file__],
            input=json.dumps(asked).encode(),
            capture_output=True,
            check=False,
            env={},
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return Closed.TOO_LONG
    return _read_answer(done.stdout) if done.returncode == 0 else Closed.UNREADABLE


def answer(request: bytes) -> bytes:
    """Do what *request* asks; this runs in the other process."""
    asked = json.loads(request)
    content = b64decode(asked["content"])
    passphrase = asked["passphrase"].encode(errors="replace") or None
    opening = _open_pkcs12 if asked["kept"] == Kept.PKCS12 else _open_pem
    try:
        found = opening(content, passphrase)
    except UnsupportedAlgorithm:
        found = Closed.OTHER_KIND
    return json.dumps({"closed": found} if isinstance(found, Closed) else _written(found)).encode()


def _open_pem(content: bytes, passphrase: bytes | None) -> Opened | Closed:
    locked = b"ENCRYPTED" in content
    if locked and passphrase is None:
        return Closed.LOCKED
    try:
        key = load_pem_private_key(content, passphrase if locked else None)
    except (ValueError, TypeError):
        return Closed.WRONG if locked else Closed.UNREADABLE
    return _opened(key, ())


def _open_pkcs12(content: bytes, passphrase: bytes | None) -> Opened | Closed:
    try:
        found = pkcs12.load_pkcs12(content, passphrase)
    except (ValueError, TypeError) as problem:
        if "deserialize" in str(problem):
            return Closed.UNREADABLE
        return Closed.LOCKED if passphrase is None else Closed.WRONG
    own = [found.cert] if found.cert is not None else []
    certificates = [each.certificate for each in (*own, *found.additional_certs)]
    return _opened(found.key, tuple(each.public_bytes(Encoding.DER) for each in certificates))


def _opened(key: Any, certificates: tuple[bytes, ...]) -> Opened | Closed:  # noqa: ANN401 - of any kind
    if key is None:
        return Opened(key=None, public=b"", certificates=certificates)
    kinds = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)
    if not isinstance(key, kinds):
        return Closed.OTHER_KIND
    return Opened(
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        public=key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        certificates=certificates,
    )


def _written(opened: Opened) -> dict[str, Any]:
    return {
        "key": opened.key.decode() if opened.key is not None else None,
        "public": b64encode(opened.public).decode(),
        "certificates": [b64encode(each).decode() for each in opened.certificates],
    }


def _read_answer(text: bytes) -> Opened | Closed:
    values = json.loads(text)
    if "closed" in values:
        return Closed(values["closed"])
    return Opened(
        key=values["key"].encode() if values["key"] is not None else None,
        public=b64decode(values["public"]),
        certificates=tuple(b64decode(each) for each in values["certificates"]),
    )


if __name__ == "__main__":
    # Should the bot end first, this ends soon after it.
    resource.setrlimit(resource.RLIMIT_CPU, (int(_SECONDS), int(_SECONDS)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))

"""Private keys are opened in a process of its own, and for as long as they may take."""

import json
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from bot.smtp.key_opening import Closed, Kept, Opened, answer, open_key

Issue = Callable[..., Any]
PASSPHRASE = "Geheim ünd länger"


def asked(content: bytes, kept: Kept, passphrase: str = "") -> dict[str, Any]:
    """Ask as the other process is asked."""
    request = {"content": b64encode(content).decode(), "kept": kept, "passphrase": passphrase}
    found: dict[str, Any] = json.loads(answer(json.dumps(request).encode()))
    return found


def lock_of(rounds: int) -> Any:
    """Protect a PKCS#12 file with the passphrase `x` and so many rounds."""
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
    return builder.hmac_hash(hashes.SHA256()).build(b"x")


@pytest.fixture(scope="session")
def identity(issued: Issue) -> Any:
    return issued("bot.example.com")


def test_a_key_is_opened_elsewhere(identity: Any) -> None:
    opened = open_key(identity.pkcs12(PASSPHRASE), Kept.PKCS12, passphrase=PASSPHRASE)
    assert isinstance(opened, Opened)
    assert opened.key == identity.key_pem
    assert opened.certificates == (identity.der,)
    assert "BEGIN" not in repr(opened)


@pytest.mark.parametrize(
    "make",
    [
        lambda: rsa.generate_private_key(65537, 2048),
        lambda: ec.generate_private_key(ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.generate,
    ],
    ids=["RSA", "EC", "Ed25519"],
)
def test_the_usual_kinds_can_be_used(issued: Issue, make: Callable[[], Any]) -> None:
    identity = issued("bot.example.com", key=make())
    for passphrase in ("", PASSPHRASE):
        found = asked(identity.locked_key_pem(passphrase), Kept.PEM, passphrase)
        assert found["key"] == identity.key_pem.decode()
        assert asked(identity.pkcs12(passphrase), Kept.PKCS12, passphrase)["key"] == found["key"]


def test_another_kind_can_not(issued: Issue) -> None:
    identity = issued("bot.example.com", key=ed448.Ed448PrivateKey.generate())
    assert asked(identity.key_pem, Kept.PEM) == {"closed": Closed.OTHER_KIND}


def renamed(key: Any, before: str, after: str) -> bytes:
    """Write *key* in PEM with another object identifier."""
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    altered = b64encode(der.replace(bytes.fromhex(before), bytes.fromhex(after)))
    return b"-----BEGIN PRIVATE KEY-----\n" + altered + b"\n-----END PRIVATE KEY-----\n"


def test_nor_can_a_curve_that_is_none(identity: Any) -> None:
    content = renamed(identity.key, "06082a8648ce3d030107", "06082a8648ce3d03017f")
    assert asked(content, Kept.PEM) == {"closed": Closed.OTHER_KIND}


def test_a_process_that_breaks_off_has_read_nothing() -> None:
    x448_too_short = renamed(ed25519.Ed25519PrivateKey.generate(), "06032b6570", "06032b656f")
    assert open_key(x448_too_short, Kept.PEM, passphrase="") is Closed.UNREADABLE


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_passphrase_is_asked_for_and_checked(identity: Any, form: PrivateFormat) -> None:
    locked = identity.locked_key_pem(PASSPHRASE, form)
    assert asked(locked, Kept.PEM) == {"closed": Closed.LOCKED}
    assert asked(locked, Kept.PEM, "wrong") == {"closed": Closed.WRONG}
    assert asked(locked, Kept.PEM, PASSPHRASE)["key"] == identity.key_pem.decode()


def test_that_of_a_pkcs12_file_too(identity: Any) -> None:
    locked = identity.pkcs12(PASSPHRASE)
    assert asked(locked, Kept.PKCS12) == {"closed": Closed.LOCKED}
    assert asked(locked, Kept.PKCS12, "wrong") == {"closed": Closed.WRONG}
    assert asked(locked, Kept.PKCS12, "half \ud800") == {"closed": Closed.WRONG}


def test_a_passphrase_that_nobody_needs_does_no_harm(identity: Any) -> None:
    assert asked(identity.key_pem, Kept.PEM, "x")["key"] == identity.key_pem.decode()


def test_a_pkcs12_file_may_have_no_key(identity: Any) -> None:
    content = pkcs12.serialize_java_truststore(
        [pkcs12.PKCS12Certificate(identity.certificate, b"a")],
        lock_of(1000),
    )
    found = asked(content, Kept.PKCS12, "x")
    assert found["key"] is None
    assert len(found["certificates"]) == 1


@pytest.mark.parametrize("kept", Kept)
def test_what_is_damaged_cannot_be_read(kept: Kept, identity: Any) -> None:
    content = identity.key_pem[:60] if kept is Kept.PEM else identity.pkcs12("x")[:200]
    assert asked(content, kept) == {"closed": Closed.UNREADABLE}


def test_a_file_does_not_decide_how_long_it_takes(identity: Any) -> None:
    content = bytearray(identity.pkcs12("x", lock=lock_of(1000)))
    # MacData (RFC 7292 4) is the last there is, and its rounds are the last of it.
    start = content.rindex(bytes.fromhex("3031300d06096086480165030402010500")) - 2
    assert content[-4:] == bytes.fromhex("0202 0800")
    content[-4:] = bytes.fromhex("0204 7fffffff")
    content[start + 1] += 2
    content[2:4] = (len(content) - 4).to_bytes(2, "big")
    begun = time.perf_counter()
    found = open_key(bytes(content), Kept.PKCS12, passphrase="x", seconds=1)
    assert found is Closed.TOO_LONG
    assert time.perf_counter() - begun < 4

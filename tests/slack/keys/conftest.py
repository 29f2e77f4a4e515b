"""SSL keys for views: one certificate that lasts a century, and names nobody should trust."""

import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.slack.keys.kept import Kept
from bot.smtp.ssl_keys import SSLKey, SSLKeyKind

PEM = b"""\
-----BEGIN CERTIFICATE-----
MIICSzCCAfGgAwIBAgIBATAKBggqhkjOPQQDAjAxMRkwFwYDVQQDDBAqYm90KiA8
IWNoYW5uZWw+MRQwEgYDVQQKDAtBY21lIGAmIENvYDAgFw0yNjAxMDEwMDAwMDBa
GA8yMTI2MDEwMTAwMDAwMFowMTEZMBcGA1UEAwwQKmJvdCogPCFjaGFubmVsPjEU
MBIGA1UECgwLQWNtZSBgJiBDb2AwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQN
MNHhUaMppLN9JKUaAAdv4zQw7ngw/Gntq5GYDVaikCiYh9a5wkwveeOfiqiktLNT
fdBRSVoMgWb9wjmL8QYco4H3MIH0MIHxBgNVHREEgekwgeaCEW1haWwwLmV4YW1w
bGUuY29tghFtYWlsMS5leGFtcGxlLmNvbYIRbWFpbDIuZXhhbXBsZS5jb22CEW1h
aWwzLmV4YW1wbGUuY29tghFtYWlsNC5leGFtcGxlLmNvbYIRbWFpbDUuZXhhbXBs
ZS5jb22CEW1haWw2LmV4YW1wbGUuY29tghFtYWlsNy5leGFtcGxlLmNvbYIRbWFp
bDguZXhhbXBsZS5jb22CEW1haWw5LmV4YW1wbGUuY29tghJtYWlsMTAuZXhhbXBs
ZS5jb22CEm1haWwxMS5leGFtcGxlLmNvbTAKBggqhkjOPQQDAgNIADBFAiEAnbun
QnEyoxoameI2rVzSK6394RvVwWx23dp51NnFCa0CIBz0No3Y9CtWEQ4lDulqJTGn
RnWPTJMhlrNWBzdp71xP
-----END CERTIFICATE-----
"""
"""Its subject is `O=Acme `& Co`,CN=*bot* <!channel>`."""


@pytest.fixture(scope="session")
def certificate() -> bytes:
    """The certificate itself, in DER."""
    return ssl.PEM_cert_to_DER_cert(PEM.decode())


@pytest.fixture(scope="session")
def make_key() -> Callable[..., SSLKey]:
    """Make a trusted certificate, or another kind of key."""

    def make(**changes: Any) -> SSLKey:
        key = SSLKey(kind=SSLKeyKind.TRUSTED, name="Ours", certificates=PEM)
        return replace(key, **changes)

    return make


@pytest.fixture(scope="session")
def make_kept(make_key: Callable[..., SSLKey]) -> Callable[..., Kept]:
    """Make a key as it is kept."""

    def make(*, key: SSLKey | None = None, **changes: Any) -> Kept:
        kept = Kept(
            id="00ff00ff00ff00ff",
            key=key or make_key(),
            revision=1,
            changed_by="UADMIN",
            changed_at=datetime(2026, 5, 3, 10, 0, tzinfo=UTC),
            used=False,
        )
        return replace(kept, **changes)

    return make

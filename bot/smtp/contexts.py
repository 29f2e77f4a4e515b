"""The TLS contexts of servers that have an SSL key: made off the event loop, kept for reuse."""

import asyncio
import hashlib
import os
import secrets
import ssl
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from bot.smtp.certificates import client_context
from bot.smtp.ssl_keys import SSLKey, SSLKeyKind, UnusableKey, dump_key

_MOST_KEPT = 16
_OPEN_FILES = Path("/proc/self/fd")


class Contexts:
    """Makes contexts as they are needed, and keeps the last ones: each takes some 30 ms."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[ssl.SSLContext, bytes], ssl.SSLContext] = OrderedDict()

    async def of(self, base: ssl.SSLContext, key: SSLKey | None) -> ssl.SSLContext:
        """Return the context for servers with *key*; without one it is *base*.

        Raises UnusableKey when this machine's OpenSSL does not take the key.
        """
        if key is None:
            return base
        name = base, hashlib.sha256(dump_key(key)).digest()
        context = self._kept.get(name)
        if context is None:
            context = await asyncio.to_thread(context_for, base, key)
        self._kept[name] = context
        self._kept.move_to_end(name)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return context


def context_for(base: ssl.SSLContext, key: SSLKey) -> ssl.SSLContext:
    """Make a context that uses *key*, and verifies chain and name as *base* does.

    A client key is shown to servers that *base* believes; a trusted certificate replaces all
    authorities. Takes some 30 ms. Raises UnusableKey when OpenSSL does not take the key.
    """
    try:
        if key.kind is SSLKeyKind.CLIENT:
            return _identifying(base, key)
        return _trusting(base, key)
    except (ssl.SSLError, OSError, ValueError) as problem:
        words = getattr(problem, "reason", None) or type(problem).__name__
        raise UnusableKey(
            f"OpenSSL doesn't take the SSL key here: {str(words).replace('_', ' ').lower()}."
        ) from None


def _identifying(base: ssl.SSLContext, key: SSLKey) -> ssl.SSLContext:
    context = client_context()
    if added := b"".join(base.get_ca_certs(binary_form=True)):
        context.load_verify_locations(cadata=added)
    context.minimum_version = base.minimum_version
    passphrase = secrets.token_bytes(32).hex().encode()
    with _file_of(key.certificates + _locked(key, passphrase)) as path:
        context.load_cert_chain(path, password=passphrase)
    return context


def _trusting(base: ssl.SSLContext, key: SSLKey) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = base.minimum_version
    # So a server's own certificate, or one below the root, can be the one that is trusted.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=key.certificates.decode())
    return context


def _locked(key: SSLKey, passphrase: bytes) -> bytes:
    # It was checked when it was read; again, that would take seconds for a long one.
    private_key = load_pem_private_key(
        key.private_key or b"", None, unsafe_skip_rsa_key_validation=True
    )
    return private_key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase)
    )


@contextmanager
def _file_of(content: bytes, *, open_files: Path = _OPEN_FILES) -> Iterator[str]:
    """Show *content* under a path while OpenSSL reads it, which takes a key from nothing else."""
    if hasattr(os, "memfd_create") and open_files.exists():
        number = os.memfd_create("ssl-key", os.MFD_CLOEXEC)
        try:
            os.write(number, content)
            yield str(open_files / str(number))
        finally:
            os.close(number)
        return
    with NamedTemporaryFile() as file:  # mode 0600
        file.write(content)
        file.flush()
        yield file.name

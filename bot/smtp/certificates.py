"""Reads what a server's certificates state, and why they were not believed."""

import _ssl
import base64
import hashlib
import ssl
import warnings
from collections.abc import Callable
from pathlib import Path

from cryptography import x509

from bot.smtp.transcript import Certificate

_MOST_CERTIFICATES = 10
_MOST_NAMES = 100

UNREADABLE = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)

_CAUSES = {
    2: "cert-unknown-ca-or-chain",
    9: "cert-not-yet-valid",
    10: "cert-expired",
    18: "cert-self-signed",
    19: "cert-unknown-ca-or-chain",
    20: "cert-unknown-ca-or-chain",
    21: "cert-unknown-ca-or-chain",
    62: "cert-hostname-mismatch",
    64: "cert-hostname-mismatch",
    66: "weak-key",
    67: "weak-key",
    68: "weak-key",
}
"""By OpenSSL's X509_V_ERR_ numbers (x509_vfy.h)."""


def client_context(*, trusted: Path | None = None) -> ssl.SSLContext:
    """Make the one TLS context of the program: chain and name verified, TLS 1.2 or later.

    *trusted* names a PEM file of authorities that are trusted besides the system's. Making one
    reads all of them and takes some 30 ms: do it once, it serves every connection.
    Raises OSError when the file can't be read, ssl.SSLError when it holds no certificate.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if trusted is not None:
        context.load_verify_locations(cafile=trusted)
    return context


def verification_cause(error: ssl.SSLCertVerificationError) -> str:
    """Name the cause for a certificate that was not believed."""
    return _CAUSES.get(error.verify_code, "cert-invalid")


def presented_chain(tls: ssl.SSLObject, *, whole: bool = False) -> tuple[Certificate, ...]:
    """Return the facts of the certificates that the server sent, also after a failed handshake.

    With *whole*, the certificates themselves are there too, so that a person can choose to trust
    one. What can't be read is left out: a stranger wrote it.
    """
    # Public since Python 3.13; before, only the inner object shows an unverified chain.
    holder = tls if hasattr(tls, "get_unverified_chain") else tls._sslobj  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    sent = [
        each if isinstance(each, bytes) else each.public_bytes(_ssl.ENCODING_DER)
        for each in holder.get_unverified_chain() or ()
    ]
    facts = (facts_of(each, whole=whole) for each in sent[:_MOST_CERTIFICATES])
    return tuple(each for each in facts if each is not None)


def facts_of(der: bytes, *, whole: bool = False) -> Certificate | None:
    """Return what the certificate in *der* states, or None when it can't be read.

    With *whole*, *der* itself is kept with it.
    """
    with warnings.catch_warnings(action="ignore"):  # a stranger's mistakes are no news of ours
        try:
            found = x509.load_der_x509_certificate(der)
            return Certificate(
                subject=_written(lambda: found.subject),
                names=_names(found),
                issuer=_written(lambda: found.issuer),
                not_before=found.not_valid_before_utc,
                not_after=found.not_valid_after_utc,
                sha256=hashlib.sha256(der).hexdigest(),
                der=base64.b64encode(der).decode() if whole else "",
            )
        except UNREADABLE:
            return None


def _written(read: Callable[[], x509.Name]) -> str:
    try:
        return read().rfc4514_string()
    except UNREADABLE:
        return "unreadable"


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (*UNREADABLE, x509.ExtensionNotFound):
        return ()
    kinds = (x509.DNSName, x509.IPAddress)
    stated = [str(each.value) for each in extension.value if isinstance(each, kinds)]
    return tuple(stated[:_MOST_NAMES])

"""Judges the certificates of an SSL key: readable, valid today, strong enough. Pure."""

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from bot.smtp.certificates import UNREADABLE, facts_of
from bot.smtp.ssl_keys import UnusableKey

_LEAST_RSA, _MOST_RSA, _LEAST_CURVE = 2048, 16384, 224
"""Bits: OpenSSL's security level 2, and the longest key that it computes with."""
_NO_GOOD = (*UNREADABLE, UnsupportedAlgorithm, InternalError)
"""What reading raises for what it can't read."""
_BROKEN_HASHES = {"md5", "sha1"}

NO_CERTIFICATE = (
    "This isn't a certificate, or it is damaged. Give a PKCS#12 file (.p12, .pfx) or a PEM file "
    "with private key and certificate for a client key, or a PEM or DER file (.pem, .crt, .cer) "
    "with a certificate to trust."
)


def check_certificates(ders: Sequence[bytes]) -> None:
    """Raise UnusableKey unless all certificates in *ders* can be used today."""
    for number, der in enumerate(ders, start=1):
        found = readable_certificate(der)
        which = "The certificate" if len(ders) == 1 else f"Certificate {number} of {len(ders)}"
        _check_dates(found, which, now=datetime.now(UTC))
        _check_strength(found, which)


def readable_certificate(der: bytes) -> x509.Certificate:
    """Return the certificate in *der*. Raises UnusableKey."""
    with warnings.catch_warnings(action="ignore"):  # what is old in it is told by the checks
        try:
            found = x509.load_der_x509_certificate(der)
            readable = facts_of(der) is not None and bool(public_key_of(found))
            _ = found.subject, found.issuer
        except _NO_GOOD:
            readable = False
    if not readable:
        raise UnusableKey(_instead(der))
    return found


def public_key_of(certificate: x509.Certificate) -> bytes:
    """Return the SubjectPublicKeyInfo of *certificate* in DER."""
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _instead(der: bytes) -> str:
    """Say what *der* holds instead of a certificate, where that is known."""
    try:
        x509.load_der_x509_csr(der)
    except _NO_GOOD:
        pass
    else:
        return (
            "This is a request for a certificate. Give the certificate that your authority made "
            "of it."
        )
    try:
        load_der_public_key(der)
    except _NO_GOOD:
        return NO_CERTIFICATE
    return "This is a public key without a certificate. Give the certificate that holds it."


def _check_dates(found: x509.Certificate, which: str, *, now: datetime) -> None:
    if found.not_valid_after_utc < now:
        raise UnusableKey(
            f"{which} expired on {found.not_valid_after_utc:%-d %B %Y}. Get a new one."
        )
    if found.not_valid_before_utc > now:
        raise UnusableKey(
            f"{which} is not valid before {found.not_valid_before_utc:%-d %B %Y}. Give it then, or "
            "get one that is valid now."
        )


def _check_strength(found: x509.Certificate, which: str) -> None:
    key = found.public_key()
    bits = key.key_size if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else 0
    if isinstance(key, rsa.RSAPublicKey):
        weak = bits < _LEAST_RSA
        if bits > _MOST_RSA:
            raise UnusableKey(
                f"{which} has an RSA key of {bits} bits, which is too long to compute "
                f"with. Get one with {_LEAST_RSA} to {_MOST_RSA} bits."
            )
    elif isinstance(key, ec.EllipticCurvePublicKey):
        weak = bits < _LEAST_CURVE
    elif isinstance(key, ed25519.Ed25519PublicKey):
        weak = False
    else:
        raise UnusableKey(
            f"{which} has a key of a kind that mail servers don't take. RSA, EC and Ed25519 keys "
            "can be used."
        )
    if weak:
        raise UnusableKey(
            f"{which} has a key of {bits} bits, which is too weak. Get one with an RSA "
            f"key of {_LEAST_RSA} bits or more, or an EC key."
        )
    # Nobody checks what an authority says of itself with its own signature.
    if found.issuer != found.subject and _hash_of(found) in _BROKEN_HASHES:
        raise UnusableKey(
            f"{which} was signed with {_hash_of(found).upper()}, which is too weak. Get one that "
            "was signed with SHA-256."
        )


def _hash_of(found: x509.Certificate) -> str:
    try:
        algorithm = found.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return ""
    return algorithm.name if algorithm is not None else ""

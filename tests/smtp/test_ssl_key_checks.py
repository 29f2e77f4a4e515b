"""Certificates are judged by what they state: their dates, their strength."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from bot.smtp.ssl_key_checks import check_certificates
from bot.smtp.ssl_keys import UnusableKey

Issue = Callable[..., Any]
SHORT = 1024


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (lambda: rsa.generate_private_key(65537, 2048), None),
        (lambda: ec.generate_private_key(ec.SECP521R1()), None),
        (ed25519.Ed25519PrivateKey.generate, None),
        (lambda: rsa.generate_private_key(65537, SHORT), "a key of 1024 bits, which is too weak"),
        (lambda: ec.generate_private_key(ec.SECP192R1()), "a key of 192 bits, which is too weak"),
        (ed448.Ed448PrivateKey.generate, "RSA, EC and Ed25519"),
    ],
    ids=["RSA", "EC", "Ed25519", "short RSA", "short EC", "Ed448"],
)
def test_a_key_must_be_strong_enough(
    issued: Issue, key: Callable[[], Any], words: str | None
) -> None:
    identity = issued("a.example", key=key())
    if words is None:
        check_certificates([identity.der])
        return
    with pytest.raises(UnusableKey, match=words):
        check_certificates([identity.der])


@pytest.mark.parametrize(
    ("days", "words"),
    [((-30, -1), "The certificate expired on"), ((1, 30), "The certificate is not valid before")],
)
def test_a_certificate_must_be_valid_today(
    issued: Issue, days: tuple[int, int], words: str
) -> None:
    identity = issued("a.example", days=days)
    with pytest.raises(UnusableKey, match=words):
        check_certificates([identity.der])
    with pytest.raises(UnusableKey, match=words.replace("The certificate", "Certificate 2 of 2")):
        check_certificates([issued("b.example").der, identity.der])


SHA256_RSA = bytes.fromhex("06092a864886f70d01010b")
SHA1_RSA = bytes.fromhex("06092a864886f70d010105")


def test_a_broken_hash_is_refused_but_for_an_authority_of_its_own_word(issued: Issue) -> None:
    root = issued("root.example", key=rsa.generate_private_key(65537, 2048), authority=True)
    for old, name in ((SHA1_RSA, "SHA1"), (bytes.fromhex("06092a864886f70d010104"), "MD5")):
        leaf = issued("a.example", issuer=root).der.replace(SHA256_RSA, old)
        with pytest.raises(UnusableKey, match=f"signed with {name}"):
            check_certificates([leaf])
        check_certificates([root.der.replace(SHA256_RSA, old)])


def test_a_signature_of_an_unknown_kind_is_left_to_the_handshake(issued: Issue) -> None:
    root = issued("root.example", key=rsa.generate_private_key(65537, 2048), authority=True)
    unknown = bytes.fromhex("06092a864886f70d01017f")
    check_certificates([issued("a.example", issuer=root).der.replace(SHA256_RSA, unknown)])


def test_an_endless_key_is_refused(issued: Issue) -> None:
    identity = issued("a.example", key=rsa.generate_private_key(65537, 2048))
    endless = _with_modulus(identity.certificate, bits=20_000)
    with pytest.raises(UnusableKey, match="20000 bits, which is too long"):
        check_certificates([endless])


def _with_modulus(certificate: x509.Certificate, *, bits: int) -> bytes:
    """Sign a certificate for a public key with a modulus of *bits*, which nobody computed with."""
    numbers = rsa.RSAPublicNumbers(65537, (1 << (bits - 1)) | 1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(certificate.subject)
        .issuer_name(certificate.issuer)
        .public_key(numbers.public_key())
        .serial_number(1)
        .not_valid_before(certificate.not_valid_before_utc)
        .not_valid_after(certificate.not_valid_after_utc)
    )
    return builder.sign(ed25519.Ed25519PrivateKey.generate(), None).public_bytes(Encoding.DER)

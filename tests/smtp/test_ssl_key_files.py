"""SSL keys from files: what people have is read, and what is wrong with it is told."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.smtp.ssl_key_files import LARGEST_FILE, read_key_file, trusted_certificate
from bot.smtp.ssl_keys import LONGEST_NAME, SSLKey, SSLKeyKind, UnusableKey

Issue = Callable[..., Any]
PASSPHRASE = "Geheim ünd länger"


def read(content: bytes, passphrase: str = "") -> SSLKey:
    return read_key_file(content, passphrase=passphrase, name="Our key")


def refusal(content: bytes, passphrase: str = "") -> str:
    with pytest.raises(UnusableKey) as refused:
        read(content, passphrase)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    if len(passphrase) > 1:
        assert passphrase not in repr(refused.value)
    return sentence


@pytest.fixture(scope="session")
def above(issued: Issue) -> Any:
    return issued("authority.example", authority=True)


@pytest.fixture(scope="session")
def identity(issued: Issue, above: Any) -> Any:
    return issued("bot.example.com", issuer=above)


@pytest.fixture(scope="session")
def other(issued: Issue) -> Any:
    return issued("other.example.com")


def test_a_pkcs12_file_is_a_client_key(identity: Any, above: Any) -> None:
    key = read(identity.pkcs12(PASSPHRASE, above.certificate), PASSPHRASE)
    assert (key.kind, key.name, key.host) == (SSLKeyKind.CLIENT, "Our key", "")
    assert key.private_key == identity.key_pem
    assert key.certificates == identity.pem + above.pem


def test_so_is_one_of_an_old_program(identity: Any) -> None:
    old = PrivateFormat.PKCS12.encryption_builder()
    old = old.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).kdf_rounds(2048)
    content = identity.pkcs12("x", lock=old.build(b"x"))
    assert read(content, "x").private_key == identity.key_pem


def test_so_is_pem_with_key_and_certificates_in_any_order(identity: Any, above: Any) -> None:
    locked = identity.locked_key_pem(PASSPHRASE)
    note = b"Bag Attributes\r\n    friendlyName: ours\r\n"
    for content in (
        identity.key_pem + identity.pem + above.pem,
        above.pem + note + identity.pem.replace(b"\n", b"\r\n") + locked,
        b"\xef\xbb\xbf" + locked + above.pem + identity.pem,
        (identity.pem + above.pem + identity.key_pem).decode().encode("utf-16"),
    ):
        key = read(content, PASSPHRASE)
        assert key.kind is SSLKeyKind.CLIENT
        assert key.private_key == identity.key_pem
        assert key.certificates == identity.pem + above.pem


def test_certificates_that_do_not_lead_to_its_authority_are_left_out(
    identity: Any, above: Any, other: Any
) -> None:
    key = read(other.pem + above.pem + identity.pem + identity.key_pem)
    assert key.certificates == identity.pem + above.pem


def test_certificates_that_lead_in_a_circle_do_not_hold_us_up(issued: Issue) -> None:
    first = issued("a.example", authority=True)
    second = issued("b.example", issuer=first, authority=True)
    again = issued("a.example", issuer=second, key=first.key, authority=True)
    leaf = issued("bot.example.com", issuer=first)
    key = read(leaf.key_pem + leaf.pem + first.pem + second.pem + again.pem)
    assert len(key.chain) <= 4


def test_a_key_of_the_traditional_form_is_read(identity: Any) -> None:
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    old = identity.locked_key_pem("x", PrivateFormat.TraditionalOpenSSL)
    assert b"Proc-Type" in old
    assert read(parameters + old + identity.pem, "x").private_key == identity.key_pem


def test_certificates_alone_are_trusted(identity: Any, above: Any) -> None:
    for content, certificates in (
        (above.pem, above.pem),
        (above.der, above.pem),
        (identity.pem + above.pem, identity.pem + above.pem),
        (above.pem.replace(b"CERTIFICATE", b"X509 CERTIFICATE"), above.pem),
    ):
        key = read(content)
        assert (key.kind, key.private_key, key.host) == (SSLKeyKind.TRUSTED, None, "")
        assert key.certificates == certificates


def test_a_certificate_that_a_server_showed_is_trusted_for_it_alone(other: Any) -> None:
    key = trusted_certificate(other.der, name="x" * 100, host="other.example.com")
    assert (key.kind, key.host) == (SSLKeyKind.TRUSTED, "other.example.com")
    assert (key.certificates, len(key.name)) == (other.pem, LONGEST_NAME)
    with pytest.raises(UnusableKey, match="isn't a certificate"):
        trusted_certificate(b"no certificate", name="x", host="other.example.com")


def test_the_passphrase_is_asked_for_and_checked(identity: Any) -> None:
    for content in (
        identity.pkcs12(PASSPHRASE),
        identity.pem + identity.locked_key_pem(PASSPHRASE),
    ):
        assert "Type its passphrase" in refusal(content)
        assert "doesn't open the private key" in refusal(content, "wr0ng passphrase")


def test_what_is_missing_is_told(identity: Any, other: Any) -> None:
    lock = BestAvailableEncryption(b"x")
    only = pkcs12.serialize_key_and_certificates(None, None, None, [identity.certificate], lock)
    assert "no private key" in refusal(only, "x")
    assert "no certificate" in refusal(identity.key_pem)
    bare = pkcs12.serialize_key_and_certificates(None, identity.key, None, None, lock)
    assert "no certificate" in refusal(bare, "x")
    assert "don't belong together" in refusal(identity.key_pem + other.pem)
    mixed = pkcs12.serialize_key_and_certificates(
        None, identity.key, None, [other.certificate], lock
    )
    assert "don't belong together" in refusal(mixed, "x")


def test_several_keys_are_told(identity: Any, other: Any) -> None:
    sentence = refusal(identity.key_pem + identity.pem + other.key_pem + other.pem)
    assert "2 private keys" in sentence
    # As `keytool` and others write them: bags of keys side by side, found before any is opened.
    bag = bytes.fromhex("060b2a864886f70d010c0a0102")
    assert "2 private keys" in refusal(identity.pkcs12("x") + bag, "x")


def test_too_many_certificates_are_told(above: Any, identity: Any) -> None:
    assert "21 certificates; 20 are the most" in refusal(above.pem * 21)
    assert "22 certificates" in refusal(identity.key_pem + identity.pem + above.pem * 21)
    assert len(read(above.pem * 20).chain) == 20


def test_a_file_of_another_kind_is_told(issued: Issue, identity: Any) -> None:
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .sign(identity.key, hashes.SHA256())
    )
    public = identity.key.public_key()
    info = PublicFormat.SubjectPublicKeyInfo
    for content, words in (
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xfe\xed\xfe\xed\0\0\0\2", "keytool -importkeystore"),
        (b"\xfe\xed\xfe\xed\0\0\0\2", "-deststoretype PKCS12"),
        (b"\xce\xce\xce\xce\0\0\0\2", "-srcstoretype JCEKS"),
        (b"<!DOCTYPE html><p>Sign in", "web page"),
        (b"\n<html>", "web page"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04...", "ZIP"),
        (b"PuTTY-User-Key-File-3: x", "SSH"),
        (b"ssh-ed25519 AAAA ana@example.com", "SSH"),
        (request.public_bytes(Encoding.PEM), "request for a certificate"),
        (request.public_bytes(Encoding.DER), "request for a certificate"),
        (public.public_bytes(Encoding.PEM, info), "public key without"),
        (public.public_bytes(Encoding.DER, info), "public key without"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----", "SSH"),
        (b"-----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----", "PGP"),
        (b"-----BEGIN PKCS7-----\n-----END PKCS7-----", "openssl pkcs7"),
        (b"-----BEGIN X509 CRL-----\n-----END X509 CRL-----", "revoked"),
        (b"-----BEGIN SOMETHING-----\n-----END SOMETHING-----", "isn't a certificate"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB", "isn't a certificate"),
        (b"-----BEGIN CERTIFICATE-----\n!-----END CERTIFICATE-----", "isn't a certificate"),
        (b"-----BEGIN CERTIFICATE-----\nMII-----END CERTIFICATE-----", "can't be read"),
        (b"-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----", "can't be read"),
        (identity.pkcs12("x")[:200], "can't be read"),
        (b"x" * (LARGEST_FILE + 1), "larger than 256 kB"),
        (b"just text", "isn't a certificate"),
    ):
        assert words in refusal(content), content[:40]
    other_kind = issued("bot.example.com", key=ed448.Ed448PrivateKey.generate())
    assert "RSA, EC and Ed25519" in refusal(other_kind.key_pem + other_kind.pem)


def test_a_name_comes_first(identity: Any) -> None:
    with pytest.raises(UnusableKey, match="Give the key a name"):
        read_key_file(identity.pem, passphrase="", name=" ")


@pytest.mark.parametrize(
    "piece",
    [
        b"-----BEGIN CERTIFICATE-----\n",
        b"-----BEGIN A-----",
        b"-----BEGIN A-----x-----END A-----",
        b"-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
        b"-",
        b"\x30\x80",
        b"\x30\x84\xff\xff\xff\xff",
        b" ",
    ],
)
def test_a_long_file_takes_no_long_time(piece: bytes) -> None:
    content = (piece * (LARGEST_FILE // len(piece)))[:LARGEST_FILE]
    begun = time.perf_counter()
    refusal(content)
    assert time.perf_counter() - begun < 2


_HEADS = st.sampled_from(
    [b"", b"\x30\x82\x01\x00\x02\x01\x02\x30", b"\xfe\xed\xfe\xed", b"-----BEGIN ", b"\xff\xfe"]
)


@given(st.builds(bytes.__add__, _HEADS, st.binary(max_size=300)))
@example(b"\xff\xfe-")
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    with pytest.raises(UnusableKey):
        read(content)


@settings(max_examples=settings.default.max_examples * 2 // 5)
@given(data=st.data())
def test_no_damage_to_a_right_file_raises_anything_else(
    data: st.DataObject, identity: Any, above: Any
) -> None:
    whole = data.draw(
        st.sampled_from(
            [
                identity.pkcs12("x", above.certificate),
                identity.key_pem + identity.pem,
                above.pem,
                above.der,
            ]
        )
    )
    at = data.draw(st.integers(0, len(whole) - 1))
    content = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + 1 :]
    try:
        key = read(content, "x")
    except UnusableKey:
        return
    assert key.chain

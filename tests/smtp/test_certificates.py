"""What certificates state, and what is left when they can't be read."""

import hashlib
import ssl
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.certificates import client_context, facts_of

AUTHORITY = trustme.CA()
LEAF = x509.load_pem_x509_certificate(
    AUTHORITY.issue_cert("mail.example.com", "192.0.2.1", "2001:db8::1").cert_chain_pems[0].bytes()
)
DER = LEAF.public_bytes(Encoding.DER)


def test_facts_are_read() -> None:
    facts = facts_of(DER)
    assert facts is not None
    assert set(facts.names) == {"mail.example.com", "192.0.2.1", "2001:db8::1"}
    assert "trustme" in facts.subject
    assert "Testing CA" in facts.issuer
    assert facts.not_before < facts.not_after
    assert facts.sha256 == hashlib.sha256(DER).hexdigest()


def test_an_authority_has_no_names() -> None:
    authority = x509.load_pem_x509_certificate(AUTHORITY.cert_pem.bytes())
    facts = facts_of(authority.public_bytes(Encoding.DER))
    assert facts is not None
    assert facts.names == ()


def test_what_cannot_be_read_in_a_certificate_is_no_reason_to_hide_the_rest() -> None:
    facts = facts_of(DER.replace(b"trustme", b"trust\xff\xff"))
    assert facts is not None
    assert facts.subject == facts.issuer == "unreadable"
    assert "mail.example.com" in facts.names


@given(where=st.integers(0, len(DER) - 1), what=st.binary(max_size=3))
def test_a_damaged_certificate_is_read_or_left_out(where: int, what: bytes) -> None:
    facts_of(DER[:where] + what + DER[where + len(what) :])


@given(st.binary(max_size=300))
def test_noise_is_left_out(noise: bytes) -> None:
    assert facts_of(noise) is None


def test_the_context_verifies_chain_and_name_and_wants_tls_1_2() -> None:
    context = client_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_file_that_holds_no_certificate_is_told(tmp_path: Path) -> None:
    pem = tmp_path / "none.pem"
    with pytest.raises(OSError, match="No such file"):
        client_context(trusted=pem)
    pem.write_text("nothing")
    with pytest.raises(ssl.SSLError):
        client_context(trusted=pem)

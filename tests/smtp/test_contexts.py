"""TLS contexts with SSL keys: made once, kept within bounds, and no key left lying about."""

import ssl
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from bot.smtp.contexts import _MOST_KEPT, Contexts, _file_of, context_for
from bot.smtp.ssl_key_files import read_key_file, trusted_certificate
from bot.smtp.ssl_keys import SSLKey, UnusableKey

Issue = Callable[..., Any]


@pytest.fixture(scope="session")
def client_key(issued: Issue) -> SSLKey:
    identity = issued("bot.example.com")
    return read_key_file(identity.pem + identity.key_pem, passphrase="", name="Ours")


@pytest.fixture(scope="session")
def trusted(issued: Issue) -> SSLKey:
    return trusted_certificate(issued("mail.example.com").der, name="Theirs", host="")


async def test_without_a_key_it_is_the_programs_own(client_tls: ssl.SSLContext) -> None:
    assert await Contexts().of(client_tls, None) is client_tls


async def test_a_context_is_made_once_for_a_key(
    client_tls: ssl.SSLContext, client_key: SSLKey, trusted: SSLKey
) -> None:
    contexts = Contexts()
    for key in (client_key, trusted):
        made = await contexts.of(client_tls, key)
        assert made is not client_tls
        assert await contexts.of(client_tls, replace(key)) is made
    assert await contexts.of(client_tls, client_key) is not await contexts.of(client_tls, trusted)


async def test_the_last_ones_are_kept(client_tls: ssl.SSLContext, trusted: SSLKey) -> None:
    contexts = Contexts()
    first = await contexts.of(client_tls, trusted)
    for number in range(_MOST_KEPT - 1):
        await contexts.of(client_tls, replace(trusted, name=f"{number}"))
    assert await contexts.of(client_tls, trusted) is first
    await contexts.of(client_tls, replace(trusted, name="one more"))
    assert await contexts.of(client_tls, trusted) is first
    assert len(contexts._kept) == _MOST_KEPT
    for number in range(_MOST_KEPT):
        await contexts.of(client_tls, replace(trusted, name=f"new {number}"))
    assert await contexts.of(client_tls, trusted) is not first


def test_both_kinds_verify_as_ever(
    client_tls: ssl.SSLContext, client_key: SSLKey, trusted: SSLKey
) -> None:
    for key in (client_key, trusted):
        context = context_for(client_tls, key)
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_client_key_leaves_the_authorities_and_a_trusted_certificate_replaces_them(
    client_tls: ssl.SSLContext, client_key: SSLKey, trusted: SSLKey, authority: trustme.CA
) -> None:
    ours = ssl.PEM_cert_to_DER_cert(authority.cert_pem.bytes().decode())
    known = context_for(client_tls, client_key).get_ca_certs(binary_form=True)
    assert ours in known
    assert set(client_tls.get_ca_certs(binary_form=True)) <= set(known)
    assert context_for(client_tls, trusted).get_ca_certs() == []  # a leaf is no authority
    assert context_for(client_tls, trusted).cert_store_stats()["x509"] == 1


def test_a_program_without_authorities_of_its_own_can_show_a_client_key(
    client_key: SSLKey,
) -> None:
    assert context_for(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), client_key)


@pytest.mark.parametrize("damage", [{"private_key": b"x"}, {"certificates": b""}])
def test_a_key_that_openssl_does_not_take_is_told(
    client_tls: ssl.SSLContext, client_key: SSLKey, damage: dict[str, bytes]
) -> None:
    with pytest.raises(UnusableKey, match="OpenSSL doesn't take"):
        context_for(client_tls, replace(client_key, **damage))


def test_a_key_that_belongs_to_another_certificate_is_told(
    client_tls: ssl.SSLContext, client_key: SSLKey, issued: Issue
) -> None:
    other = replace(client_key, private_key=issued("x.example").key_pem)
    with pytest.raises(UnusableKey, match="key values mismatch"):
        context_for(client_tls, other)


def test_where_memory_has_no_path_a_private_file_is_shown_and_removed(tmp_path: Path) -> None:
    with _file_of(b"content", open_files=tmp_path / "none") as path:
        assert Path(path).read_bytes() == b"content"
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert not Path(path).exists()


def test_elsewhere_it_is_shown_from_memory() -> None:
    with _file_of(b"content") as path:
        assert Path(path).read_bytes() == b"content"
        assert path.startswith("/proc/self/fd/")
    assert not Path(path).exists()

"""SSL keys as values: their names, how they are written down, whom they serve."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.ssl_key_files import read_key_file, trusted_certificate
from bot.smtp.ssl_keys import (
    KEY_ID,
    LONGEST_NAME,
    NO_KEY,
    SSLKey,
    SSLKeyKind,
    UnusableKey,
    dump_key,
    load_key,
    new_key_id,
    parse_key_name,
)

Issue = Callable[..., Any]


@pytest.fixture
def client_key(issued: Issue) -> SSLKey:
    identity = issued("bot.example.com")
    return read_key_file(identity.pem + identity.key_pem, passphrase="", name="Ours")


def test_what_is_written_down_is_read_back(client_key: SSLKey, issued: Issue) -> None:
    trusted = trusted_certificate(issued("a.example").der, name="Büro", host="a.example")
    for key in (client_key, trusted):
        assert load_key(dump_key(key)) == key


def test_version_one_is_read_for_ever() -> None:
    document = (
        b'{"certificates":"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n",'
        b'"host":"","kind":"client","name":"Ours","private_key":"-----BEGIN PRIVATE KEY-----\\n",'
        b'"schema":1}'
    )
    key = SSLKey(
        kind=SSLKeyKind.CLIENT,
        name="Ours",
        certificates=b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        private_key=b"-----BEGIN PRIVATE KEY-----\n",
    )
    assert load_key(document) == key
    assert dump_key(key) == document


def test_a_key_of_a_newer_program_is_not_guessed_at(client_key: SSLKey) -> None:
    with pytest.raises(ValueError, match="newer"):
        load_key(dump_key(client_key).replace(b'"schema":1', b'"schema":2'))


def test_no_repr_shows_a_private_key(client_key: SSLKey) -> None:
    assert client_key.private_key is not None
    assert "PRIVATE" not in repr(client_key)
    assert "BEGIN" not in repr(client_key)


def test_its_facts_are_those_of_its_certificates(issued: Issue) -> None:
    above = issued("authority.example", authority=True)
    identity = issued("bot.example.com", issuer=above)
    key = read_key_file(identity.pkcs12("x", above.certificate), passphrase="x", name="Ours")
    assert key.leaf.names == ("bot.example.com",)
    assert [each.names for each in key.chain] == [("bot.example.com",), ("authority.example",)]


def test_a_certificate_of_one_server_serves_no_other(issued: Issue) -> None:
    key = trusted_certificate(issued("a.example").der, name="Theirs", host="a.example")
    assert key.serves("a.example")
    assert not key.serves("b.example")
    assert replace(key, host="").serves("b.example")


def test_ids_are_told_from_no_key() -> None:
    assert KEY_ID.fullmatch(new_key_id())
    assert not KEY_ID.fullmatch(NO_KEY)
    assert new_key_id() != new_key_id()


def test_each_kind_has_its_name() -> None:
    assert [each.label for each in SSLKeyKind] == ["client key", "trusted certificate"]


def test_a_name_is_tidied() -> None:
    assert parse_key_name("  Acme \t mail\u00a0key ") == "Acme mail key"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" ", "Give the key a name"),
        ("a\u202eb", "can't be seen"),
        ("\ud800", "can't be seen"),
        ("x" * (LONGEST_NAME + 1), "longer than 60"),
    ],
)
def test_a_name_that_will_not_do_is_told(text: str, words: str) -> None:
    with pytest.raises(UnusableKey, match=words):
        parse_key_name(text)


@given(st.text(max_size=80))
def test_a_name_is_kept_or_refused(text: str) -> None:
    try:
        name = parse_key_name(text)
    except UnusableKey:
        return
    assert parse_key_name(name) == name
    assert 0 < len(name) <= LONGEST_NAME

"""Credentials in a server's words."""

import base64
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.redaction import Redaction

USERNAME, PASSWORD = "ana@example.com", "Pä ss+wörd/1&2"
BOTH = Redaction(username=USERNAME, password=PASSWORD)


@pytest.mark.parametrize(
    "form",
    [
        PASSWORD.encode(),
        PASSWORD.encode("latin-1"),
        base64.b64encode(PASSWORD.encode()),
        base64.urlsafe_b64encode(PASSWORD.encode()),
        quote(PASSWORD).encode(),
        quote_plus(PASSWORD).encode(),
        quote(PASSWORD, safe="").lower().encode(),
        PASSWORD.replace("&", "&amp;").encode(),
        base64.b64encode(f"\0{USERNAME}\0{PASSWORD}".encode()),
        USERNAME.encode(),
        base64.b64encode(USERNAME.encode()),
        quote(USERNAME).encode(),
    ],
)
def test_every_usual_form_is_taken_out(form: bytes) -> None:
    assert BOTH(b"no: " + form + b" is bad") == b"no: *** is bad"


@given(before=st.binary(), after=st.binary())
def test_a_password_goes_wherever_it_stands(before: bytes, after: bytes) -> None:
    assert PASSWORD.encode() not in BOTH(before + PASSWORD.encode() + after)


def test_a_user_name_goes_only_as_a_whole_word() -> None:
    redact = Redaction(username="bob", password=None)
    assert redact(b"user bob, <bob> bobby bob@example.com b.bob") == (
        b"user ***, <***> bobby bob@example.com b.bob"
    )


def test_a_user_name_that_is_a_public_address_stays() -> None:
    redact = Redaction(
        username="Bob@example.com", password="secret", public=frozenset({"bob@example.com"})
    )
    blob = base64.b64encode(b"Bob@example.com")
    assert redact(b"<bob@example.com>: unknown " + blob) == b"<bob@example.com>: unknown ***"


def test_a_tiny_password_does_not_eat_the_words_around_it() -> None:
    redact = Redaction(username=None, password="a")
    assert redact(b"authentication failed, a") == b"authentication failed, ***"


def test_without_credentials_nothing_is_taken_out() -> None:
    redact = Redaction(username=None, password=None)
    assert redact(b"anything") == b"anything"


def test_a_user_name_inside_a_password_does_not_save_half_of_it() -> None:
    redact = Redaction(username="x y", password="y zzz")
    assert b"zzz" not in redact(b"x y zzz")

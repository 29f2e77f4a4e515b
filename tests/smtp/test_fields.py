"""bot/smtp/fields.py, field by field."""

import pytest

from bot.smtp.fields import (
    parse_helo_name,
    parse_password,
    parse_port,
    parse_sender_name,
    parse_username,
)


@pytest.mark.parametrize(
    ("typed", "port"), [("587", 587), (" 25\n", 25), ("\uff15\uff18\uff17", 587)]
)
def test_a_port_is_a_number(typed: str, port: int) -> None:
    assert parse_port(typed) == port


@pytest.mark.parametrize(
    "typed", ["", "0", "65536", "-1", "+25", "25.0", "smtp", "1e3", "२५", "9" * 5000]
)
def test_what_is_no_port_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValueError, match="whole number from 1 to 65535"):
        parse_port(typed)


@pytest.mark.parametrize(
    ("typed", "name"), [("", ""), (" ", ""), ("Mail.Example.com.", "mail.example.com")]
)
def test_a_helo_name_is_a_full_host_name_or_nothing(typed: str, name: str) -> None:
    assert parse_helo_name(typed) == name


@pytest.mark.parametrize(
    "typed", ["localhost", "192.0.2.1", "[192.0.2.1]", "::1", "mail.example.com\r\nX", "a b.c"]
)
def test_another_helo_name_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValueError, match="leave it empty"):
        parse_helo_name(typed)


def test_a_sender_name_is_kept_as_typed() -> None:
    assert (
        parse_sender_name("  Bob O'Hara, “Büro” (Support) ✉ ") == "Bob O'Hara, “Büro” (Support) ✉"
    )
    assert parse_sender_name("") == ""


@pytest.mark.parametrize(
    "typed",
    [
        "Bob\r\nBcc: eve@example.com",
        "Bob\x00",
        "Bob\u2028x",
        "Bob\u202egnp",
        "Bob\x85x",
        "Bob\x7f",
        "\ud800",
        "=?utf-8?q?x=0ABcc=3A_eve=40example=2Ecom?=",
        "b" * 101,
    ],
)
def test_a_sender_name_that_could_change_a_header_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="A name can't"):
        parse_sender_name(typed)


def test_a_user_name_loses_only_what_surrounds_it() -> None:
    assert parse_username(" \u200bbob smith@example.com\n") == "bob smith@example.com"
    assert parse_username("bu\u0308ro") == "büro"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("  ", "Type the user name"),
        ("bob\x00eve", "can't be seen"),
        ("bob\u200beve", "can't be seen"),
        ("ü" * 128, "255"),
    ],
)
def test_another_user_name_is_refused_in_words(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_username(typed)


def test_a_password_is_taken_to_the_letter() -> None:
    assert parse_password("  två ord\t") == "  två ord\t"
    assert parse_password("abcd efgh ijkl mnop") == "abcd efgh ijkl mnop"


@pytest.mark.parametrize(
    "pasted",
    [
        "abcd efgh ijkl mnop",
        "abcd\xa0efgh\xa0ijkl\xa0mnop",
        " abcdefghijklmnop\n",
        "Abcd Efgh ijkl mnop",
    ],
)
@pytest.mark.parametrize(
    "of_google",
    [
        {"provider": "gmail"},
        {"host": "smtp.gmail.com"},
        {"host": "smtp-relay.gmail.com"},
        {"host": "smtp.googlemail.com"},
    ],
)
def test_a_google_app_password_loses_its_spaces_alone(
    pasted: str, of_google: dict[str, str]
) -> None:
    assert parse_password(pasted, **of_google) == "".join(pasted.split())


@pytest.mark.parametrize("typed", ["abcd efgh ijkl mno1", "abcd efgh ijkl mno\u017f", "a b c"])
def test_another_password_for_google_keeps_its_spaces(typed: str) -> None:
    assert parse_password(typed, provider="gmail") == typed


def test_a_password_for_another_host_keeps_its_spaces() -> None:
    typed = "abcd efgh ijkl mnop"
    assert parse_password(typed, provider="other", host="smtp.gmail.com.example") == typed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type"),
        ("a\nb", "line break"),
        ("a\0b", "line break"),
        ("a\ud800b", "broken"),
        ("a" * 1025, "1024"),
    ],
)
def test_another_password_is_refused_and_not_repeated(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refusal:
        parse_password(typed)
    assert not isinstance(refusal.value, UnicodeError)

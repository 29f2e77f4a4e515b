"""bot/smtp/fields.py: the form read whole, and the password that belongs to it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.fields import check_password, read_form
from bot.smtp.settings import (
    Configuration,
    InvalidSettings,
    MailSettings,
    Password,
    TestPolicy,
    TLSMode,
)
from bot.smtp.ssl_keys import SSLKey, SSLKeyKind

FORM: dict[str, Any] = {
    "notifications": True,
    "configuration": "custom",
    "provider": "other",
    "host": "smtp.example.com",
    "port": "587",
    "tls_mode": "starttls",
    "anonymous": False,
    "username": "bob",
    "from_address": "team@example.com",
    "sender_name": "Team",
    "reply_to": "",
    "helo_name": "",
    "test_policy": "own-address",
}
MEANT = MailSettings(
    host="smtp.example.com",
    username="bob",
    from_address="team@example.com",
    sender_name="Team",
)


def read(before: MailSettings | None = None, **changes: object) -> MailSettings:
    return read_form(FORM | changes, before=before or MailSettings(), default_offered=True, keys={})


def complaints(**changes: object) -> dict[str, str]:
    with pytest.raises(InvalidSettings) as refusal:
        read_form(FORM | changes, before=MailSettings(), default_offered=False, keys={})
    assert all(each.endswith(".") for each in refusal.value.errors.values())
    return refusal.value.errors


def with_password(settings: MailSettings) -> MailSettings:
    return replace(
        settings,
        password=Password(
            value="hunter2 with a twist",
            destination=settings.destination,
            set_by="U1",
            set_at=datetime(2026, 11, 23, tzinfo=UTC),
        ),
    )


def test_a_filled_form_becomes_settings() -> None:
    assert read() == MEANT
    assert read(
        notifications=False,
        provider="gmail",
        host="smtp.gmail.com",
        port="465",
        tls_mode="implicit",
        reply_to="<mailto:help@example.com|help@example.com>",
        helo_name="mail.example.com",
        test_policy="admins",
    ) == replace(
        MEANT,
        notifications=False,
        provider="gmail",
        host="smtp.gmail.com",
        port=465,
        tls_mode=TLSMode.IMPLICIT,
        reply_to="help@example.com",
        helo_name="mail.example.com",
        test_policy=TestPolicy.ADMINS,
    )


def test_all_complaints_come_at_once_each_under_its_field() -> None:
    assert complaints(
        host="", port="0", username=" ", from_address="", sender_name="\n x\0", reply_to="x"
    ).keys() == {"host", "port", "username", "from_address", "sender_name", "reply_to"}


@pytest.mark.parametrize("name", ["configuration", "provider", "tls_mode", "test_policy"])
@pytest.mark.parametrize("value", ["forged", "", None, 7, "CUSTOM", ["custom"]])
def test_a_forged_choice_is_a_complaint(name: str, value: object) -> None:
    assert complaints(**{name: value}).keys() == {name}


def test_a_form_without_fields_is_nothing_but_complaints() -> None:
    with pytest.raises(InvalidSettings) as refusal:
        read_form({}, before=MailSettings(), default_offered=True, keys={})
    assert {"configuration", "host", "port", "test_policy"} <= refusal.value.errors.keys()


HALVES = st.text(st.characters(categories=["Cs", "L", "Nd", "P"]))


@pytest.mark.parametrize(
    "typed", ["{}", "a{}b", "a{}@b.example", "a@b{}.example", "a{}.example:25"]
)
@pytest.mark.parametrize(
    "name", ["host", "port", "username", "from_address", "sender_name", "reply_to", "helo_name"]
)
def test_half_a_character_is_a_complaint_in_words_under_its_field(name: str, typed: str) -> None:
    for half in ("\ud800", "\udfff"):
        errors = complaints(**{name: typed.format(half)})
        assert errors.keys() == {name}
        assert "codec" not in errors[name]


@given(
    st.dictionaries(
        st.sampled_from(list(FORM)), st.none() | st.booleans() | st.integers() | st.text() | HALVES
    )
)
def test_no_form_makes_it_fail_otherwise(form: dict[str, Any]) -> None:
    try:
        settings = read_form(FORM | form, before=MailSettings(), default_offered=True, keys={})
    except InvalidSettings:
        return
    drawn = {name: getattr(settings, name) for name in FORM}
    assert read_form(drawn, before=MailSettings(), default_offered=True, keys={}) == settings


def test_default_keeps_the_fields_that_it_hides() -> None:
    before = with_password(MEANT)
    settings = read(before, configuration="default", host="", port="x", username="", anonymous=True)
    assert settings == replace(before, configuration=Configuration.DEFAULT)


def test_default_that_is_not_offered_is_a_complaint() -> None:
    assert complaints(configuration="default").keys() == {"configuration"}


def test_anonymous_keeps_the_user_name_and_the_password() -> None:
    before = with_password(MEANT)
    settings = read(before, anonymous=True, username="")
    assert settings == replace(before, anonymous=True)


def test_a_pasted_server_that_agrees_with_the_form_is_understood_at_saving() -> None:
    assert read(host="smtp://bob@smtp.example.com:587") == MEANT


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("smtp.example.com:465", "“Server port”"),
        ("smtps://smtp.example.com:587", "“Mail protocol”"),
        ("smtp://eve@smtp.example.com", "“Username”"),
        ("smtp://bob:secret@smtp.example.com:587", "password"),
    ],
)
def test_a_pasted_server_that_contradicts_the_form_is_a_complaint(host: str, said: str) -> None:
    errors = complaints(host=host)
    assert errors.keys() == {"host"}
    assert said in errors["host"]
    assert "secret" not in errors["host"]


@pytest.mark.parametrize("port", ["0", "00", "65536", "99999", "100000"])
@pytest.mark.parametrize("pasted", ["smtp.example.com", "smtp://bob@smtp.example.com", "[::1]"])
def test_a_pasted_port_that_is_none_is_a_complaint(pasted: str, port: str) -> None:
    errors = complaints(host=f"{pasted}:{port}")
    assert errors.keys() == {"host"}
    assert "Type only the server's name" in errors["host"]


def test_a_pasted_port_does_not_contradict_a_faulty_one() -> None:
    assert complaints(host="smtp.example.com:587", port="x").keys() == {"port"}


def test_a_usable_password_is_no_complaint() -> None:
    assert check_password(with_password(MEANT), may_send_password=False) == {}


@pytest.mark.parametrize("change", [{"anonymous": True}, {"configuration": Configuration.DEFAULT}])
def test_no_password_is_asked_for_where_none_is_used(change: dict[str, Any]) -> None:
    assert check_password(replace(MEANT, **change), may_send_password=False) == {}


def test_a_missing_password_is_told_under_the_user_name() -> None:
    found = check_password(MEANT, may_send_password=False)
    assert found.keys() == {"username"}
    assert "“Set password”" in found["username"]
    assert "“Connect anonymously”" in found["username"]


CLIENT = SSLKey(kind=SSLKeyKind.CLIENT, name="Ours", certificates=b"")
THEIRS = SSLKey(kind=SSLKeyKind.TRUSTED, name="Theirs", certificates=b"", host="smtp.example.com")
KEYS = {"00ff": CLIENT, "11ff": THEIRS, "33ff": None}


def read_with_keys(before: MailSettings = MEANT, **changes: object) -> MailSettings:
    return read_form(FORM | changes, before=before, default_offered=True, keys=KEYS)


@pytest.mark.parametrize("mode", [TLSMode.STARTTLS, TLSMode.IMPLICIT])
@pytest.mark.parametrize(
    ("chosen", "meant"), [("00ff", "00ff"), ("11ff", "11ff"), ("none", ""), ("", ""), (None, "")]
)
def test_an_ssl_key_is_chosen_where_there_is_tls(
    chosen: str | None, meant: str, mode: TLSMode
) -> None:
    assert read_with_keys(ssl_key=chosen, tls_mode=mode).ssl_key == meant


@pytest.mark.parametrize("change", [{"tls_mode": "none"}, {"configuration": "default"}])
def test_where_an_ssl_key_does_not_apply_the_saved_one_is_kept(change: dict[str, str]) -> None:
    before = replace(MEANT, ssl_key="00ff")
    settings = read_with_keys(before, ssl_key="11ff", **change)
    assert settings.ssl_key == "00ff"
    assert not settings.uses_ssl_key


@pytest.mark.parametrize(
    ("changes", "told", "words"),
    [
        ({"ssl_key": "22ff"}, {"ssl_key"}, "was deleted"),
        ({"ssl_key": "33ff"}, {"ssl_key"}, "can't be opened"),
        (
            {"ssl_key": "11ff", "host": "smtp.example.net"},
            {"ssl_key"},
            "“Theirs” is trusted for smtp.example.com alone",
        ),
        ({"ssl_key": "22ff", "host": "a b"}, {"ssl_key", "host"}, "was deleted"),
    ],
)
def test_an_ssl_key_that_will_not_do_is_told(
    changes: dict[str, object], told: set[str], words: str
) -> None:
    with pytest.raises(InvalidSettings) as refusal:
        read_with_keys(**changes)
    assert refusal.value.errors.keys() == told
    assert words in refusal.value.errors["ssl_key"]


def test_a_key_of_one_server_is_not_judged_by_a_server_that_is_none() -> None:
    with pytest.raises(InvalidSettings) as refusal:
        read_with_keys(ssl_key="11ff", host="a b")
    assert refusal.value.errors.keys() == {"host"}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("", "00ff", "without an SSL key"),
        ("00ff", "", "with another SSL key"),
        ("00ff", "11ff", "with another SSL key"),
    ],
)
def test_another_ssl_key_asks_for_the_password_again(before: str, after: str, words: str) -> None:
    given = with_password(replace(MEANT, ssl_key=before))
    found = check_password(replace(given, ssl_key=after), may_send_password=False)
    assert found.keys() == {"ssl_key"}
    assert words in found["ssl_key"]
    assert "“Change password”" in found["ssl_key"]


@pytest.mark.parametrize(
    ("change", "told", "was"),
    [
        ({"host": "evil.example"}, "host", "smtp.example.com"),
        ({"host": "evil.example", "port": 25}, "host", "smtp.example.com"),
        ({"port": 2525}, "port", "587"),
        ({"tls_mode": TLSMode.IMPLICIT}, "tls_mode", "SMTP with STARTTLS"),
        ({"username": "eve"}, "username", "bob"),
    ],
)
def test_a_password_for_another_destination_must_be_given_again_and_the_reason_is_told(
    change: dict[str, Any], told: str, was: str
) -> None:
    found = check_password(replace(with_password(MEANT), **change), may_send_password=True)
    assert found.keys() == {told}
    assert was in found[told]
    assert "“Change password”" in found[told]
    assert "hunter2" not in found[told]


def test_a_password_without_tls_is_refused_unless_the_operator_allows_it() -> None:
    settings = with_password(replace(MEANT, tls_mode=TLSMode.NONE))
    found = check_password(settings, may_send_password=False)
    assert found.keys() == {"tls_mode"}
    assert "“SMTP with STARTTLS”" in found["tls_mode"]
    assert check_password(settings, may_send_password=True) == {}

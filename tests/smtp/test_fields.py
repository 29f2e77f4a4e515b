"""bot/smtp/fields.py and bot/smtp/pasted.py."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.address import has_control_characters
from bot.smtp.fields import (
    PastedServer,
    check_password,
    parse_helo_name,
    parse_host,
    parse_password,
    parse_port,
    parse_sender_name,
    parse_username,
    read_form,
    split_server,
)
from bot.smtp.settings import (
    Configuration,
    InvalidSettings,
    MailSettings,
    Password,
    TestPolicy,
    TLSMode,
)

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
    return read_form(FORM | changes, before=before or MailSettings(), default_offered=True)


def complaints(**changes: object) -> dict[str, str]:
    with pytest.raises(InvalidSettings) as refusal:
        read_form(FORM | changes, before=MailSettings(), default_offered=False)
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


@pytest.mark.parametrize(
    ("pasted", "server"),
    [
        ("smtp.example.com", PastedServer(host="smtp.example.com")),
        (
            " smtp.example.com:587 ",
            PastedServer(host="smtp.example.com", port=587, tls_mode=TLSMode.STARTTLS),
        ),
        (
            "smtp.example.com:465",
            PastedServer(host="smtp.example.com", port=465, tls_mode=TLSMode.IMPLICIT),
        ),
        ("smtp.example.com:25", PastedServer(host="smtp.example.com", port=25)),
        ("smtp://smtp.example.com/", PastedServer(host="smtp.example.com")),
        ("smtp://smtp.example.com:2525", PastedServer(host="smtp.example.com", port=2525)),
        (
            "SMTPS://smtp.example.com",
            PastedServer(host="smtp.example.com", port=465, tls_mode=TLSMode.IMPLICIT),
        ),
        (
            "smtps://smtp.example.com:2465",
            PastedServer(host="smtp.example.com", port=2465, tls_mode=TLSMode.IMPLICIT),
        ),
        (
            "submission://smtp.example.com",
            PastedServer(host="smtp.example.com", port=587, tls_mode=TLSMode.STARTTLS),
        ),
        (
            "smtp+starttls://bob@smtp.example.com:587",
            PastedServer(
                host="smtp.example.com", port=587, tls_mode=TLSMode.STARTTLS, username="bob"
            ),
        ),
        (
            "smtp://bob%40example.com@smtp.example.com",
            PastedServer(host="smtp.example.com", username="bob@example.com"),
        ),
        (
            "smtp://bob@example.com:pass:w@rd@smtp.example.com",
            PastedServer(host="smtp.example.com", username="bob@example.com", had_password=True),
        ),
        (
            "bob@smtp.example.com:2525",
            PastedServer(host="smtp.example.com", port=2525, username="bob"),
        ),
        ("::1", PastedServer(host="::1")),
        ("[2001:db8::1]:2525", PastedServer(host="2001:db8::1", port=2525)),
        (
            "smtp.example.com\N{FULLWIDTH COLON}587",
            PastedServer(host="smtp.example.com", port=587, tls_mode=TLSMode.STARTTLS),
        ),
        ("bob@example.com", PastedServer(host="bob@example.com")),
        ("https://smtp.example.com", PastedServer(host="https://smtp.example.com")),
        ("smtp.example.com:abc", PastedServer(host="smtp.example.com:abc")),
        ("", PastedServer(host="")),
    ],
)
def test_a_pasted_server_is_taken_apart(pasted: str, server: PastedServer) -> None:
    assert split_server(pasted) == server


SECRETS = st.text(min_size=8, max_size=20).map(lambda text: f"s3cr3t{text}")


@pytest.mark.parametrize(
    "pasted",
    [
        "smtp://bob:{}@smtp.example.com:587",
        "bob:{}@smtp.example.com",
        "https://bob:{}@smtp.example.com/path?x",
        "smtp://bob:{}@",
        "smtp://bob:{}@host with spaces",
    ],
)
@given(secret=SECRETS)
def test_a_pasted_password_is_dropped_whatever_it_holds(pasted: str, secret: str) -> None:
    server = split_server(pasted.format(secret))
    assert server.had_password
    assert "s3cr3t" not in repr(server)


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("smtp.example.com", "smtp.example.com"),
        ("  SMTP.Example.COM. ", "smtp.example.com"),
        ("\ufeffsmtp.example.com\u200b", "smtp.example.com"),
        ("\uff53\uff4d\uff54\uff50.example.com", "smtp.example.com"),
        ("büro.example", "xn--bro-hoa.example"),
        ("BÜRO\u3002example", "xn--bro-hoa.example"),
        ("mail_relay", "mail_relay"),
        ("localhost", "localhost"),
        ("192.0.2.1", "192.0.2.1"),
        ("[192.0.2.1]", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_a_host_has_one_written_form(typed: str, host: str) -> None:
    assert parse_host(typed) == host
    assert parse_host(host) == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        ".",
        " . ",
        "smtp.example.com..",
        "smtp..example.com",
        "-smtp.example.com",
        "smtp-.example.com",
        "smtp example.com",
        "smtp.example.com:587",
        "smtp://smtp.example.com",
        "smtp.example.com/x",
        "bob@example.com",
        "smtp.exa\u200bmple.com",
        "smtp.example.com\r\nEHLO x",
        "a\ud800.example",
        "fe80::1%eth0",
        "fe80::1%\r\nx",
        "[fe80::1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "017700000001",
        "256.1.1.1",
        "a" * 64 + ".example",
        ".".join(["a" * 60] * 5),
        "ü" * 70 + ".example",
        "ü" * 300,
        "☃.\u0378",
        "<b>.example",
    ],
)
def test_what_is_no_host_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        parse_host(typed)


@given(st.text() | st.from_regex(r"[0-9a-fA-Fx:.\[\]%@/\r\n-]{1,40}"))
def test_no_text_is_a_host_that_could_split_a_line(text: str) -> None:
    try:
        host = parse_host(text)
    except UnicodeError:
        pytest.fail("this is no sentence for a person")
    except ValueError:
        return
    assert host.isascii()
    assert not has_control_characters(host)
    assert not set(host) & set(" /@[]%<>")
    assert parse_host(host) == host
    assert split_server(host) == PastedServer(host=host)


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
    "pasted", ["abcd efgh ijkl mnop", "abcd\xa0efgh\xa0ijkl\xa0mnop", " abcdefghijklmnop\n"]
)
def test_a_google_app_password_loses_its_spaces(pasted: str) -> None:
    assert parse_password(pasted, provider="gmail") == "abcdefghijklmnop"


def test_another_password_for_google_keeps_its_spaces() -> None:
    assert parse_password("abcd efgh ijkl mno1", provider="gmail") == "abcd efgh ijkl mno1"


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
        read_form({}, before=MailSettings(), default_offered=True)
    assert {"configuration", "host", "port", "test_policy"} <= refusal.value.errors.keys()


@given(
    st.dictionaries(
        st.sampled_from(list(FORM)), st.none() | st.booleans() | st.integers() | st.text()
    )
)
def test_no_form_makes_it_fail_otherwise(form: dict[str, Any]) -> None:
    try:
        settings = read_form(FORM | form, before=MailSettings(), default_offered=True)
    except InvalidSettings:
        return
    drawn = {name: getattr(settings, name) for name in FORM}
    assert read_form(drawn, before=MailSettings(), default_offered=True) == settings


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

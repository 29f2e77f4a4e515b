"""A server's address as it is pasted: bot/smtp/pasted.py, and what fields.py makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.address import has_control_characters
from bot.smtp.fields import parse_host
from bot.smtp.pasted import PastedServer, split_server
from bot.smtp.settings import TLSMode


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
        ("smtp.example.com:0", PastedServer(host="smtp.example.com:0")),
        ("smtp.example.com:65536", PastedServer(host="smtp.example.com:65536")),
        ("smtps://bob@smtp.example.com:0", PastedServer(host="smtps://bob@smtp.example.com:0")),
        ("[2001:db8::1]:0", PastedServer(host="[2001:db8::1]:0")),
        ("smtp.example.com:65535", PastedServer(host="smtp.example.com", port=65535)),
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
        "smtp://bob:{}@smtp.example.com:0",
        "bob:{}@smtp.example.com:65536",
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


@given(
    st.text()
    | st.text(st.characters(categories=["Cs", "L", "Nd", "P"]))
    | st.from_regex(r"[0-9a-fA-Fx:.\[\]%@/\r\n-]{1,40}")
)
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

"""bot/smtp/domain/spf_macros.py: the examples of RFC 7208 7.4, and more."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.domain.spf_macros import Mail, expand, has_macros, is_macro_string

MAIL = Mail(
    sender="strong-bad@email.example.com",
    address=ipaddress.ip_address("192.0.2.3"),
    helo="mx.example.org",
)
SIX = Mail(
    sender="strong-bad@email.example.com",
    address=ipaddress.ip_address("2001:db8::cb01"),
    helo="mx.example.org",
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{h}.%{p}.x", "mx.example.org.unknown.x"),
        ("%{S}.x.", "strong-bad%40email.example.com.x"),
        ("%%%_%-.x", "% %20.x"),
    ],
)
def test_a_macro_comes_to_what_the_rfc_says(text: str, name: str) -> None:
    assert is_macro_string(text)
    assert expand(text, MAIL, domain="email.example.com") == name


def test_an_ipv6_address_is_written_by_its_half_octets() -> None:
    name = expand("%{ir}.%{v}._spf.%{d2}", SIX, domain="email.example.com")
    reverse = "1.0.b.c." + "0." * 20 + "8.b.d.0.1.0.0.2"
    assert name == f"{reverse}.ip6._spf.example.com"


def test_a_name_that_is_too_long_loses_labels_on_its_left() -> None:
    name = expand(".".join(["%{d}"] * 20), MAIL, domain="email.example.com")
    assert len(name) <= 253
    assert name.endswith(".email.example.com")
    assert expand("a" * 300, MAIL, domain="x") == "a" * 300


def test_what_depends_on_the_mail_is_told() -> None:
    assert has_macros("%{i}.example.com")
    assert not has_macros("a%%b.example.com")


@given(st.text("%{}sloidphcrtv0123456789.-+,/_=ü x"), st.sampled_from([MAIL, SIX]))
def test_any_macro_string_can_be_expanded(text: str, mail: Mail) -> None:
    name = expand(text, mail, domain="example.com")
    assert len(name) <= 253 or "." not in name

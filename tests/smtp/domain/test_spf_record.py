"""bot/smtp/domain/spf_record.py."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.domain.spf_record import Directive, UnreadableSPF, is_spf, read_spf


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("v=spf1", True),
        ("v=spf1 -all", True),
        ("V=SPF1 -all", True),
        ("v=spf10 -all", False),
        ("v=spf1\t-all", False),
        (" v=spf1 -all", False),
        ("spf2.0/pra -all", False),
        ("", False),
    ],
)
def test_an_spf_record_is_told_by_its_first_word(text: str, *, holds: bool) -> None:
    assert is_spf(text) is holds


def test_each_mechanism_is_read_with_all_its_parts() -> None:
    text = (
        "v=spf1 a  +a:mail.example.com -a/24 ~a:h.example.com/24//64 ?a//48 MX:%{d2}/8 "
        "ptr ptr:example.com include:_spf.example.com exists:%{i}._spf.%{d} "
        "ip4:192.0.2.7/24 ip4:192.0.2.1 ip6:2001:db8::/32 ip6:::1 -ALL"
    )
    read = [
        (each.qualifier, each.mechanism, each.domain, each.network, each.length, each.length6)
        for each in read_spf(text).directives
    ]
    four, six = ipaddress.IPv4Network, ipaddress.IPv6Network
    assert read == [
        ("+", "a", "", None, 32, 128),
        ("+", "a", "mail.example.com", None, 32, 128),
        ("-", "a", "", None, 24, 128),
        ("~", "a", "h.example.com", None, 24, 64),
        ("?", "a", "", None, 32, 48),
        ("+", "mx", "%{d2}", None, 8, 128),
        ("+", "ptr", "", None, 32, 128),
        ("+", "ptr", "example.com", None, 32, 128),
        ("+", "include", "_spf.example.com", None, 32, 128),
        ("+", "exists", "%{i}._spf.%{d}", None, 32, 128),
        ("+", "ip4", "", four("192.0.2.0/24"), 32, 128),
        ("+", "ip4", "", four("192.0.2.1/32"), 32, 128),
        ("+", "ip6", "", six("2001:db8::/32"), 32, 128),
        ("+", "ip6", "", six("::1/128"), 32, 128),
        ("-", "all", "", None, 32, 128),
    ]


@pytest.mark.parametrize(
    ("text", "redirect"),
    [
        ("v=spf1 redirect=_spf.example.com", "_spf.example.com"),
        ("v=spf1 Redirect=%{d}.example.com. moo=cow exp=why.example.com", "%{d}.example.com."),
        ("v=spf1 redirect=_spf.example.com ?all", ""),
        ("v=spf1 unknown-modifier_1.x=%%", ""),
        ("v=spf1", ""),
    ],
)
def test_a_redirect_counts_where_nothing_says_all(text: str, redirect: str) -> None:
    assert read_spf(text).redirect == redirect


@pytest.mark.parametrize(
    "term",
    [
        *("all:example.com", "all/24", "-", "--all", "=all", "moo", "a.example.com", "a:", "A;"),
        *("include", "include:", "include:localhost", "include:a.example.com/24", "include:a..1"),
        *("exists", "exists:%{z}.example.com", "exists:%{d0}.example.com", "exists:100%.example"),
        *("exists:%{c}.example.com", "a:example.123", "a:-.example-", "a/33", "a//129", "mx/1/1"),
        *("ip4", "ip4:", "ip4:192.0.2", "ip4:192.0.2.1/33", "ip4:192.0.2.0/255.255.255.0"),
        *("ip4:2001:db8::1", "ip4:192.0.2.1//64", "ip4:192.0.2.01", "ip6:192.0.2.1"),
        *("ip6:2001:db8::/129", "ip6:fe80::1%eth0", "ptr/24", "ptr:", "redirect=", "exp="),
        *("redirect=a.example redirect=b.example", "include:bücher.example", "x=ü", "a\t-all"),
    ],
)
def test_what_breaks_the_grammar_is_named(term: str) -> None:
    with pytest.raises(UnreadableSPF) as raised:
        read_spf(f"v=spf1 {term} -all")
    assert raised.value.term == term.rpartition(" ")[2]


@given(st.text() | st.text("aimx:/=%{}.+-~? 0123456789lrdsp").map(lambda text: f"v=spf1 {text}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        record = read_spf(text)
    except UnreadableSPF:
        return
    assert all(isinstance(each, Directive) for each in record.directives)

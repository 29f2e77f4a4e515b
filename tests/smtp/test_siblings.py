"""Names in certificates, which are a stranger's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.domain.organisation import registered_domain
from bot.smtp.fields import parse_host
from bot.smtp.siblings import dns_names, siblings


@pytest.mark.parametrize(
    ("host", "stated", "expected"),
    [
        ("mail.example.com", ["smtp.example.com"], ("smtp.example.com",)),
        ("mail.example.com", ["Example.COM", "mail.example.com"], ("example.com",)),
        ("example.com", ["smtp.example.com"], ("smtp.example.com",)),
        ("smtp.eu.example.com", ["*.example.com"], ("smtp.example.com",)),
        (
            "m.eu.example.com",
            ["*.example.com", "a.example.com"],
            ("a.example.com", "m.example.com"),
        ),
        ("mail.example.com", ["*.example.com"], ()),
        ("mail.example.com", ["mail.example.net", "badexample.com", "com"], ()),
        ("mail.example.co.uk", ["mail.other.co.uk", "smtp.example.co.uk"], ("smtp.example.co.uk",)),
        ("example.co.uk", ["other.co.uk"], ()),
        ("co.uk", ["other.co.uk"], ()),
        ("x.com.de", ["y.com.de"], ()),
        ("x.web.de", ["y.web.de"], ("y.web.de",)),
        ("alice.github.io", ["mallory.github.io"], ()),
        ("localhost", ["other.localhost"], ()),
        ("192.0.2.1", ["2.0.2.1", "mail.example.com"], ()),
    ],
)
async def test_only_names_in_the_same_domain_are_siblings(
    host: str, stated: list[str], expected: tuple[str, ...]
) -> None:
    domain = await registered_domain(host)
    assert siblings(host, stated, domain=domain) == expected


def test_no_more_than_three_are_tried() -> None:
    stated = [f"{each}.example.de" for each in "abcde"]
    assert siblings("mail.example.de", stated, domain="example.de") == (
        "a.example.de",
        "b.example.de",
        "c.example.de",
    )


def test_what_is_no_host_name_is_left_out() -> None:
    stated = [
        "a.example.com",
        "A.example.com",
        "192.0.2.1",
        "2001:db8::1",
        "<!channel>",
        "*.b.test",
    ]
    odd = [
        "",
        "*",
        "*.*.b.test",
        "x y",
        "a@b.example",
        "a\n.example.com",
        "\uff4dail.example.com",
        "a.",
    ]
    assert dns_names([*stated, *odd]) == ("a.example.com", "*.b.test")


@given(
    host=st.text(max_size=40),
    stated=st.lists(st.text(max_size=40), max_size=8),
    domain=st.none() | st.text(max_size=40),
)
def test_no_text_raises_or_gets_through_that_is_no_name(
    host: str, stated: list[str], domain: str | None
) -> None:
    for each in (*siblings(host, stated, domain=domain), *dns_names(stated)):
        plain = each.removeprefix("*.")
        assert parse_host(plain) == plain

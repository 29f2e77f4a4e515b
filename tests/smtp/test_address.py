"""bot/smtp/address.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.address import (
    MAXIMUM_LENGTH,
    InvalidAddress,
    has_control_characters,
    parse_address,
)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("bob@example.com", "bob@example.com"),
        ("  bob@Example.COM\n", "bob@example.com"),
        ("Bob@example.com", "Bob@example.com"),
        ("bob+mail@example.com", "bob+mail@example.com"),
        ("o'hara@example.com", "o'hara@example.com"),
        ("<mailto:bob@example.com|bob@example.com>", "bob@example.com"),
        ("<mailto:bob@example.com|Bob@Example.com>", "bob@example.com"),
        ("<mailto:bob@example.com>", "bob@example.com"),
        ("bob@büro.example", "bob@xn--bro-hoa.example"),
        ("bób@example.com", "bób@example.com"),
        ("bob@corp.internal", "bob@corp.internal"),
        ("bob@mailhost", "bob@mailhost"),
    ],
)
def test_an_address_comes_back_as_it_goes_over_the_wire(typed: str, address: str) -> None:
    assert parse_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "bob",
        "bob@",
        "@example.com",
        "bob@example.com, eve@example.com",
        "bob@example.com eve@example.com",
        "bob@example.com SIZE=1",
        "<bob@example.com>",
        "Bob <bob@example.com>",
        '"bob"@example.com',
        '"bob@evil.example"@example.com',
        "bob@[192.0.2.1]",
        "bob@example..com",
        "bob@-example.com",
        ".bob@example.com",
        "bob@example.com\r\nRCPT TO:<eve@example.com>",
        "bob\x00@example.com",
        "bob\u2028@example.com",
        "bob\u200b@example.com",
        "bob\ud800@example.com",
        "<mailto:eve@example.com|bob@example.com>",
        "<mailto:bob@example.com|>",
    ],
)
def test_what_is_not_one_plain_address_is_refused_in_words(typed: str) -> None:
    with pytest.raises(InvalidAddress) as refusal:
        parse_address(typed)
    assert str(refusal.value).endswith(".")


def test_an_address_is_as_long_as_smtp_allows_and_no_longer() -> None:
    domain = ".".join(["d" * 61] * 3) + ".example"
    local = "b" * (MAXIMUM_LENGTH - len(domain) - 1)
    assert len(local) <= 64
    assert parse_address(f"{local}@{domain}") == f"{local}@{domain}"
    with pytest.raises(InvalidAddress, match="254"):
        parse_address(f"{local}b@{domain}")


@pytest.mark.parametrize("local", ["b" * 60, "ü" * 60])
def test_an_address_that_grows_too_long_as_a_labels_is_refused(local: str) -> None:
    typed = f"{local}@{'ü.' * 26}example"
    assert len(typed.encode()) <= MAXIMUM_LENGTH
    with pytest.raises(InvalidAddress):
        parse_address(typed)


@given(st.text() | st.text(st.characters(categories=["Cs", "L", "P"])))
def test_no_text_makes_it_fail_otherwise_or_lets_a_line_through(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidAddress:
        return
    assert address.count("@") == 1
    assert not has_control_characters(address)
    assert not set(address) & set(' <>,;:"\\')
    assert len(address.encode()) <= MAXIMUM_LENGTH
    assert parse_address(address) == address

"""Which addresses and ports are refused, and what the operator can allow."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.policy import DEFAULT_PORTS, AddressPolicy
from bot.smtp.settings import TLSMode

FORBIDDEN = [
    *["0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.0.9", "169.254.169.254"],
    *["172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1"],
    *["198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255"],
    *["::", "::1", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1"],
    *["ff02::1", "100::1", "2001:db8::1", "2001:2::1", "3fff::1", "5f00::1", "64:ff9b:1::1"],
    *["::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1"],
    *["2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "2001:0:808:808::80ff:fffe"],
]
PUBLIC = [
    *["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2001:4860:4860::8888"],
    *["2a00:1450:4001::1a", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"],
    "2001:0:808:808::f7f7:f7f7",
]
HOST = "mail.example.com"


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert AddressPolicy().refusal(HOST, 25, [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert AddressPolicy().refusal(HOST, 25, [address]) is None


def test_one_forbidden_address_refuses_all() -> None:
    assert AddressPolicy().refusal(HOST, 25, ["8.8.8.8", "10.0.0.1"])


def test_all_refusals_of_addresses_are_the_same_text() -> None:
    texts = {AddressPolicy().refusal(HOST, 25, [each]) for each in FORBIDDEN}
    (text,) = texts
    assert text is not None
    assert "MAILSETTINGS_ALLOWED_HOSTS" in text
    assert not any(each in text for each in FORBIDDEN)


@given(st.ip_addresses(v=4))
def test_every_way_to_write_a_forbidden_address_is_forbidden(
    address: ipaddress.IPv4Address,
) -> None:
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address(0x64FF9B << 96 | number),
        ipaddress.IPv6Address(0x2002 << 112 | number << 80),
    ]
    policy = AddressPolicy()
    plain = policy.refusal(HOST, 25, [str(address)])
    for each in wrapped:
        assert policy.refusal(HOST, 25, [str(each)]) == plain


@pytest.mark.parametrize(
    ("allowed", "address"),
    [
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.0.0.0/8", "::ffff:10.1.2.3"),
        ("10.1.2.3", "10.1.2.3"),
        ("127.0.0.0/8 ::1", "::1"),
        ("fd00::/8", "fd12::1"),
        ("64:ff9b:1::/48", "64:ff9b:1::1"),
        ("Mail.Example.com", "10.1.2.3"),
    ],
)
def test_the_operator_allows_by_name_address_and_network(allowed: str, address: str) -> None:
    policy = AddressPolicy.parse(allowed_hosts=allowed)
    assert policy.refusal(HOST, 25, [address]) is None
    assert policy.refusal("other.example.com", 25, ["192.168.1.1"])


def test_a_network_that_is_allowed_allows_no_other_address_beside_it() -> None:
    policy = AddressPolicy.parse(allowed_hosts="10.0.0.0/8")
    assert policy.refusal(HOST, 25, ["10.0.0.1", "192.168.0.1"])


def test_ports_are_those_of_mail_unless_the_operator_says_otherwise() -> None:
    policy = AddressPolicy()
    assert all(policy.port_refusal(each) is None for each in DEFAULT_PORTS)
    refusal = policy.refusal(HOST, 22, ["8.8.8.8"])
    assert refusal is not None
    assert "MAILSETTINGS_ALLOWED_PORTS" in refusal
    assert "25, 465, 587, 2525" in refusal
    assert AddressPolicy.parse(allowed_ports="*").port_refusal(22) is None
    assert AddressPolicy.parse(allowed_ports="1025, 25").allowed_ports == {25, 1025}
    assert AddressPolicy.parse().allowed_ports == DEFAULT_PORTS


@pytest.mark.parametrize(
    ("values", "item"),
    [
        ({"allowed_hosts": "mail.example.com, a b!c"}, "b!c"),
        ({"allowed_hosts": "10.0.0.1/8"}, "10.0.0.1/8"),
        ({"allowed_hosts": "mail/24"}, "mail/24"),
        ({"allowed_ports": "25,mail"}, "mail"),
        ({"allowed_ports": "0"}, "0"),
        ({"allowed_ports": "25,*"}, "*"),
        ({"allow_plaintext_auth": "smtp://mail"}, "smtp://mail"),
    ],
)
def test_a_faulty_item_is_named(values: dict[str, str], item: str) -> None:
    with pytest.raises(ValueError, match="”") as problem:
        AddressPolicy.parse(**values)
    assert f"“{item}”" in str(problem.value)


def test_a_password_goes_without_tls_only_where_it_is_allowed() -> None:
    policy = AddressPolicy.parse(allow_plaintext_auth="Relay.internal.example 10.0.0.7")
    assert policy.may_send_password("relay.internal.example", TLSMode.NONE)
    assert policy.may_send_password("10.0.0.7", TLSMode.NONE)
    assert not policy.may_send_password(HOST, TLSMode.NONE)
    assert policy.may_send_password(HOST, TLSMode.STARTTLS)
    assert policy.may_send_password(HOST, TLSMode.IMPLICIT)

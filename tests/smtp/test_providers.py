"""bot/smtp/providers.py."""

import pytest

from bot.smtp.fields import parse_host, parse_port
from bot.smtp.providers import PROVIDERS, Provider, provider_of
from bot.smtp.settings import TLSMode


def test_the_form_offers_these_providers_in_this_order() -> None:
    assert [each.label for each in PROVIDERS.values()] == [
        "Other",
        "Gmail / Google Workspace",
        "Microsoft 365",
        "Amazon SES",
    ]
    assert all(each.id == name for name, each in PROVIDERS.items())


@pytest.mark.parametrize("provider", list(PROVIDERS.values())[1:], ids=lambda each: each.id)
def test_a_provider_fills_in_what_the_form_accepts_and_never_less_than_tls(
    provider: Provider,
) -> None:
    assert parse_host(provider.host) == provider.host
    assert parse_port(str(provider.port)) == provider.tls_mode.port
    assert provider.tls_mode is not TLSMode.NONE
    assert provider.username_hint
    assert all(each.endswith(".") for each in provider.requirements)
    assert provider.link is not None
    assert provider.link.startswith("https://")
    assert provider_of(provider.host) is provider


def test_gmail_tells_of_app_passwords_and_two_step_verification() -> None:
    told = " ".join(PROVIDERS["gmail"].requirements)
    assert "App Password" in told
    assert "2-Step Verification" in told


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("smtp-relay.gmail.com", "gmail"),
        ("smtp.googlemail.com", "gmail"),
        ("example-com.mail.protection.outlook.com", "microsoft365"),
        ("email-smtp.eu-west-1.amazonaws.com", "ses"),
        ("email-smtp-fips.us-east-1.amazonaws.com", "ses"),
    ],
)
def test_a_typed_host_is_recognised(host: str, provider: str) -> None:
    assert provider_of(host) is PROVIDERS[provider]


@pytest.mark.parametrize(
    "host",
    ["", "smtp.example.com", "smtp-mail.outlook.com", "smtp.gmail.com.evil.example", "10.0.0.1"],
)
def test_another_host_is_nobodys(host: str) -> None:
    assert provider_of(host) is None

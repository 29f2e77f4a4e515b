"""bot/smtp/providers.py and the tables of bot/smtp/known/."""

import re

import pytest

from bot.smtp.fields import parse_host, parse_port
from bot.smtp.known.provider import Provider
from bot.smtp.providers import PROVIDERS, provider_of, provider_of_domain, provider_of_mx
from bot.smtp.settings import TLSMode

OTHERS = list(PROVIDERS.values())[1:]


def test_the_form_offers_these_providers_in_this_order() -> None:
    assert [each.label for each in PROVIDERS.values()] == [
        "Other",
        "Gmail / Google Workspace",
        "Microsoft 365",
        "Outlook.com",
        "Amazon SES",
        "SendGrid",
        "Mailgun",
        "Postmark",
        "Brevo",
        "Zoho",
        "Fastmail",
        "iCloud",
        "Yahoo",
        "AOL",
        "Proton",
        "Mailtrap",
        "Resend",
        "SparkPost",
        "SMTP2GO",
        "OVHcloud",
        "Gandi",
        "GMX",
        "IONOS",
        "Yandex",
        "Mail.ru",
        "QQ Mail",
        "NetEase (163, 126)",
        "Strato",
        "Hetzner",
    ]
    assert all(each.id == name for name, each in PROVIDERS.items())


def test_slack_takes_them_all_in_one_select() -> None:
    assert len(PROVIDERS) <= 100
    assert all(len(each.label) <= 75 for each in PROVIDERS.values())
    assert all(len(each.username_hint) <= 150 for each in PROVIDERS.values())


@pytest.mark.parametrize("provider", OTHERS, ids=lambda each: each.id)
def test_a_provider_fills_in_what_the_form_accepts_and_never_less_than_tls(
    provider: Provider,
) -> None:
    for host in (provider.host, *provider.elsewhere.values()):
        assert parse_host(host) == host
        assert provider_of(host) is provider
    assert parse_port(str(provider.port)) == provider.tls_mode.port
    assert provider.tls_mode is not TLSMode.NONE
    assert provider.username_hint
    assert provider.requirements
    assert all(each.endswith(".") for each in provider.requirements)
    assert not provider.limits or provider.limits.endswith(".")
    assert provider.link is not None
    assert provider.link.startswith("https://")


@pytest.mark.parametrize("provider", OTHERS, ids=lambda each: each.id)
def test_what_a_provider_is_known_by_leads_back_to_it(provider: Provider) -> None:
    for domain in provider.domains:
        assert parse_host(domain) == domain
        assert provider_of_domain(domain) == (provider, provider.host_for(domain))
    for suffix in provider.mx:
        assert parse_host(suffix) == suffix
        assert provider_of_mx(f"mx1.{suffix}") == (provider, provider.host_for(suffix))
    assert set(provider.elsewhere) <= {*provider.domains, *provider.mx}
    re.compile(provider.hosts)


def test_no_two_providers_are_known_by_the_same() -> None:
    for of in (lambda each: each.domains, lambda each: each.mx):
        every = [name for each in PROVIDERS.values() for name in of(each)]
        assert len(every) == len(set(every))


def test_gmail_tells_of_app_passwords_and_two_step_verification() -> None:
    told = " ".join(PROVIDERS["gmail"].requirements)
    assert "App Password" in told
    assert "2-Step Verification" in told


def test_only_outlook_com_takes_no_password() -> None:
    assert [each.id for each in PROVIDERS.values() if not each.takes_passwords] == ["outlook"]
    assert "can't send" in PROVIDERS["outlook"].requirements[0]


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("smtp-relay.gmail.com", "gmail"),
        ("smtp.googlemail.com", "gmail"),
        ("example-com.mail.protection.outlook.com", "microsoft365"),
        ("smtp-mail.outlook.com", "outlook"),
        ("hotmail-com.olc.protection.outlook.com", "outlook"),
        ("email-smtp.eu-west-1.amazonaws.com", "ses"),
        ("email-smtp-fips.us-east-1.amazonaws.com", "ses"),
        ("smtp.eu.mailgun.org", "mailgun"),
        ("smtp-broadcasts.postmarkapp.com", "postmark"),
        ("smtp-relay.sendinblue.com", "brevo"),
        ("smtppro.zoho.eu", "zoho"),
        ("smtp.zohocloud.ca", "zoho"),
        ("sandbox.smtp.mailtrap.io", "mailtrap"),
        ("smtp.mailtrap.io", "mailtrap"),
        ("smtp.eu.sparkpostmail.com", "sparkpost"),
        ("mail-eu2.smtp2go.com", "smtp2go"),
        ("ex4.mail.ovh.net", "ovh"),
        ("smtp.1und1.de", "ionos"),
        ("smtp.exmail.qq.com", "qq"),
        ("smtp.126.com", "netease"),
    ],
)
def test_a_typed_host_is_recognised(host: str, provider: str) -> None:
    assert provider_of(host) is PROVIDERS[provider]


@pytest.mark.parametrize(
    "host",
    ["", "smtp.example.com", "smtp.gmail.com.evil.example", "evilsmtp.zoho.com", "10.0.0.1"],
)
def test_another_host_is_nobodys(host: str) -> None:
    assert provider_of(host) is None


@pytest.mark.parametrize(
    ("name", "provider", "host"),
    [
        ("aspmx.l.google.com", "gmail", "smtp.gmail.com"),
        ("alt4.aspmx.l.google.com", "gmail", "smtp.gmail.com"),
        ("aspmx2.googlemail.com", "gmail", "smtp.gmail.com"),
        ("acme-com.mail.protection.outlook.com", "microsoft365", "smtp.office365.com"),
        ("acme-com.o-v1.mx.microsoft", "microsoft365", "smtp.office365.com"),
        ("outlook-com.olc.protection.outlook.com", "outlook", "smtp-mail.outlook.com"),
        ("mx.zoho.eu", "zoho", "smtp.zoho.eu"),
        ("mx2.zoho.com", "zoho", "smtp.zoho.com"),
        ("in1-smtp.messagingengine.com", "fastmail", "smtp.fastmail.com"),
        ("mx-aol.mail.gm0.yahoodns.net", "aol", "smtp.aol.com"),
        ("mta5.am0.yahoodns.net", "yahoo", "smtp.mail.yahoo.com"),
        ("mxa.eu.mailgun.org", "mailgun", "smtp.eu.mailgun.org"),
        ("mx00.ionos.co.uk", "ionos", "smtp.ionos.co.uk"),
        ("mxbiz1.qq.com", "qq", "smtp.exmail.qq.com"),
        ("smtpin.rzone.de", "strato", "smtp.strato.de"),
    ],
)
def test_an_mx_tells_whose_customer_a_domain_is(name: str, provider: str, host: str) -> None:
    assert provider_of_mx(name) == (PROVIDERS[provider], host)


@pytest.mark.parametrize(
    "name", ["", ".", "mail.example.com", "aspmx.l.google.com.evil.example", "notgoogle.com", "com"]
)
def test_another_mx_is_nobodys(name: str) -> None:
    assert provider_of_mx(name) is None


def test_a_domain_is_a_providers_own_only_as_a_whole() -> None:
    assert provider_of_domain("126.com") == (PROVIDERS["netease"], "smtp.126.com")
    assert provider_of_domain("mail.gmail.com") is None
    assert provider_of_domain("com") is None

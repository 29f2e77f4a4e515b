"""bot/smtp/domain/vouching.py."""

import pytest

from bot.smtp.domain.vouching import sending_of


@pytest.mark.parametrize(
    ("provider", "host", "label"),
    [
        ("other", "smtp.gmail.com", "Google"),
        ("gmail", "mail.acme.example", "Google"),
        ("gmail", "smtp.office365.com", "Microsoft 365"),
        ("", "acme-example.mail.protection.outlook.com", "Microsoft 365"),
        ("", "email-smtp.us-east-1.amazonaws.com", "Amazon SES"),
        ("", "smtp.zoho.eu", "Zoho"),
        ("", "smtppro.zoho.com.au", "Zoho"),
        ("", "smtp.sendgrid.net", "SendGrid"),
        ("", "smtp.eu.mailgun.org", "Mailgun"),
        ("", "smtp.postmarkapp.com", "Postmark"),
        ("", "smtp-relay.brevo.com", "Brevo"),
        ("", "smtp.fastmail.com", "Fastmail"),
        ("", "smtp.mail.me.com", "iCloud"),
        ("", "smtp.protonmail.ch", "Proton Mail"),
    ],
)
def test_a_service_is_known_by_its_server_first(provider: str, host: str, label: str) -> None:
    sending = sending_of(provider, host)
    assert sending is not None
    assert sending.label == label
    assert sending.includes or sending.return_path


@pytest.mark.parametrize("host", ["mail.acme.example", "smtp.gmail.com.evil.example", "gmail.com"])
def test_of_other_servers_nothing_is_known(host: str) -> None:
    assert sending_of("other", host) is None

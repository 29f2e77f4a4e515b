"""Mail providers that we know: where their servers are, and what they ask for. Pure."""

import re
from dataclasses import dataclass

from bot.smtp.settings import TLSMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A choice of "Mail provider", and what choosing it fills in."""

    id: str
    label: str
    host: str = ""
    port: int = TLSMode.STARTTLS.port
    tls_mode: TLSMode = TLSMode.STARTTLS
    username_hint: str = ""
    """What its user name is, in a few words, shown in the empty field."""
    requirements: tuple[str, ...] = ()
    """Sentences for the form: what must be so at the provider before a test can pass."""
    link: str | None = None
    """Where the person does it."""


PROVIDERS = {
    each.id: each
    for each in (
        Provider(id="other", label="Other"),
        # Endpoint: nodemailer services.json eaf12a0, 2026-08-04. Password login ended 2022 (Gmail)
        # and 2024-25 (Workspace): dawidd6/action-send-mail#205, nodemailer/nodemailer#1116. The
        # page for app passwords: chatmail/provider-db, gmail, 2024-08. Read 2026-11-23.
        Provider(
            id="gmail",
            label="Gmail / Google Workspace",
            host="smtp.gmail.com",
            port=TLSMode.IMPLICIT.port,
            tls_mode=TLSMode.IMPLICIT,
            username_hint="Your full address, like name@gmail.com",
            requirements=(
                "Google takes an App Password here, not the account's own password.",
                "Turn on 2-Step Verification for the account, then create an App Password.",
                "It has 16 letters. The spaces that Google shows may stay or go.",
                "“Username” is the full address of the account.",
                "“From address” is that address, or an alias that the account has verified.",
                "A Google Workspace admin may have switched App Passwords off: ask there first.",
            ),
            link="https://myaccount.google.com/apppasswords",
        ),
        # Endpoint: nodemailer services.json eaf12a0, 2026-08-04. Dates: Exchange Team Blog,
        # 2026-01-27 (techcommunity.microsoft.com, 4489835). Authenticated SMTP:
        # simonrob/email-oauth2-proxy#193; aka.ms/smtp_auth_disabled is the link that Microsoft's
        # own reply gives. From: gophish/gophish#2900. Read 2026-11-23.
        Provider(
            id="microsoft365",
            label="Microsoft 365",
            host="smtp.office365.com",
            port=TLSMode.STARTTLS.port,
            tls_mode=TLSMode.STARTTLS,
            username_hint="Your full address, like name@yourcompany.com",
            requirements=(
                "An admin must switch “Authenticated SMTP” on for the mailbox.",
                "It is in the Microsoft 365 admin center: Active users, Mail, Manage email apps.",
                "Where basic authentication is disabled, neither password nor app password works.",
                "The same is so where the organisation uses security defaults.",
                "“From address” is the mailbox's address, or one that it may “Send As”.",
                "After December 2026 Microsoft switches password sign-in off by default.",
                "Outlook.com, Hotmail and Live accounts can't be used with a password at all.",
            ),
            link="https://aka.ms/smtp_auth_disabled",
        ),
        # Endpoint: nodemailer services.json eaf12a0, 2026-08-04; ports: AWS SES, smtp-connect.
        # Credentials for each region, other than access keys: AWS SES, smtp-credentials, and
        # knadh/listmonk#2160. Sandbox: mageplaza/magento-2-smtp#211. Read 2026-11-23.
        Provider(
            id="ses",
            label="Amazon SES",
            host="email-smtp.us-east-1.amazonaws.com",
            port=TLSMode.IMPLICIT.port,
            tls_mode=TLSMode.IMPLICIT,
            username_hint="Your SMTP user name from the SES console",
            requirements=(
                "Put your own region into “Server address” in place of us-east-1.",
                "Create SMTP credentials in the SES console of that region.",
                "The access key and secret of an IAM user do not work here.",
                "Verify “From address”, or its domain, in the same region.",
                "While your SES account is in the sandbox, the recipient must be verified too.",
            ),
            link="https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
        ),
    )
}
"""By id, in the order of the form."""

_HOSTS = {
    # The relay of Workspace and the old name of Gmail's server keep Google's replies.
    "gmail": re.compile(r"smtp(-relay)?\.(gmail|googlemail)\.com"),
    # *.mail.protection.outlook.com takes mail for a domain: the same replies, but no sign-in.
    "microsoft365": re.compile(
        r"(smtp|outlook)\.office365\.(com|us)|.+\.mail\.protection\.outlook\.com"
    ),
    "ses": re.compile(r"email-smtp(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?"),
}


def provider_of(host: str) -> Provider | None:
    """Return the provider to whom a server belongs by its name, or None.

    *host* is a name in the form of `parse_host`. Plain outlook.com is the personal service, which
    is not Microsoft 365.
    """
    for name, pattern in _HOSTS.items():
        if pattern.fullmatch(host):
            return PROVIDERS[name]
    return None

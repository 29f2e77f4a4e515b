"""As whom mail services send: the SPF record that names their servers, their return path. Pure."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a mail service's mail looks to those who receive it."""

    label: str
    hosts: re.Pattern[str]
    """Of its submission servers, where the settings name no provider."""
    includes: tuple[str, ...] = ()
    """Domains whose SPF records name its servers; a customer's record includes one of them."""
    return_path: str = ""
    """The domain that it puts into the envelope in place of the From address's, in words: there
    SPF is checked, and nothing of it speaks for the From address unless set up so."""


_SENDING = {
    # v=spf1 include:_spf.google.com ~all: Google's page "Set up SPF", quoted by mimecast.com,
    # content/set-up-google-workspace-spf-record. Read 2026-11-28, as all of these.
    "gmail": Sending(
        label="Google",
        hosts=re.compile(r"smtp(-relay)?\.(gmail|googlemail)\.com"),
        includes=("_spf.google.com",),
    ),
    # MicrosoftDocs, "Set up SPF in Office 365"; useboring-spfcreator-app.pages.dev,
    # guides/spf-records-by-email-provider.
    "microsoft365": Sending(
        label="Microsoft 365",
        hosts=re.compile(r"(smtp|outlook)\.office365\.(com|us)|.+\.mail\.protection\.outlook\.com"),
        includes=("spf.protection.outlook.com",),
    ),
    # AWS SES, send-email-authentication-spf: a subdomain of amazonses.com, or a custom MAIL FROM
    # domain, which must not be that of a From address.
    "ses": Sending(
        label="Amazon SES",
        hosts=re.compile(r"email-smtp(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?"),
        return_path="amazonses.com, or the MAIL FROM domain that was set up there",
    ),
    # support.sendgrid.com 21415314709147: Return-Path at em123.yourdomain.com; before that at
    # sendgrid.net (support.sendgrid.kke.co.jp 360000226322).
    "sendgrid": Sending(
        label="SendGrid",
        hosts=re.compile(r"smtp(\.eu)?\.sendgrid\.net"),
        return_path="sendgrid.net, or the subdomain that was authenticated there",
    ),
    # spfwise.com, mailgun-spf-dkim-dmarc-setup: the record belongs to the domain set up there.
    "mailgun": Sending(
        label="Mailgun",
        hosts=re.compile(r"smtp(\.eu)?\.mailgun\.org"),
        includes=("mailgun.org",),
        return_path="the domain that was set up there",
    ),
    # postmarkapp.com, blog/introducing-full-dmarc-support-with-custom.
    "postmark": Sending(
        label="Postmark",
        hosts=re.compile(r"smtp(-broadcasts)?\.postmarkapp\.com"),
        return_path="pm.mtasv.net, or the Return-Path domain that was set up there",
    ),
    # suped.com, why-doesnt-brevo-offer-full-spf-alignment: its own domain on shared addresses.
    "brevo": Sending(
        label="Brevo",
        hosts=re.compile(r"smtp-relay\.(brevo|sendinblue)\.com"),
        includes=("spf.brevo.com", "spf.sendinblue.com"),
        return_path="a domain of Brevo's, or the one that was set up there",
    ),
    # By data centre: spfcreator.com, resources/spf-record-for-zoho; mailermonk.com,
    # guides/spf/zoho-mail.
    "zoho": Sending(
        label="Zoho",
        hosts=re.compile(r"smtp(pro)?\.zoho(cloud)?\.(com|eu|in|jp|ca|com\.au|com\.cn|sa)"),
        includes=(
            *("zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.jp"),
            *("zohomail.com", "zohomail.eu"),
        ),
    ),
    # mailflowauthority.com, email-authentication/fastmail-email-auth.
    "fastmail": Sending(
        label="Fastmail",
        hosts=re.compile(r"smtp\.fastmail\.com"),
        includes=("spf.messagingengine.com",),
    ),
    # mxhelper.com, mail-providers/icloud.
    "icloud": Sending(
        label="iCloud",
        hosts=re.compile(r"smtp\.mail\.me\.com"),
        includes=("icloud.com",),
    ),
    # proton.me, support/anti-spoofing-custom-domain.
    "proton": Sending(
        label="Proton Mail",
        hosts=re.compile(r"smtp\.protonmail\.ch"),
        includes=("_spf.protonmail.ch",),
    ),
}


def sending_of(provider: str, host: str) -> Sending | None:
    """Return how the service behind *host* sends: by its name, else by the provider chosen.

    *provider* is a provider's id of `PROVIDERS`. None: a server about which we know nothing.
    """
    for each in _SENDING.values():
        if each.hosts.fullmatch(host):
            return each
    return _SENDING.get(provider)

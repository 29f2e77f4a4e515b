"""Mail providers that we know, in the form's order, and whose a host, domain or MX is. Pure."""

import re

from bot.smtp.known.mailboxes import MAILBOXES
from bot.smtp.known.provider import Provider
from bot.smtp.known.regional import REGIONAL
from bot.smtp.known.services import SERVICES

__all__ = ["PROVIDERS", "Provider", "provider_of", "provider_of_domain", "provider_of_mx"]

_ORDER = (
    *("other", "gmail", "microsoft365", "outlook"),
    *("ses", "sendgrid", "mailgun", "postmark", "brevo"),
    *("zoho", "fastmail", "icloud", "yahoo", "aol", "proton"),
    *("mailtrap", "resend", "sparkpost", "smtp2go"),
    *("ovh", "gandi", "gmx", "ionos", "yandex", "mailru", "qq", "netease", "strato", "hetzner"),
)
_KNOWN = {
    each.id: each
    for each in (Provider(id="other", label="Other"), *MAILBOXES, *SERVICES, *REGIONAL)
}

PROVIDERS = {name: _KNOWN[name] for name in _ORDER}
"""By id, in the order of the form."""

_HOSTS = {
    host: provider
    for provider in PROVIDERS.values()
    for host in (provider.host, *provider.elsewhere.values())
    if host
}
_PATTERNS = [(re.compile(each.hosts), each) for each in PROVIDERS.values() if each.hosts]
_DOMAINS = {domain: provider for provider in PROVIDERS.values() for domain in provider.domains}
_MX = {suffix: provider for provider in PROVIDERS.values() for suffix in provider.mx}


def provider_of(host: str) -> Provider | None:
    """Return the provider to whom a server belongs by its name, or None.

    *host* is a name in the form of `parse_host`. Plain outlook.com is the personal service, which
    is not Microsoft 365.
    """
    if (known := _HOSTS.get(host)) is not None:
        return known
    for pattern, provider in _PATTERNS:
        if pattern.fullmatch(host):
            return provider
    return None


def provider_of_domain(domain: str) -> tuple[Provider, str] | None:
    """Return the provider whose own addresses end with *domain*, and its server for them.

    *domain* is in A-labels and lower case.
    """
    provider = _DOMAINS.get(domain)
    return None if provider is None else (provider, provider.host_for(domain))


def provider_of_mx(name: str) -> tuple[Provider, str] | None:
    """Return the provider who receives mail with the server *name*, and its server for sending.

    *name* is in lower case, without the last dot. Of several suffixes the longest counts.
    """
    labels = name.split(".")
    for start in range(len(labels)):
        suffix = ".".join(labels[start:])
        if (provider := _MX.get(suffix)) is not None:
            return provider, provider.host_for(suffix)
    return None

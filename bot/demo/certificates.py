"""The demo's certificates: an authority that the bot trusts, and servers' right and wrong ones."""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from bot.demo.servers import DOMAIN, Certificate

_NAME = "Mail Settings demo"


def _authority(unit: str) -> trustme.CA:
    return trustme.CA(organization_name=_NAME, organization_unit_name=unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Issues the certificates of all the demo's servers. Its keys live as long as the process."""

    ours: trustme.CA = field(default_factory=lambda: _authority("Authority"))
    unknown: trustme.CA = field(default_factory=lambda: _authority("Unknown authority"))

    def write(self, path: Path) -> None:
        """Write down whom the bot should trust, as PEM."""
        self.ours.cert_pem.write_to_path(str(path))

    def context(self, host: str, kind: Certificate) -> ssl.SSLContext:
        """Make the TLS context of a server named *host* with a certificate of that *kind*."""
        expired = kind is Certificate.EXPIRED
        now = datetime.now(UTC)
        authority = self.unknown if kind is Certificate.OF_UNKNOWN_AUTHORITY else self.ours
        shown = f"elsewhere.{DOMAIN}" if kind is Certificate.OF_ANOTHER_HOST else host
        certificate = authority.issue_cert(
            shown,
            organization_name=_NAME,
            organization_unit_name="Mail server",
            not_before=now - timedelta(days=100),
            not_after=now + timedelta(days=-10 if expired else 80),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context

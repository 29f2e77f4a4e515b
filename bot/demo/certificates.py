"""The demo's certificates: an authority that the bot trusts, and servers' right and wrong ones."""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    pkcs12,
)

from bot.demo.servers import DOMAIN, KEY_PASSPHRASE, OTHER_HOST, Certificate

_NAME = "Mail Settings demo"


def _authority(unit: str) -> trustme.CA:
    return trustme.CA(organization_name=_NAME, organization_unit_name=unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Issues the certificates of all the demo's servers. Its keys live as long as the process."""

    ours: trustme.CA = field(default_factory=lambda: _authority("Authority"))
    partners: trustme.CA = field(default_factory=lambda: _authority("Clients"))
    """Of the clients of the server that wants to know them."""
    unknown: trustme.CA = field(default_factory=lambda: _authority("Unknown authority"))

    def write(self, path: Path) -> None:
        """Write down whom the bot should trust, as PEM."""
        self.ours.cert_pem.write_to_path(str(path))

    def client_key(self) -> bytes:
        """Make a client key, as a PKCS#12 file under `KEY_PASSPHRASE`."""
        issued = self.partners.issue_cert(
            f"bot.{DOMAIN}",
            common_name="Mail bot",
            organization_name=_NAME,
            organization_unit_name="Clients",
            not_before=datetime.now(UTC) - timedelta(days=100),
            not_after=datetime.now(UTC) + timedelta(days=80),
        )
        return pkcs12.serialize_key_and_certificates(
            b"client-key",
            _ec_key(issued.private_key_pem.bytes()),
            x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes()),
            None,
            BestAvailableEncryption(KEY_PASSPHRASE.encode()),
        )

    def context(
        self, host: str, kind: Certificate, *, wants_client: bool = False
    ) -> ssl.SSLContext:
        """Make the TLS context of a server named *host* with a certificate of that *kind*."""
        expired = kind is Certificate.EXPIRED
        now = datetime.now(UTC)
        authority = self.unknown if kind is Certificate.OF_UNKNOWN_AUTHORITY else self.ours
        shown = OTHER_HOST if kind is Certificate.OF_ANOTHER_HOST else host
        certificate = authority.issue_cert(
            shown,
            organization_name=_NAME,
            organization_unit_name="Mail server",
            not_before=now - timedelta(days=100),
            not_after=now + timedelta(days=-10 if expired else 80),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        if wants_client:
            # Who has none is told so by the server, as Postfix does it: asyncio sends no alert.
            context.verify_mode = ssl.CERT_OPTIONAL
            self.partners.configure_trust(context)
        return context


def _ec_key(pem: bytes) -> EllipticCurvePrivateKey:
    """Read a private key of trustme's, which are on elliptic curves."""
    key = load_pem_private_key(pem, None)
    assert isinstance(key, EllipticCurvePrivateKey)  # noqa: S101 - for the type checker
    return key

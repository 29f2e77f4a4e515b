"""SSL keys: certificates that identify us to a mail server, or that we trust in it. Pure."""

import json
import re
import secrets
import ssl
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from bot.smtp.address import has_control_characters
from bot.smtp.certificates import facts_of
from bot.smtp.transcript import Certificate

LONGEST_NAME = 60
"""Characters."""

MOST_KEYS = 50
"""In one workspace: a select of Slack's holds 100."""

NO_KEY = "none"
"""What the form says where no SSL key is chosen; no `KEY_ID`."""

_END = "-----END CERTIFICATE-----"


KEY_ID = re.compile(r"[0-9a-f]{16}")


def new_key_id() -> str:
    """Return an id for a new SSL key."""
    return secrets.token_hex(8)


class UnusableKey(ValueError):
    """It can't be an SSL key. The text is a sentence for the person who gave it."""


class SSLKeyKind(StrEnum):
    """What an SSL key is for."""

    CLIENT = "client"
    """A private key with its certificate: it identifies us (mutual TLS)."""
    TRUSTED = "trusted"
    """One certificate or a chain, trusted in place of the public authorities."""

    @property
    def label(self) -> str:
        """Its name on screen."""
        return {
            SSLKeyKind.CLIENT: "client key",
            SSLKeyKind.TRUSTED: "trusted certificate",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class SSLKey:
    """An SSL key. Made by `read_key_file`, `trusted_certificate` or `load_key`, so always sound."""

    kind: SSLKeyKind
    name: str
    """Given by a person, `LONGEST_NAME` characters at most."""
    certificates: bytes = field(repr=False)
    """In PEM. Of a client key the leaf first, then those that lead to its authority."""
    private_key: bytes | None = field(default=None, repr=False)
    """PKCS#8 in PEM, not encrypted: only ever sealed. None for a trusted certificate."""
    host: str = ""
    """Trusted for this server alone; empty: for any server whose settings choose it."""

    def serves(self, host: str) -> bool:
        """Tell whether it may be used for the server *host*."""
        return self.host in {"", host}

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """What the certificates state, in their order."""
        blocks = self.certificates.split(_END.encode())[:-1]
        ders = (ssl.PEM_cert_to_DER_cert(f"{each.decode()}{_END}".lstrip()) for each in blocks)
        facts = (facts_of(each) for each in ders)
        return tuple(each for each in facts if each is not None)

    @property
    def leaf(self) -> Certificate:
        """What the first certificate states."""
        return self.chain[0]


def parse_key_name(text: str) -> str:
    """Return a name for an SSL key. Raises UnusableKey: it refuses, and never cuts."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text:
        raise UnusableKey("Give the key a name by which you will know it again.")
    if has_control_characters(text):
        raise UnusableKey("A name can't contain characters that can't be seen.")
    if len(text) > LONGEST_NAME:
        raise UnusableKey(f"A name can't be longer than {LONGEST_NAME} characters.")
    return text


SCHEMA = 1
"""The version that `dump_key` writes. `load_key` reads every version ever written."""


def dump_key(key: SSLKey) -> bytes:
    """Write *key*, private key included, as canonical JSON: only ever to be sealed."""
    document = {
        "schema": SCHEMA,
        "kind": key.kind,
        "name": key.name,
        "certificates": key.certificates.decode(),
        "private_key": key.private_key.decode() if key.private_key is not None else None,
        "host": key.host,
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def load_key(document: bytes) -> SSLKey:
    """Read what `dump_key` wrote. Raises ValueError when the document is of a newer program."""
    values = json.loads(document)
    if values["schema"] != SCHEMA:
        raise ValueError("this SSL key was written by a newer version of the program")
    private_key = values["private_key"]
    return SSLKey(
        kind=SSLKeyKind(values["kind"]),
        name=values["name"],
        certificates=values["certificates"].encode(),
        private_key=private_key.encode() if private_key is not None else None,
        host=values["host"],
    )

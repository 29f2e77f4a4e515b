"""What the tests know of a running mail server, whoever wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from enum import StrEnum
from pathlib import Path

import trustme

from bot.smtp.settings import TLSMode
from tests.ports import free_ports as any_ports
from tests.servers.cage import Process

# What stands in the servers' own files below etc/ too.
HOST = "mail.example.com"
USERNAME = "team@example.com"
PASSWORD = "pässword-Ünsafe 17"
READER = "bob@example.com"
INTERNATIONAL = "jörg@example.com"
GREYLISTED = "later@example.com"
NOBODY = "nobody-here@example.com"
ELSEWHERE = "carol@elsewhere.example"
STRANGER = "stranger@example.com"
"""An address that *USERNAME* may not have in From."""
CONTENT = "forbidden-content"
"""A message with this in its subject is refused after its last byte."""
LARGEST = 50_000
"""Bytes of a message that is still taken."""


class Door(StrEnum):
    """A port of a server, by how it is set up."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    OPEN = "open"
    """In clear and without a login, as other mail servers come."""
    LOGIN = "login"
    """STARTTLS; offers AUTH LOGIN alone, as the next two offer theirs."""
    CRAM_MD5 = "cram-md5"
    SCRAM = "scram"
    BROKEN = "broken"
    """Offers STARTTLS, and can't do it."""
    MUTUAL = "mutual"
    """TLS from the start, for those with a client certificate."""

    @property
    def tls_mode(self) -> TLSMode:
        """What the settings must say to enter by it."""
        if self is Door.OPEN:
            return TLSMode.NONE
        return TLSMode.IMPLICIT if self in {Door.IMPLICIT, Door.MUTUAL} else TLSMode.STARTTLS


def free_ports(*doors: Door) -> dict[Door, int]:
    """Return a free port for each of *doors*."""
    return dict(zip(doors, any_ports(len(doors)), strict=True))


def certify(state: Path, *, authority: trustme.CA, customers: trustme.CA) -> None:
    """Write into *state* a server's certificate, and whose certificates let customers in."""
    issued = authority.issue_cert(HOST, "127.0.0.1")
    chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
    key = issued.private_key_pem.bytes()
    (state / "server.pem").write_bytes(chain)
    (state / "server.key").write_bytes(key)
    (state / "both.pem").write_bytes(key + chain)
    (state / "clients.pem").write_bytes(customers.cert_pem.bytes())


@dataclass(frozen=True, kw_only=True)
class RealServer:
    """A running server: its doors, its log, its mailboxes."""

    name: str
    process: Process
    ports: Mapping[Door, int]
    mail: Path
    """Each message that it delivered is a file of its own below it."""
    failed_login: str
    """What its log says, once, of a failed login."""
    delivered: str
    """What its log says once a message is in a mailbox. `{queue_id}` is the queue id."""

    def message(self, message_id: str | None, *, queue_id: str | None) -> EmailMessage:
        """Return a message as it lies in a mailbox; wait until it does."""
        assert message_id
        assert queue_id
        self.process.wait_for(self.delivered.format(queue_id=queue_id))
        for each in self.messages:
            if message_id.encode() in (content := each.read_bytes()):
                message = message_from_bytes(content, policy=SMTPUTF8)
                assert isinstance(message, EmailMessage)
                return message
        raise AssertionError(f"{self.name} has no message {message_id}")

    @property
    def messages(self) -> list[Path]:
        """All that lie in mailboxes."""
        return [each for each in self.mail.rglob("*") if each.is_file()]

"""A mail server of the demo: real SMTP (aiosmtpd), which takes mail or refuses it in its manner."""

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiosmtpd.smtp import (
    SMTP,
    AuthResult,
    Envelope,
    LoginPassword,
    Session,
    TLSSetupException,
)

from bot.demo.inbox import Inbox
from bot.demo.servers import PASSWORD, USERNAME, DemoServer, Manner
from bot.smtp.settings import TLSMode

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """aiosmtpd's hooks for one server: its words, and where its mail goes."""

    server: DemoServer
    inbox: Inbox
    _put_off: set[tuple[str, str]] = field(default_factory=set)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name, as the ones below
        self, server: SMTP, session: Session, _envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        """Say what is offered; to sign in, only where somebody has to."""
        session.host_name = name
        if self.server.wants_client and session.ssl and not _shown_certificate(server):
            return [f"421 4.7.1 {self.server.host} Error: No client certificate presented"]
        kept = [each for each in lines if self.server.username or "AUTH" not in each]
        return [*kept[:-1], "250-ENHANCEDSTATUSCODES", kept[-1]]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse the sender."""
        if self.server.username and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.server.manner is Manner.REFUSES_SENDER and address != USERNAME:
            return f"553 5.7.1 <{address}>: Sender address rejected: not owned by user {USERNAME}"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse the recipient, or put off who comes for the first time."""
        if self.server.manner is Manner.REFUSES_RECIPIENT:
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        pair = (envelope.mail_from or "", address)
        if self.server.manner is Manner.GREYLISTS and pair not in self._put_off:
            self._put_off.add(pair)
            return f"450 4.2.0 <{address}>: Recipient address rejected: Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Put the message into the inbox."""
        content = envelope.content
        mail = self.inbox.take(
            content.encode() if isinstance(content, str) else content or b"",
            server=self.server.host,
            sender=envelope.mail_from or "",
            recipients=envelope.rcpt_tos,
        )
        if self.server.manner is Manner.HANGS_UP and isinstance(
            server.transport, asyncio.WriteTransport
        ):
            server.transport.abort()
        return f"250 2.0.0 Ok: queued as {mail.id}"

    async def handle_exception(self, error: Exception) -> str:
        """Take it calmly that a client refuses our certificate: it is why some of us are here."""
        if not isinstance(error, TLSSetupException):
            log.error("a mail server of the demo failed", exc_info=error)
        return "451 4.3.0 Something went wrong here"


def _shown_certificate(server: SMTP) -> bool:
    transport = server.transport
    return bool(transport is not None and transport.get_extra_info("peercert"))


def serve_smtp(mailbox: Mailbox, tls: ssl.SSLContext) -> SMTP:
    """Make the protocol for one connection to the server of *mailbox*."""
    speaks = mailbox.server.speaks
    return SMTP(
        mailbox,
        hostname=mailbox.server.host,
        ident="ESMTP",
        enable_SMTPUTF8=True,
        tls_context=tls if speaks is TLSMode.STARTTLS else None,
        require_starttls=speaks is TLSMode.STARTTLS,
        auth_require_tls=speaks is not TLSMode.IMPLICIT,  # there, TLS is not aiosmtpd's to know of
        auth_exclude_mechanism=("CRAM-MD5",),
        authenticator=_authenticate,
        loop=asyncio.get_running_loop(),
    )


def _authenticate(
    _server: SMTP,
    _session: Session,
    _envelope: Envelope,
    _mechanism: str,
    data: Any,  # noqa: ANN401 - aiosmtpd's own type
) -> AuthResult:
    given = (data.login, data.password) if isinstance(data, LoginPassword) else None
    right = (USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=given == right, handled=False)

"""What all tests share: loopback only, real mail servers, and ones that misbehave by script."""

import asyncio
import hmac
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import settings

from bot.demo.names import NameServer, Zone
from bot.smtp.settings import TLSMode

pytest_plugins = [
    "tests.postgresql",
    "tests.front",
    "tests.many",
    "tests.chaos.unleashed",
    "tests.disks",
]

settings.register_profile("project", deadline=None, max_examples=60)
settings.register_profile("proof", deadline=None, max_examples=1500)
settings.load_profile("project")  # `--hypothesis-profile` takes the place of it


@pytest.fixture(scope="session")
def proof() -> bool:
    """Tell whether the long forms are wanted."""
    return settings.default.max_examples > 60


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections that leave this machine: a test that tries has a fault."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = str(address[0])
            assert host.startswith("127.") or host in {"::1", "localhost"}, f"leaves: {host}"
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


HOST = "mail.example.com"
USERNAME = "login@example.com"
PASSWORD = "pässword-Ünsafe 17"


def server_context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """Make a server's TLS context with a certificate for *names*."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@dataclass
class MailServerProcess:
    """A real mail server (aiosmtpd) on a loopback port, on a thread and a loop of its own.

    It notes what it sees: `messages`, `logins` (the mechanism of each attempt) and `commands`;
    `wait_for` waits until something was seen.
    """

    context: ssl.SSLContext
    mode: TLSMode = TLSMode.STARTTLS
    credentials: tuple[str, str] | None = (USERNAME, PASSWORD)
    """None: nobody needs to log in."""
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN")
    extensions: tuple[str, ...] = ()
    """More lines for EHLO, such as PIPELINING."""
    smtputf8: bool = True
    reject: dict[str, str] = field(default_factory=dict)
    """Replies by 'MAIL', 'RCPT' and 'DATA'."""
    messages: list[Envelope] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def start(self) -> "MailServerProcess":
        """Listen; `port` is known from here on."""
        self._changed = threading.Condition()
        self._sessions: list[SMTP] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        implicit = self.context if self.mode is TLSMode.IMPLICIT else None
        listening = self._loop.create_server(self._session, "127.0.0.1", 0, ssl=implicit)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        """Close every connection, and end the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def wait_for(self, seen: Callable[["MailServerProcess"], Any]) -> None:
        """Wait until *seen* is true of this server."""
        with self._changed:
            assert self._changed.wait_for(lambda: seen(self), 30)

    def note(self, where: list[Any], what: Any) -> None:
        """Add *what* to a record, and wake who waits."""
        with self._changed:
            where.append(what)
            self._changed.notify_all()

    def _session(self) -> SMTP:
        session = SMTP(
            _Handler(self),
            enable_SMTPUTF8=self.smtputf8,
            hostname=HOST,
            tls_context=self.context if self.mode is TLSMode.STARTTLS else None,
            require_starttls=self.mode is TLSMode.STARTTLS,
            authenticator=self._authenticate,
            auth_require_tls=self.mode is TLSMode.STARTTLS,
            auth_exclude_mechanism={"PLAIN", "LOGIN", "CRAM-MD5"} - set(self.mechanisms),
            loop=self._loop,
        )
        self._sessions.append(session)
        return session

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.note(self.logins, mechanism)
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.credentials, handled=False)

    async def _close(self) -> None:
        # Nobody else gets in, and who just did is let in wholly, before the server is closed: of a
        # connection between the two asyncio leaves the socket open.
        for listening in self._server.sockets:
            self._loop.remove_reader(listening.fileno())
        await asyncio.sleep(0)
        self._server.close()
        for each in self._sessions:
            if each.transport is not None:
                each.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # Also those of which no session knows: in the middle of a handshake, or of its failure.
        while left := [each for each in self._loop._transports.values() if each._sock]:
            for transport in left:
                transport.abort()
            await asyncio.sleep(0)


class _Handler:
    """aiosmtpd's hooks: its words, our record."""

    def __init__(self, process: MailServerProcess) -> None:
        self._process = process

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        session.host_name = name
        self._note(f"EHLO {name}")
        added = [f"250-{each}" for each in self._process.extensions]
        kept = [
            each for each in lines if not (self._process.credentials is None and "AUTH" in each)
        ]
        return [*kept[:-1], *added, kept[-1]]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._note(" ".join(["MAIL", address, *options]))
        if self._process.credentials and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if "MAIL" in self._process.reject:
            return self._process.reject["MAIL"]
        envelope.mail_from = address
        return "250 2.1.0 Sender taken"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        self._note(f"RCPT {address}")
        if "RCPT" in self._process.reject:
            return self._process.reject["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient taken"

    async def handle_RSET(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self._note("RSET")
        return "250 2.0.0 Forgotten"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self._note("QUIT")
        return "221 2.0.0 Bye"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if "DATA" in self._process.reject:
            return self._process.reject["DATA"]
        self._process.note(self._process.messages, envelope)
        return "250 2.0.0 Ok: queued as 4F1234567"

    async def auth_CRAM__MD5(self, server: SMTP, _args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        self._process.note(self._process.logins, "CRAM-MD5")
        challenge = b"<1896.697170952@mail.example.com>"
        answer = await server.challenge_auth(challenge)
        assert self._process.credentials is not None
        username, password = self._process.credentials
        digest = hmac.new(password.encode(), challenge, "md5").hexdigest()
        return AuthResult(success=answer == f"{username} {digest}".encode(), handled=False)

    def _note(self, command: str) -> None:
        self._process.note(self._process.commands, command)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    return server_context(authority, HOST)


@pytest.fixture
def mail_server(
    server_tls: ssl.SSLContext,
) -> Iterator[Callable[..., MailServerProcess]]:
    """Start real mail servers, with the fields of `MailServerProcess`."""
    running: list[MailServerProcess] = []

    def start(**options: Any) -> MailServerProcess:
        running.append(MailServerProcess(**({"context": server_tls} | options)).start())
        return running[-1]

    yield start
    for each in running:
        each.stop()


Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def scripted() -> AsyncIterator[Callable[..., Awaitable[int]]]:
    """Listen with a conversation of the test's own; the answer is the port."""
    servers: list[asyncio.Server] = []
    tasks: set[asyncio.Task[None]] = set()

    async def listen(converse: Conversation, **options: Any) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                with suppress(OSError, asyncio.IncompleteReadError):
                    await converse(reader, writer)
            except asyncio.CancelledError:
                pass  # the test is over
            finally:
                writer.transport.abort()

        listening = options.pop("servers", servers)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, **options)
        listening.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    yield listen
    for server in servers:
        server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks)


@pytest.fixture
async def name_server() -> AsyncIterator[Callable[[Zone], Awaitable[NameServer]]]:
    """Start real name servers, each with a table of its own."""
    running: list[NameServer] = []

    async def start(zone: Zone) -> NameServer:
        running.append(NameServer(zone))
        await running[-1].start()
        return running[-1]

    yield start
    for each in running:
        await each.stop()

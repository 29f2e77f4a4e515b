"""The command line called as the shell calls it; a Slack and a mail server for it to talk to."""

import asyncio
import io
import json
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import structlog
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from bot.arguments import make_parser
from bot.cli import Call, dispatch
from bot.commands.console import Console
from bot.config import read
from bot.smtp.settings import MailSettings, Password, TLSMode
from bot.smtp.ssl_keys import SSLKey
from bot.vault import Vault, open_vault

PASSWORD = "s3cret"
AT = datetime(2026, 5, 3, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Watched(io.StringIO):
    """Shows a test what is written, as it is written."""

    def __init__(self, on_write: Callable[[str], None] | None) -> None:
        super().__init__()
        self._on_write = on_write

    def write(self, text: str) -> int:
        if self._on_write:
            self._on_write(text)
        return super().write(text)


class Shell:
    """Calls commands with an environment that a test may change."""

    def __init__(self, directory: Path) -> None:
        self.environ = {
            "HOME": str(directory),
            "MAILSETTINGS_DATA_DIR": str(directory / "data"),
            # Port 3000 may be anybody's.
            "PORT": "0",
            "MAILSETTINGS_ALLOWED_HOSTS": "127.0.0.1",
            "MAILSETTINGS_ALLOWED_PORTS": "*",
        }
        self.data = directory / "data"

    def __call__(
        self, *words: str, typed: str = "", on_log: Callable[[str], None] | None = None
    ) -> Result:
        out, err = io.StringIO(), Watched(on_log)
        console = Console(stdin=io.StringIO(typed), stdout=out, stderr=err)
        arguments = make_parser().parse_args(words)
        status = dispatch(Call(arguments=arguments, environ=self.environ, console=console))
        return Result(status=status, out=out.getvalue(), err=err.getvalue())

    def vault(self) -> Vault:
        return open_vault(read(self.environ, for_slack=False), announce=lambda _text: None)

    def save(self, settings: MailSettings, *, workspace: str = "T1", revision: int = 0) -> None:
        vault = self.vault()
        vault.settings.put(workspace, settings, revision=revision, by="U1", at=AT)
        vault.close()

    def keep_key(self, key_id: str, key: SSLKey) -> None:
        vault = self.vault()
        vault.keys.put("T1", key, name=key_id, revision=0, by="U1", at=AT)
        vault.close()

    def saved(self, workspace: str = "T1") -> MailSettings:
        vault = self.vault()
        record = vault.settings.get(workspace)
        vault.close()
        assert record
        return record.value


@pytest.fixture(autouse=True)
def _logs_put_back() -> Iterator[None]:
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = [(each, each.level, each.handlers[:]) for each in loggers]
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers = []
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers = handlers


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def make_settings() -> Callable[..., MailSettings]:
    """Make settings, with the password given for just their destination."""

    def make(password: str = PASSWORD, **changes: Any) -> MailSettings:
        settings = MailSettings(
            host="mail.example.com", username="ana@example.com", from_address="team@example.com"
        )
        settings = replace(settings, **changes)
        if not password:
            return settings
        given = Password(value=password, destination=settings.destination, set_by="U1", set_at=AT)
        return replace(settings, password=given)

    return make


@dataclass
class Slack:
    """A Web API that says what a test wants, and notes the methods that were called."""

    scopes: str = (
        "commands,chat:write,users:read,users:read.email,chat:write.public,files:read,files:write"
    )
    skew: timedelta = timedelta(0)
    """How far this machine's clock is ahead of ours."""
    dated: bool = True
    answers: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    """By method; None: the connection is closed without one."""
    called: list[tuple[str, str]] = field(default_factory=list)
    """Methods and tokens."""
    url: str = ""


@pytest.fixture
def slack(shell: Shell) -> Iterator[Slack]:
    slack = Slack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            method = self.path.rpartition("/")[2]
            slack.called.append((method, self.headers["Authorization"].removeprefix("Bearer ")))
            body = {"ok": True, "team_id": "T1", "team": "Acme", "user_id": "U0", "bot_id": "B0"}
            answer = slack.answers.get(method, body)
            if answer is None:
                return
            content = json.dumps(answer).encode()
            self.send_response_only(200)
            if slack.dated:
                date = datetime.now(UTC) + slack.skew
                self.send_header("Date", format_datetime(date, usegmt=True))
            self.send_header("X-OAuth-Scopes", slack.scopes)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    slack.url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    shell.environ |= {
        "SLACK_BOT_TOKEN": "xoxb-1-2-bot",
        "SLACK_APP_TOKEN": "xapp-1-A-2-app",
        "SLACK_API_URL": slack.url,
    }
    yield slack
    server.shutdown()
    server.server_close()


@dataclass
class Mail:
    """A real mail server on this machine; it refuses a recipient with *refusal*."""

    host: str = "127.0.0.1"
    port: int = 0
    refusal: str = ""
    messages: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.refusal or "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.messages.append(envelope)
        return "250 2.0.0 Ok: queued as 4F1234567"


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.password == b"s3cret", handled=False)


@pytest.fixture
def certificate_ends() -> datetime | None:
    """When the mail servers' certificate ends; None: in months."""
    return None


@pytest.fixture
def start_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certificate_ends: datetime | None
) -> Iterator[Callable[[TLSMode], Mail]]:
    """Start mail servers of a mode; all but `NONE` know the password `s3cret`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    # OpenSSL's own variable: an operator trusts a private authority in just this way.
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=certificate_ends).configure_cert(context)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    sessions: list[SMTP] = []
    servers: list[asyncio.Server] = []

    def start(mode: TLSMode) -> Mail:
        mail = Mail()
        starttls = mode is TLSMode.STARTTLS

        def session() -> SMTP:
            options: dict[str, Any] = {"authenticator": _authenticate}
            sessions.append(
                SMTP(
                    mail,
                    hostname="mail.example.com",
                    tls_context=context if starttls else None,
                    require_starttls=starttls,
                    auth_require_tls=starttls,
                    loop=loop,
                    **({} if mode is TLSMode.NONE else options),
                )
            )
            return sessions[-1]

        implicit = context if mode is TLSMode.IMPLICIT else None
        listening = loop.create_server(session, "127.0.0.1", 0, ssl=implicit)
        servers.append(asyncio.run_coroutine_threadsafe(listening, loop).result(10))
        mail.port = servers[-1].sockets[0].getsockname()[1]
        return mail

    async def close() -> None:
        for server in servers:
            server.close()
        for each in sessions:
            if each.transport is not None:
                each.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)

    yield start
    asyncio.run_coroutine_threadsafe(close(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()

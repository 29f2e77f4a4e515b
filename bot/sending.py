"""From settings to a test message on its way: one path for the channel, the form and the terminal.

API for every caller: `run_test` speaks with the server, `explain` says what came of it.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.config import Config
from bot.smtp.diagnosis import diagnose
from bot.smtp.message import Built, TestMessage, UnsafeMessage
from bot.smtp.network import Network
from bot.smtp.settings import Configuration, MailServer, MailSettings
from bot.smtp.ssl_keys import SSLKey
from bot.smtp.submission import submit
from bot.smtp.transcript import (
    Diagnosis,
    Failure,
    Outcome,
    Stage,
    Step,
    Transcript,
    Watch,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A test as asked for."""

    recipient: str
    send: bool
    """False: up to the recipient, then RSET; no mail is sent."""
    code: str
    workspace: str
    """The workspace's name, for the subject. Untrusted text, as the next two."""
    asked_by: str
    channel: str
    """Empty: not asked for in a channel."""
    at: datetime
    in_slack: bool = True
    """False: asked for at the command line, where nothing waits for a confirmation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A mail server that can be used, and whom mail comes from."""

    server: MailServer
    from_address: str
    own: bool
    """The workspace's own; else the operator's, which no admin can change."""


def new_code() -> str:
    """Return the four digits by which a person knows the message again."""
    return f"{secrets.randbelow(10_000):04}"


def service_of(
    settings: MailSettings | None, config: Config, *, key: SSLKey | None
) -> Service | Failure:
    """Return the mail service that *settings* mean; a Failure says why there is none.

    None, for a workspace that saved nothing: the operator's, where there is one. *key* is the SSL
    key that the settings name, as `Vault.ssl_key_of` returns it.
    """
    if settings is None or settings.configuration is Configuration.DEFAULT:
        if config.default_server is None:
            return _missing("default-withdrawn" if settings else "not-configured")
        return Service(server=config.default_server, from_address=config.default_from, own=False)
    server = MailServer(
        host=settings.host,
        port=settings.port,
        tls_mode=settings.tls_mode,
        username=None if settings.anonymous else settings.username,
        password=None if settings.anonymous else settings.usable_password,
        helo_name=settings.helo_name,
        provider=settings.provider,
        ssl_key=key if settings.uses_ssl_key else None,
    )
    if settings.uses_ssl_key and (key is None or not key.serves(settings.host)):
        return _missing("ssl-key-missing")
    if not settings.anonymous and server.password is None:
        return _missing("password-missing")
    return Service(server=server, from_address=settings.from_address, own=True)


async def run_test(
    service: Service | Failure,
    settings: MailSettings,
    trial: Trial,
    *,
    network: Network,
    watch: Watch,
    before_final_dot: Callable[[], Awaitable[None]],
) -> Transcript:
    """Send the test message of *trial* and return all that happened. Never raises for a server."""
    if isinstance(service, Failure):
        return _refusal(service, trial)
    message = None
    if trial.send:
        try:
            message = _compose(service, settings, trial)
        except UnsafeMessage:
            failure = Failure(stage=Stage.SETTINGS, cause="unsafe-message")
            return replace(
                _refusal(failure, trial), host=service.server.host, port=service.server.port
            )
    return await submit(
        service.server,
        message,
        sender=service.from_address,
        recipient=trial.recipient,
        network=network,
        watch=watch,
        before_final_dot=before_final_dot,
    )


def explain(transcript: Transcript, service: Service | Failure) -> Diagnosis | None:
    """Say what a transcript means; None: all is well."""
    if transcript.failure is None:
        return None
    if isinstance(service, Failure):
        return diagnose(transcript, None, sender="")
    return diagnose(transcript, service.server, sender=service.from_address)


def _compose(service: Service, settings: MailSettings, trial: Trial) -> Built:
    message = TestMessage(
        workspace=trial.workspace,
        code=trial.code,
        asked_by=trial.asked_by,
        channel=trial.channel or None,
        server=f"{service.server.host}:{service.server.port}",
        from_address=service.from_address,
        sender_name=settings.sender_name,
        reply_to=settings.reply_to,
        to=trial.recipient,
        date=trial.at,
        in_slack=trial.in_slack,
    )
    return message.build()


def _missing(cause: str) -> Failure:
    return Failure(stage=Stage.SETTINGS, cause=cause)


def _refusal(failure: Failure, trial: Trial) -> Transcript:
    step = Step(stage=failure.stage, milliseconds=0, line="not complete", ok=False)
    return Transcript(
        outcome=Outcome.REFUSED,
        host="",
        port=0,
        steps=(step,),
        failure=failure,
        sent=trial.send,
    )

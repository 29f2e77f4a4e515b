"""A test that failed at a mail server, and what the diagnosis says of it."""

from bot.smtp.diagnosis import diagnose
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.transcript import Diagnosis, Failure, Outcome, Transcript


def server(
    *,
    provider: str = "other",
    host: str = "mail.example.com",
    port: int = 587,
    tls_mode: TLSMode = TLSMode.STARTTLS,
    username: str | None = "bob",
) -> MailServer:
    return MailServer(
        host=host,
        port=port,
        tls_mode=tls_mode,
        username=username,
        password="correct horse",
        provider=provider,
    )


def failed(
    failure: Failure | None,
    tried: MailServer | None = None,
    *,
    greeting: str = "",
    sender: str = "team@example.com",
) -> Diagnosis:
    tried = tried or server()
    transcript = Transcript(
        outcome=Outcome.FAILED,
        host=tried.host,
        port=tried.port,
        steps=(),
        failure=failure,
        greeting=greeting,
    )
    return diagnose(transcript, tried, sender=sender)

"""After which failures other ports are worth a question."""

import pytest

from bot.smtp.prospects import may_be_cured_elsewhere
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.transcript import Failure, Outcome, Reply, Stage, Transcript

SERVER = MailServer(host="mail.example.com", port=587, tls_mode=TLSMode.STARTTLS, username="a@b.c")


def ask(stage: Stage, cause: str, reply: Reply | None = None) -> bool:
    transcript = Transcript(
        outcome=Outcome.FAILED,
        host=SERVER.host,
        port=SERVER.port,
        steps=(),
        failure=Failure(stage=stage, cause=cause, reply=reply),
    )
    return may_be_cured_elsewhere(SERVER, transcript)


@pytest.mark.parametrize(
    ("stage", "cause", "reply"),
    [
        (Stage.SETTINGS, "port-refused", None),
        (Stage.SETTINGS, "plaintext-password-refused", None),
        (Stage.CONNECTION, "tcp-timeout", None),
        (Stage.GREETING, "not-smtp-imap", None),
        (Stage.GREETING, "stage-timeout", None),
        (Stage.GREETING, "reply", Reply(code=554, text="No SMTP service here")),
        (Stage.GREETING, "reply", Reply(code=421, text="No client certificate presented")),
        (Stage.TLS, "cert-expired", None),
        (Stage.TLS, "reply", Reply(code=454, enhanced="4.7.0", text="TLS not available")),
        (Stage.AUTHENTICATION, "auth-not-offered", None),
        (Stage.SENDER, "reply", Reply(code=530, text="Must issue a STARTTLS command first")),
    ],
)
def test_another_port_may_cure_it(stage: Stage, cause: str, reply: Reply | None) -> None:
    assert ask(stage, cause, reply)


@pytest.mark.parametrize(
    ("stage", "cause", "reply"),
    [
        (Stage.SETTINGS, "password-missing", None),
        (Stage.SETTINGS, "interrupted", None),
        (Stage.LOOKUP, "dns-nxdomain", None),
        (Stage.LOOKUP, "policy-refused", None),
        (Stage.GREETING, "reply", Reply(code=421, text="Too many connections")),
        (Stage.AUTHENTICATION, "reply", Reply(code=535, enhanced="5.7.8", text="Bad credentials")),
        (Stage.RECIPIENT, "reply", Reply(code=550, enhanced="5.1.1", text="No such user")),
        (Stage.ACCEPTED, "reply-lost", None),
    ],
)
def test_no_other_port_would_cure_it(stage: Stage, cause: str, reply: Reply | None) -> None:
    assert not ask(stage, cause, reply)


def test_what_was_accepted_needs_no_cure() -> None:
    accepted = Transcript(outcome=Outcome.ACCEPTED, host="mail.example.com", port=587, steps=())
    assert not may_be_cured_elsewhere(SERVER, accepted)

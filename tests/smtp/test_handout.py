"""The text for a mail team: complete, in order, and without what signs in."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.handout import handout, tls_lines
from bot.smtp.redaction import Redaction
from bot.smtp.transcript import (
    Certificate,
    Failure,
    Line,
    Outcome,
    Reply,
    Stage,
    Step,
    TLSFacts,
    Transcript,
)

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
CERTIFICATE = Certificate(
    subject="CN=mail.example.com",
    names=("mail.example.com", "*.example.com"),
    issuer="CN=Authority",
    not_before=datetime(2026, 1, 1, tzinfo=UTC),
    not_after=datetime(2026, 5, 12, 12, tzinfo=UTC),
    sha256="abcd",
)
ACCEPTED = Transcript(
    outcome=Outcome.ACCEPTED,
    host="mail.example.com",
    port=587,
    steps=(
        Step(stage=Stage.LOOKUP, milliseconds=0.4, line="192.0.2.1"),
        Step(stage=Stage.ACCEPTED, milliseconds=10_500, line="250 2.0.0 queued as 4F1"),
    ),
    lines=(
        Line(sent=False, text="220 mail.example.com ready", milliseconds=12),
        Line(sent=True, text="AUTH PLAIN ***", milliseconds=12.4),
    ),
    tls=TLSFacts(version="TLSv1.3", cipher="AES", chain=(CERTIFICATE,), verified=True),
    address="192.0.2.1",
    mechanism="PLAIN",
    queue_id="4F1",
    message_id="<1@example.com>",
    reply=Reply(code=250, enhanced="2.0.0", text="queued as 4F1"),
)


def test_everything_a_mail_team_needs_is_there_in_order() -> None:
    text = handout(ACCEPTED, {"Protocol": "SMTP with STARTTLS", "Code": "4821", "No": ""}, at=AT)
    assert (
        text
        == """\
Result:     accepted
Server:     mail.example.com:587
Address:    192.0.2.1
Mechanism:  PLAIN
Queue id:   4F1
Message-ID: <1@example.com>
Protocol:   SMTP with STARTTLS
Code:       4821

STAGES
ok     Address lookup       0 ms  192.0.2.1
ok     Acceptance       10500 ms  250 2.0.0 queued as 4F1

THE SERVER'S OWN WORDS
250 2.0.0 queued as 4F1

TLS AND CERTIFICATES
TLSv1.3, AES, verified
subject CN=mail.example.com
  names  mail.example.com, *.example.com
  issuer CN=Authority
  valid  2026-01-01 to 2026-05-12, 9 days left
  SHA-256 abcd

CONVERSATION (C: us, S: the server)
     12 ms S: 220 mail.example.com ready
     12 ms C: AUTH PLAIN ***"""
    )


def test_a_failure_is_told_with_its_stage_its_cause_and_the_servers_words() -> None:
    failed = replace(
        ACCEPTED,
        outcome=Outcome.FAILED,
        steps=(Step(stage=Stage.TLS, milliseconds=3, line="expired", ok=False),),
        failure=Failure(
            stage=Stage.TLS, cause="cert-expired", reply=Reply(code=454, text="not\nnow")
        ),
        tls=TLSFacts(version=None, cipher=None, chain=(CERTIFICATE,), verified=False),
    )
    text = handout(failed, {}, at=datetime(2026, 6, 1, tzinfo=UTC))
    assert "Result:     failed at stage TLS: cert-expired" in text
    assert "failed TLS" in text
    assert "454 not\nnow" in text
    assert "no version agreed, no cipher agreed, not verified, so nothing was sent" in text
    assert "to 2026-05-12, ended 19 days ago" in text


def test_what_is_not_known_is_left_out() -> None:
    bare = Transcript(outcome=Outcome.REFUSED, host="", port=0, steps=())
    assert handout(bare, {}, at=None) == "Result:     refused"
    dry = replace(bare, outcome=Outcome.ACCEPTED, sent=False)
    assert handout(dry, {}, at=None) == "Result:     accepted, without sending"
    facts = TLSFacts(version="TLSv1.3", cipher="AES", chain=(CERTIFICATE,), verified=True)
    assert tls_lines(facts, None)[4] == "  valid  2026-01-01 to 2026-05-12"
    nameless = replace(facts, chain=(replace(CERTIFICATE, names=()),))
    assert tls_lines(nameless, AT)[2] == "  names  -"


FORMS: tuple[Callable[[str], str], ...] = (
    str,
    lambda secret: base64.b64encode(secret.encode()).decode(),
    lambda secret: base64.b64encode(f"\0login\0{secret}".encode()).decode(),
)


@given(
    secret=st.text("abcdefgh0123456789", min_size=8, max_size=30),
    form=st.sampled_from(FORMS),
    around=st.text("xyz ", max_size=20),
)
def test_what_a_server_echoes_of_a_password_is_in_no_part_of_it(
    secret: str, form: Callable[[str], str], around: str
) -> None:
    hide = Redaction(username="login", password=secret)
    said = hide(f"{around} {form(secret)} {around}".encode()).decode()
    transcript = replace(
        ACCEPTED,
        steps=(Step(stage=Stage.AUTHENTICATION, milliseconds=1, line=said, ok=False),),
        failure=Failure(
            stage=Stage.AUTHENTICATION, cause="reply", reply=Reply(code=535, text=said)
        ),
        lines=(Line(sent=False, text=said, milliseconds=1),),
        queue_id=said,
    )
    text = handout(transcript, {}, at=AT)
    assert text.count("***") == 4
    assert secret not in text
    assert form(secret) not in text


async def test_of_a_real_conversation_no_credential_is_left(run: Any, mail_server: Any) -> None:
    server = mail_server()
    transcript = await run(server.port)
    text = handout(transcript, {}, at=AT)
    assert "C: AUTH PLAIN ***" in text
    assert "S: 250" in text
    password = "pässword-Ünsafe 17"
    for each in (password, base64.b64encode(f"\0login@example.com\0{password}".encode()).decode()):
        assert each not in text

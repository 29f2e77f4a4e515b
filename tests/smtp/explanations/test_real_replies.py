"""Real servers' replies, explained from the bytes that came to the cause that is told."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.smtp.diagnosis import diagnose
from bot.smtp.replies import ReplyBuffer, decode, split_enhanced
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.transcript import Failure, Outcome, Reply, Stage, Transcript

SMTP = Path(__file__).parent.parent


def lines(name: str) -> Iterator[list[str]]:
    for line in (SMTP / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.replace("\\n", "\n").split("\t")


def parsed(text: str) -> Reply:
    """Read a reply as the conversation does."""
    buffer = ReplyBuffer()
    buffer.feed(text.replace("\n", "\r\n").encode() + b"\r\n")
    raw = buffer.take()
    assert raw is not None
    enhanced, texts = split_enhanced(tuple(decode(each) for each in raw.lines))
    return Reply(code=raw.code, enhanced=enhanced, text="\n".join(texts))


def cause_found(failure: Failure, *, provider: str) -> str:
    server = MailServer(
        host="mail.example.com",
        port=587,
        tls_mode=TLSMode.STARTTLS,
        username="bob",
        password="correct horse",
        provider=provider,
    )
    transcript = Transcript(
        outcome=Outcome.FAILED, host=server.host, port=server.port, steps=(), failure=failure
    )
    found = diagnose(transcript, server, sender="team@example.com")
    assert found.meaning
    assert "general meaning" in found.meaning or found.cause != "reply"
    return found.cause


def failures(stage: str, cause: str, text: str) -> list[Failure]:
    """Build what ended the conversation; a refusal after DATA may come before or after the dot."""
    if not text[:3].isdigit():
        # A symptom. That the conversation names it so is tried in test_lookup.py,
        # test_connection.py, test_wire.py, test_handshake.py and test_certificates.py.
        return [Failure(stage=Stage(stage), cause=cause, text=text)]
    # Only a sign-in with a token gets a 334 before its refusal (XOAUTH2); the bot makes none.
    reply = Reply(code=334, text=text[4:]) if text.startswith("334") else parsed(text)
    stages = (Stage.MESSAGE, Stage.ACCEPTED) if stage == "accepted" else (Stage(stage),)
    return [Failure(stage=each, cause="reply", reply=reply) for each in stages]


@pytest.mark.parametrize("provider_known", [True, False])
def test_each_real_reply_has_its_cause(provider_known: bool) -> None:
    """Print the whole table; `pytest -s` shows it, and a failure does."""
    wrong = 0
    replies = list(lines("real_replies.tsv"))
    table = [f"\n{'cause expected':28} {'cause found':28} reply"]
    for name, provider, stage, cause, text in replies:
        shown = provider if provider_known else "other"
        found = {cause_found(each, provider=shown) for each in failures(stage, cause, text)}
        told = ", ".join(sorted(found))
        table.append(f"{cause:28} {told:28} {name}: {text.partition(chr(10))[0][:80]}")
        wrong += found != {cause}
    table.append(f"{len(replies) - wrong} of {len(replies)} are explained rightly.")
    sys.stdout.write("\n".join(table))
    assert wrong == 0
    assert len(replies) == 178
    assert len({name for name, *_ in replies}) == 178


@pytest.mark.parametrize(
    ("provider", "stage", "code", "enhanced", "cause", "text"), list(lines("other_replies.tsv"))
)
def test_replies_in_other_words_are_understood(
    provider: str, stage: str, code: str, enhanced: str, cause: str, text: str
) -> None:
    status = None if enhanced == "-" else enhanced
    reply = Reply(code=int(code), enhanced=status, text=text)
    stages = (Stage.MESSAGE, Stage.ACCEPTED) if stage == "accepted" else (Stage(stage),)
    for each in stages:
        failure = Failure(stage=each, cause="reply", reply=reply)
        assert cause_found(failure, provider=provider) == cause

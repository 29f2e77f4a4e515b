"""A test as one text for a mail team: everything that it may see, nothing that signs in. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.smtp.expiry import time_left
from bot.smtp.transcript import Line, Reply, Stage, Step, TLSFacts, Transcript

_WIDTH = max(len(each.label) for each in Stage)


def handout(transcript: Transcript, facts: Mapping[str, str], *, at: datetime | None) -> str:
    """Return all that a mail team can use of a test that ended *at*, where that is known.

    *facts* are lines that the transcript does not have, by their names; empty ones are left out.
    Untrusted text, credentials removed.
    """
    known = {
        "Result": _result(transcript),
        "Server": f"{transcript.host}:{transcript.port}" if transcript.host else "",
        "Address": transcript.address or "",
        "Mechanism": transcript.mechanism or "",
        "Queue id": transcript.queue_id or "",
        "Message-ID": transcript.message_id or "",
    }
    parts = [_table(known | dict(facts))]
    if transcript.steps:
        parts.append(_titled("STAGES", map(_rung, transcript.steps)))
    reply = transcript.failure.reply if transcript.failure is not None else transcript.reply
    if reply is not None:
        parts.append(_titled("THE SERVER'S OWN WORDS", [_words(reply)]))
    if transcript.tls is not None:
        parts.append(_titled("TLS AND CERTIFICATES", tls_lines(transcript.tls, at)))
    if transcript.lines:
        parts.append(_titled("CONVERSATION (C: us, S: the server)", spoken(transcript.lines)))
    return "\n\n".join(parts)


def tls_lines(tls: TLSFacts, at: datetime | None) -> list[str]:
    """Say what the handshake showed: each certificate with its names, its issuer and its days."""
    lines = [
        f"{tls.version or 'no version agreed'}, {tls.cipher or 'no cipher agreed'}, "
        + ("verified" if tls.verified else "not verified, so nothing was sent")
    ]
    for each in tls.chain:
        lines += [
            f"subject {each.subject}",
            f"  names  {', '.join(each.names) or '-'}",
            f"  issuer {each.issuer}",
            f"  valid  {each.not_before:%Y-%m-%d} to {each.not_after:%Y-%m-%d}"
            + (f", {time_left(each, at)}" if at is not None else ""),
            f"  SHA-256 {each.sha256}",
        ]
    return lines


def spoken(lines: Iterable[Line]) -> list[str]:
    """Give a conversation line by line, with the time since the test began."""
    return [
        f"{each.milliseconds:7.0f} ms {'C:' if each.sent else 'S:'} {each.text}" for each in lines
    ]


def _result(transcript: Transcript) -> str:
    failure = transcript.failure
    if failure is None:
        return str(transcript.outcome) + ("" if transcript.sent else ", without sending")
    return f"{transcript.outcome} at stage {failure.stage.label}: {failure.cause}"


def _rung(step: Step) -> str:
    mark = "ok    " if step.ok else "failed"
    return f"{mark} {step.stage.label:<{_WIDTH}} {step.milliseconds:7.0f} ms  {step.line}"


def _words(reply: Reply) -> str:
    return " ".join(filter(None, (str(reply.code), reply.enhanced, reply.text)))


def _table(facts: Mapping[str, str]) -> str:
    width = max(map(len, facts)) + 1
    return "\n".join(f"{name + ':':<{width}} {value}" for name, value in facts.items() if value)


def _titled(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, *lines])

"""From a transcript to what it means and what to do, for a person who is no mail expert. Pure."""

from bot.smtp.explanations.beforehand import BEFOREHAND
from bot.smtp.explanations.credentials import CREDENTIALS
from bot.smtp.explanations.encryption import ENCRYPTION
from bot.smtp.explanations.envelope import ENVELOPE
from bot.smtp.explanations.explanation import Seen
from bot.smtp.explanations.general import general_meaning
from bot.smtp.explanations.reach import REACH
from bot.smtp.explanations.signing_in import SIGNING_IN
from bot.smtp.providers import provider_of
from bot.smtp.settings import MailServer
from bot.smtp.transcript import Diagnosis, Failure, Reply, Transcript

_TABLE = (*BEFOREHAND, *REACH, *ENCRYPTION, *SIGNING_IN, *ENVELOPE, *CREDENTIALS)
"""In the order in which they are tried: entries that need certain words before those that go by a
code. The same code means other things elsewhere (facts/smtp.md 2)."""

_TELL_TALES = {
    "gsmtp": "gmail",
    ".prod.outlook.com": "microsoft365",
    ".protection.outlook.com": "microsoft365",
    "email-smtp.amazonaws.com": "ses",
}
"""By these a provider is known behind any host name (facts/smtp.md 2)."""

_LONGEST_TEXT = 4000
"""Characters of a reply that are looked at: a server may send 64 KiB of anything."""


def diagnose(transcript: Transcript, server: MailServer | None, *, sender: str) -> Diagnosis:
    """Say what *transcript* means, and what to do next. It never raises.

    *server* is the one that was tried, if there was one; its password is not looked at. *sender*
    is the envelope's. The sentences hold no word of the mail server's. Where no entry fits, the
    meaning is the general one of the reply's codes, and says so.
    """
    failure = transcript.failure
    if failure is None:
        return _accepted(transcript)
    seen = _seen(failure, transcript, server)
    words = {
        "host": transcript.host,
        "port": transcript.port,
        "mode": server.tls_mode.label if server else "",
        "stage": f"“{failure.stage.label}”",
        "sender": sender or "“From address”",
    }
    for explanation in _TABLE:
        if explanation.fits(seen):
            return Diagnosis(
                cause=explanation.cause,
                meaning=explanation.meaning.format_map(words),
                advice=tuple(each.format_map(words) for each in explanation.advice),
                fix=dict(explanation.fix),
                link=explanation.link,
                temporary=explanation.temporary,
            )
    return _general(failure)


def _seen(failure: Failure, transcript: Transcript, server: MailServer | None) -> Seen:
    reply = failure.reply or Reply(code=0, text="")
    text = " ".join(reply.text[:_LONGEST_TEXT].lower().split())
    return Seen(
        cause=failure.cause,
        stage=failure.stage,
        code=reply.code,
        enhanced=reply.enhanced or "",
        text=text,
        provider=_provider(f"{transcript.greeting[:_LONGEST_TEXT].lower()} {text}", server),
        port=transcript.port,
        anonymous=server is not None and server.username is None,
    )


def _provider(text: str, server: MailServer | None) -> str:
    if server is not None and (known := provider_of(server.host)) is not None:
        return known.id
    for tell_tale, name in _TELL_TALES.items():
        if tell_tale in text:
            return name
    return server.provider if server else "other"


def _accepted(transcript: Transcript) -> Diagnosis:
    if not transcript.sent:
        return Diagnosis(
            cause="accepted",
            meaning="The mail server took the sender and the recipient. No message was sent.",
            advice=("Send a whole test message too: some servers refuse only then.",),
        )
    return Diagnosis(
        cause="accepted",
        meaning="The mail server accepted the message. Whether it arrives, only its reader knows.",
        advice=("Look for the message in the inbox, and among the spam.",),
    )


def _general(failure: Failure) -> Diagnosis:
    reply = failure.reply
    if reply is None:
        return Diagnosis(
            cause=failure.cause,
            meaning=f"The test ended at the stage “{failure.stage.label}”,"
            " for a reason that this bot has no words for.",
            advice=(
                "Check “Server address”, “Server port” and “Mail protocol”.",
                "If they are right, show the details to whoever runs the mail server.",
            ),
        )
    temporary = reply.code // 100 == 4
    return Diagnosis(
        cause=failure.cause,
        meaning=general_meaning(reply.code, reply.enhanced),
        advice=(
            *(("Try again in 15 minutes.",) if temporary else ()),
            "Read the mail server's own words: they often say what it wants.",
            "If they don't help, show them to whoever runs the mail server.",
        ),
        temporary=temporary,
    )

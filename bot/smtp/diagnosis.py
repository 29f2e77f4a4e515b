"""From a transcript to what it means and what to do, for a person who is no mail expert. Pure."""

import re
from dataclasses import replace

from bot.smtp.address import parse_address
from bot.smtp.explanations.accounts import ACCOUNTS
from bot.smtp.explanations.app_passwords import APP_PASSWORDS
from bot.smtp.explanations.beforehand import BEFOREHAND
from bot.smtp.explanations.encryption import ENCRYPTION
from bot.smtp.explanations.general import general_meaning
from bot.smtp.explanations.passwords import PASSWORDS
from bot.smtp.explanations.reach import REACH
from bot.smtp.explanations.recipients import RECIPIENTS
from bot.smtp.explanations.recognition.encryption import ENCRYPTION_RULES
from bot.smtp.explanations.recognition.limits import LIMIT_RULES
from bot.smtp.explanations.recognition.proof import PROOF_RULES
from bot.smtp.explanations.recognition.recipients import RECIPIENT_RULES
from bot.smtp.explanations.recognition.refusals import REFUSAL_RULES
from bot.smtp.explanations.recognition.senders import SENDER_RULES
from bot.smtp.explanations.recognition.server import NOT_SIGNED_IN_RULES, SERVER_RULES
from bot.smtp.explanations.recognition.signing_in import SIGNING_IN_RULES
from bot.smtp.explanations.refusals import REFUSALS
from bot.smtp.explanations.seen import LONGEST_TEXT, Seen, even, inner_status
from bot.smtp.explanations.senders import SENDERS
from bot.smtp.explanations.service_passwords import SERVICE_PASSWORDS
from bot.smtp.explanations.signing_in import SIGNING_IN
from bot.smtp.explanations.talk import TALK
from bot.smtp.explanations.trust import TRUST
from bot.smtp.providers import PROVIDERS, provider_of
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.transcript import Diagnosis, Failure, Reply, Stage, Transcript

RULES = (
    *SIGNING_IN_RULES,
    *ENCRYPTION_RULES,
    *PROOF_RULES,
    *LIMIT_RULES,
    *SENDER_RULES,
    *RECIPIENT_RULES,
    *NOT_SIGNED_IN_RULES,
    *REFUSAL_RULES,
    *SERVER_RULES,
)
"""From a reply to its cause, in the order in which they are tried: most specific first, and words
before codes. The same code means other things elsewhere (facts/smtp.md 2)."""

EXPLANATIONS = (
    *BEFOREHAND,
    *REACH,
    *ENCRYPTION,
    *TRUST,
    *SIGNING_IN,
    *APP_PASSWORDS,
    *SERVICE_PASSWORDS,
    *PASSWORDS,
    *ACCOUNTS,
    *SENDERS,
    *RECIPIENTS,
    *REFUSALS,
    *TALK,
)
"""From a cause to words; of those for one cause the first that fits, so the last is for all."""

_BY_CAUSE = {
    cause: tuple(each for each in EXPLANATIONS if each.cause == cause)
    for cause in {each.cause for each in EXPLANATIONS}
}

_TELL_TALES = {
    "gsmtp": "gmail",
    "smtp-mail.outlook.com": "outlook",
    ".prod.outlook.com": "microsoft365",
    ".protection.outlook.com": "microsoft365",
    "email-smtp.": "ses",
    "simpleemailservice": "ses",
}
"""By these a provider is known behind any host name, also in a reply (facts/smtp.md 2)."""

_GREETED_BY = {
    "sendgrid": "sendgrid",
    "sg esmtp": "sendgrid",
    "mailgun": "mailgun",
    "postmarkapp": "postmark",
    "smtp-relay.brevo": "brevo",
    "sendinblue": "brevo",
    "zoho": "zoho",
    "messagingengine": "fastmail",
    "fastmail": "fastmail",
    "icloud": "icloud",
    ".mail.me.com": "icloud",
    "mail.aol": "aol",
    "mail.yahoo": "yahoo",
    "protonmail": "proton",
    "mailtrap": "mailtrap",
    "resend": "resend",
    "sparkpost": "sparkpost",
    "smtp2go": "smtp2go",
    ".ovh.net": "ovh",
    ".gandi.net": "gandi",
    "gmx.": "gmx",
    "kundenserver": "ionos",
    "ionos": "ionos",
    "1and1": "ionos",
    "yandex": "yandex",
    "i.mail.ru": "mailru",
    "smtp.mail.ru": "mailru",
    "qq.com": "qq",
    "qq mail": "qq",
    "coremail": "netease",
    "strato": "strato",
    "rzmta": "strato",
    "your-server.de": "hetzner",
}
"""The same in a greeting or host name only: a refusal may name the recipient's provider."""

_INNER = re.compile(r"\b(53[0-9]) (5\.7\.[0-9]{1,3}) (.+)")
"""A refused sign-in, repeated in a later reply (MicrosoftDocs/OfficeDocs-Exchange#3124)."""


def diagnose(transcript: Transcript, server: MailServer | None, *, sender: str) -> Diagnosis:
    """Say what *transcript* means, and what to do next. It never raises.

    *server* is the one that was tried, if there was one; its password is not looked at. *sender*
    is the envelope's. The sentences hold no word of the mail server's. Where no rule fits a reply,
    the meaning is the general one of its codes, and says so.
    """
    failure = transcript.failure
    if failure is None:
        return _accepted(transcript)
    seen = _seen(failure, transcript, server, plain_sender=sender.isascii())
    cause = cause_of(seen) if failure.cause == "reply" else failure.cause
    for explanation in _BY_CAUSE.get(cause, ()):
        if explanation.fits(seen):
            words = {
                "host": transcript.host,
                "port": transcript.port,
                "mode": server.tls_mode.label if server else "",
                "stage": f"“{failure.stage.label}”",
                "sender": sender or "“From address”",
            }
            return Diagnosis(
                cause=cause,
                meaning=explanation.meaning.format_map(words),
                advice=tuple(each.format_map(words) for each in explanation.advice),
                fix=dict(explanation.fix) or _own_address(cause, server, sender),
                link=explanation.link or (_page_of(seen.provider) if explanation.page else None),
                temporary=explanation.temporary,
            )
    return _general(failure)


def cause_of(seen: Seen) -> str:
    """Name the cause of a refusal by a reply; `reply` itself where no rule knows it."""
    inner = _INNER.search(seen.text)
    if inner is not None and seen.stage is not Stage.AUTHENTICATION:
        code, enhanced, text = inner.groups()
        refused = replace(
            seen, stage=Stage.AUTHENTICATION, code=int(code), enhanced=enhanced, text=text
        )
        return cause_of(refused)
    return next((each.cause for each in RULES if each.fits(seen)), "reply")


def _own_address(cause: str, server: MailServer | None, sender: str) -> dict[str, str | int | bool]:
    """Return the From address that an account surely may use: its own, where its name is one."""
    username = server.username if server is not None else None
    if cause != "sender-not-allowed" or username is None:
        return {}
    try:
        own = parse_address(username)
    except ValueError:
        return {}
    return {"from_address": own} if own != sender else {}


def _seen(
    failure: Failure, transcript: Transcript, server: MailServer | None, *, plain_sender: bool
) -> Seen:
    reply = failure.reply or Reply(code=0, text="")
    text = even(reply.text)
    return Seen(
        cause=failure.cause,
        stage=failure.stage,
        code=reply.code,
        enhanced=reply.enhanced or inner_status(text, reply.code),
        text=text,
        provider=_provider(transcript.greeting[:LONGEST_TEXT].lower(), text, server),
        port=transcript.port,
        anonymous=server is not None and server.username is None,
        username=server.username if server else None,
        encrypted=server is None or server.tls_mode is not TLSMode.NONE,
        offers=frozenset(each.partition(" ")[0].upper() for each in transcript.capabilities),
        plain_sender=plain_sender,
    )


def _provider(greeting: str, text: str, server: MailServer | None) -> str:
    host, chosen = (server.host, server.provider) if server else ("", "other")
    if server is not None and (known := provider_of(host)) is not None:
        return known.id
    found = next((name for part, name in _TELL_TALES.items() if part in host), None)
    found = found or next(
        (name for part, name in _TELL_TALES.items() if part in f"{greeting} {text}"), None
    )
    if found == "microsoft365" and chosen == "outlook":
        return chosen  # one and the same house answers for both
    by_name = (name for part, name in _GREETED_BY.items() if part in f"{host} {greeting}")
    return found or next(by_name, chosen)


def _page_of(provider: str) -> str | None:
    known = PROVIDERS.get(provider)
    return known.link if known else None


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

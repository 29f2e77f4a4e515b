"""Whether another port of the host may cure a failed test. Pure."""

from bot.smtp.diagnosis import diagnose
from bot.smtp.settings import MailServer
from bot.smtp.transcript import Stage, Transcript

_BEFORE_SIGN_IN = frozenset({Stage.CONNECTION, Stage.GREETING, Stage.EHLO, Stage.TLS})

_CURED_ELSEWHERE = frozenset(
    {
        "auth-mech-not-offered",
        "auth-not-offered",
        "client-cert-required",
        "plaintext-password-refused",
        "port-refused",
        "starttls-required",
    }
)
"""Causes that another port may cure, whenever they came up."""


def may_be_cured_elsewhere(server: MailServer, transcript: Transcript) -> bool:
    """Tell whether it makes sense to ask other ports of *server* what they speak."""
    failure = transcript.failure
    if failure is None:
        return False
    if diagnose(transcript, server, sender="").cause in _CURED_ELSEWHERE:
        return True
    # Who says 421 has enough of us for now: knocking at more doors would make it worse.
    told_to_wait = failure.reply is not None and failure.reply.code // 100 == 4
    return failure.stage in _BEFORE_SIGN_IN and (failure.stage is Stage.TLS or not told_to_wait)

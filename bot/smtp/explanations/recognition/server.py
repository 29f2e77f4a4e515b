"""Replies that name a trouble of the server's own, or a command it did not take. Data only.

Sources: as in refusals.py; RFC 5321 4.2.3.
"""

from bot.smtp.explanations.recognition.rule import FOR_NOW, MAIL, Rule
from bot.smtp.transcript import Stage

_SIGNED = r"authentic\w+|\bauth\b|smtp-?auth|log(ged|ging)? ?in\b|sign(ed)? ?in\b|logged on"

NOT_SIGNED_IN_RULES = (
    # Gmail (dawidd6/action-send-mail#186), Exchange 5.7.57, Brevo 502 (frappe/frappe#38806),
    # cPanel, SocketLabs 501 (n8n-io/n8n#13269), Postfix 553 "not logged in", OpenSMTPD 530 5.5.1.
    Rule(
        cause="auth-not-attempted",
        words=(
            _SIGNED,
            (
                r"requir|first|please|must|before|need|not (yet )?(been )?(authentic|log|sign)"
                r"|without"
                r"|turn on|have to|only authentic|not authentic|issue|unauthentic|mandatory|enable"
            ),
        ),
        unless=r"\bspf\b|\bdkim\b|dmarc|browser|authentication (results|checks)|to send to",
        stages=MAIL,
    ),
    Rule(cause="auth-not-attempted", words=(r"p=wantautherror",)),
    Rule(cause="auth-not-attempted", enhanced=("7.57",)),
    # The submission port of Postfix's own master.cf: permit_sasl_authenticated,reject (measured).
    Rule(
        cause="auth-not-attempted",
        words=(r"client host rejected ?: access denied",),
        stages=MAIL,
        anonymous=True,
        offers="AUTH",
    ),
)

SERVER_RULES = (
    Rule(
        cause="server-trouble",
        words=(
            (
                r"internal (\w+ )?(error|problem|fault)|server error|system error|local (error"
                r"|problem)"
                r"|queue file|database|config\w* (error|problem)|misconfigur|license|out of memory"
                r"|overload|shutting down|maintenance|(server|system|service) (is )?(\w+ )?(busy"
                r"|unavail|down"
                r"|not available|temporar)|not accepting network|no resources|lookup (error"
                r"|failure)"
                r"|unable to process|can not process|try again later: local|timeout|timed out"
            ),
        ),
    ),
    Rule(cause="server-trouble", enhanced=("3.5",)),
    Rule(
        cause="server-trouble",
        codes=(421,),
        words=(r"closing",),
        unless="later",
    ),
    # Barracuda 451 4.7.1 says no more than this.
    Rule(
        cause="deferred",
        words=(
            (
                r"later|defer|retry|delay|try again|again in|plus tard"
                r"|temporarily (reject|refus|den|bl)"
            ),
        ),
        codes=FOR_NOW,
        unless=r"temporary (system|server|local|internal)",
    ),
    Rule(cause="server-trouble", words=(r"tempor|unavailable|error|fail|problem",), codes=FOR_NOW),
    Rule(
        cause="protocol-order",
        words=(
            (
                r"(bad|wrong|out of|invalid) (command )?(sequence|order)|nested mail"
                r"|already (specified|given)"
                r"|sequence of commands|need (mail|rcpt|data)|mail (command )?(first|required"
                r"|expected)"
            ),
        ),
    ),
    Rule(cause="protocol-order", codes=(503,), stages=MAIL),
    # Yahoo, GMX 501.
    Rule(
        cause="syntax-refused",
        words=(
            r"syntax|parameter|argument|not recognis\w+|unrecognis|unknown command|unsupported",
        ),
        codes=(500, 501, 502, 504, 555),
    ),
    Rule(cause="command-not-known", codes=(500, 502), stages=(Stage.EHLO, *MAIL)),
    # The last resort for codes that say enough by themselves at this point of a conversation.
    Rule(cause="starttls-required", codes=(530,), encrypted=False, offers="STARTTLS"),
    Rule(cause="auth-not-attempted", codes=(530,), stages=MAIL),
)

"""Replies that are about encryption, or about the greeting by name. Data only.

Sources: as in signing_in.py; RFC 3207 4.
"""

from bot.smtp.explanations.recognition.rule import MAIL, OPENING, Rule
from bot.smtp.transcript import Stage

_HELO = r"\b(helo|ehlo)\b"
_TLS = (Stage.TLS,)

ENCRYPTION_RULES = (
    # Postfix 421 4.7.1 in place of a greeting (measured): TLS 1.3 lets the handshake succeed.
    Rule(
        cause="client-cert-untrusted",
        words=(
            r"client('s)? (tls |ssl )?cert",
            (
                r"not (trust|accept|authoris|valid|verif|recognis)|untrust|unverif|unknown|invalid"
                r"|revoked|expired|mismatch|reject"
            ),
        ),
    ),
    Rule(
        cause="client-cert-required",
        words=(r"client('s)? (tls |ssl )?cert", r"\bno\b|not |requir|must|need|missing|without"),
    ),
    # Postfix without its key file (measured, hardware/mailserver#236); Sendmail, Exim.
    Rule(
        cause="server-tls-broken",
        words=(
            r"\btls\b|\bssl\b",
            (
                r"not (currently )?available|unavailable|local problem|could not|can not|fail|error"
                r"|temporar|not initiali[sz]ed"
            ),
        ),
        codes=(403, 421, 451, 454, 554),
        stages=_TLS,
    ),
    Rule(cause="server-tls-broken", codes=(454,), stages=_TLS),
    # Postfix 502 (measured), a Cisco firewall.
    Rule(cause="starttls-not-offered", codes=(500, 501, 502, 503, 504, 554), stages=_TLS),
    # SES, Gmail (lx1169732264/zdm#3), OpenSMTPD with 5.5.1 (measured), Google 421 4.7.0; Exchange
    # 5.7.57 is a missing sign-in, not this.
    Rule(
        cause="starttls-required",
        words=(
            (
                r"starttls|start tls|\btls\b|\bssl\b|encrypt|secure (connection|channel|session"
                r"|transport)"
            ),
            r"first|must|requir|need|before|only|without|insufficient|please|prior|mandatory",
        ),
        unless=r"client cert|(not|un) ?(supported|available|implemented)|digicert"
        r"|spf\b|dkim|message content|fail",
        stages=(*OPENING, *MAIL),
    ),
    Rule(
        cause="starttls-required",
        words=(
            r"(un|not )encrypted|(plain|clear) ?-?text",
            r"connect|session|transport|not |refus",
        ),
        stages=(*OPENING, *MAIL),
    ),
    Rule(cause="starttls-required", enhanced=("7.10", "7.11"), encrypted=False),
    # Exim hangs up after three errors (measured).
    Rule(
        cause="protocol-order",
        words=(
            (
                r"too many (smtp |syntax |protocol |unrecogni[sz]ed |unknown |bad |invalid "
                r"|consecutive |or )*"
                r"(error|command)|(synchroni[sz]ation|pipelining) error|improper (command|use)"
            ),
        ),
    ),
    # Haraka, Exim (measured), Sendmail, Exchange.
    Rule(
        cause="protocol-order",
        words=(_HELO, r"first|requir|before|polite|need|expect|missing|send |use |issue |say "),
        unless=r"reject|invalid|bad (helo|ehlo)|denied|resolv|fully|not (exist|found|valid)|syntax",
    ),
    # smtp-relay.gmail.com 421 4.7.0 "(EHLO)" (calcom/cal.diy#5254)
    Rule(
        cause="ehlo-name-rejected",
        words=(r"\((ehlo|helo)\)",),
    ),
    # Postfix at RCPT TO (measured, passbolt/passbolt_docker#132, bitwarden/server#4062); Exim,
    # Exchange 501 5.5.4 "Invalid domain name", Sendmail 501 5.0.0 "requires domain address".
    Rule(
        cause="ehlo-name-rejected",
        words=(
            _HELO + r"|greeting name",
            (
                r"reject|invalid|\bbad\b|denied|refus|fully|resolv|malformed|forged|spoof|bogus"
                r"|syntax"
                r"|not (accept|allow|exist|valid|found|match|permit|a )|mismatch|illegal|impersonat"
                r"|unacceptable|requires domain"
            ),
        ),
    ),
    Rule(
        cause="ehlo-name-rejected",
        words=(r"invalid|domain|host ?name|syntax|argument|localhost|fully",),
        unless=r"\bips?\b|block|blacklist|spam|client host|service",
        codes=(501, 504, 550, 553, 554),
        stages=(Stage.EHLO,),
    ),
    Rule(cause="ehlo-name-rejected", codes=(501, 504), stages=(Stage.EHLO,)),
)

"""Replies that are about the recipient, or about passing mail on to it. Data only.

Sources: as in signing_in.py; Microsoft's list of non-delivery reports (OfficeDocs-Exchange);
RFC 7505, RFC 7504.
"""

from bot.smtp.explanations.recognition.rule import CONTENT, FOR_GOOD, LATE, MAIL, Rule
from bot.smtp.transcript import Stage

_WHOM = (
    r"\b(user|users|recipients?|mailbox|address|addressee|account|customer|alias|inbox|person|rcpt"
    r"|destinataires?|destinatario|empfanger|mailbox name|mail ?box)\b"
)

RECIPIENT_RULES = (
    # Microsoft: the inbound connector knows another address or certificate.
    Rule(cause="connector-mismatch", words=(r"tenantattribution|inbound connector",)),
    Rule(cause="connector-mismatch", enhanced=("7.64",)),
    # Postfix, which asks the recipient's server first.
    Rule(
        cause="recipient-unknown",
        words=(r"recipient address rejected: (unverified|undeliverable) address",),
        stages=LATE,
    ),
    # Exim, Sendmail, Postfix after every recipient was refused.
    Rule(
        cause="no-valid-recipients",
        words=(
            (
                r"no (valid )?recipients?\b|valid rcpt|(need|send|missing|no) rcpt|rcpt (first"
                r"|command)"
                r"|recipients? (is |are )?(required|needed|missing)|no such recipient transaction"
            ),
        ),
        stages=CONTENT,
    ),
    # Postfix 554 5.7.1, Exim, Sendmail, Mailgun 550 5.7.1, Exchange 5.7.54, qmail 553, Domino.
    Rule(
        cause="relay-denied",
        words=(
            r"\brelay(s|ing|ed)?\b(?![=.-])",
            (
                r"den(y|ied|ies)|not (a |an )?(permit|allow|authoris|accept|open|relay|support)"
                r"|prohibit"
                r"|refus|reject|unable|can not|disallow|forbid|\bno relay|disabled|restrict"
                r"|unauthoris"
                r"|invalid|we do not"
            ),
        ),
        unless=r"directly|relay at your",
        stages=MAIL,
    ),
    Rule(
        cause="relay-denied",
        words=(
            (
                r"rcpthosts|allowed (rcpt|recipient) ?hosts?|not a (mail )?(gateway|relay)"
                r"|(domain|host|user|address|recipient) (is )?not (hosted|local|served|handled)"
                r"|not (local|hosted)( here| host| domain)|non-?local|outside (of )?(the "
                r"|your )?(local )?"
                r"(domain|network)|external (domain|recipient|address)"
            ),
        ),
        stages=MAIL,
    ),
    Rule(cause="relay-denied", enhanced=("7.54",)),
    # OpenSMTPD, to a domain that it does not serve as well as to an unknown user (measured).
    Rule(cause="relay-denied", words=(r"^invalid recipient: @$",), codes=(550,), stages=LATE),
    Rule(
        cause="relay-denied",
        codes=(551,),
        unless=r"from|header|\bips?\b|forbid",
        stages=(Stage.RECIPIENT,),
    ),
    Rule(cause="recipient-disabled", enhanced=("1.6",), stages=LATE),
    # Free 550 5.2.1, Yahoo 554.30, Google 550 5.2.1, Orange.
    Rule(
        cause="recipient-disabled",
        words=(
            _WHOM + r"|\bemail\b|\bdomain\b",
            (
                r"disabled|inactiv|suspend|deactivat|not active|closed|discontinued|retired"
                r"|expired|\blocked"
                r"|no longer (in use|avail|accept|activ|valid|exist|work|at)|has (been )?(moved"
                r"|left|replaced)"
                r"|is ?blocked|blocked due to"
            ),
        ),
        unless=r"your (smtp |sending )?account|sending (\w+ )?(suspend|paus|disab)|spam|\bips?\b"
        r"|sender|client host",
        stages=LATE,
    ),
    # Google 5.1.2 553, Exim 501 "must contain a domain" (measured), QQ 501.
    Rule(
        cause="recipient-syntax",
        words=(
            r"\brecipient|\brcpt|\baddress|\bto:",
            (
                r"syntax|fully[- ]qualified|malformed|must (contain|have) a domain"
                r"|not (a )?valid rfc"
                r"|illegal|not (a )?valid email|missing (a )?domain"
            ),
        ),
        unless=r"\bsender|\bfrom\b|header",
        stages=LATE,
    ),
    Rule(cause="recipient-syntax", enhanced=("1.3",), stages=LATE),
    # Exchange's groups, 5.7.1 RESOLVER.RST; Mailman and others who know their writers.
    Rule(
        cause="recipient-restricted",
        words=(
            (
                r"resolver\.rst|sendernotauth|only (accepts?|receives?|takes?|allows?) (e?mail"
                r"|messages?)?"
                r"|not (allowed|permitted|authoris\w+) to (send|post|write|email|mail"
                r"|deliver) (\w+ ){0,4}to\b"
                r"|(mailbox|recipient|group|list|delivery) (\w+ )?(is )?restricted"
                r"|does not (accept|want)"
                r" (e?mail|messages?) from|not a member|members only|subscribers only"
            ),
        ),
        unless=r"polic|\bips?\b",
        stages=LATE,
    ),
    Rule(cause="recipient-restricted", enhanced=("7.124", "7.133", "7.134", "7.135", "7.136")),
    Rule(
        cause="recipient-domain-no-mail",
        words=(r"null ?mx|domain .{0,30}(does not|not) (accept|receive|take) (e?mail|any)",),
        stages=LATE,
    ),
    Rule(cause="recipient-domain-no-mail", codes=(556,)),
    Rule(
        cause="recipient-domain-unknown",
        words=(
            (
                r"(domain|host|hostname|mx)\b.{0,30}(not (found|exist|resolv)|unknown|invalid"
                r"|nxdomain)"
                r"|(unknown|no such|invalid|bad|non-?existent) (\w+ )?(domain|host)"
                r"|unrout\w+ (mail )?domain"
                r"|\bno (mx|route|mail server|a record|dns)|(resolv|lookup|look up|find)\w* .{0,30}"
                r"(domain|host|\bmx\b)|can not route"
            ),
        ),
        unless=r"\bsender|\bfrom\b|\byour\b|\bclient|verif",
        stages=LATE,
    ),
    Rule(
        cause="recipient-domain-unknown",
        enhanced=("1.2", "4.4"),
        unless=r"user|mailbox|sender",
        stages=LATE,
    ),
    # Exchange's directory-based edge blocking: 550 5.4.1. OpenSMTPD 524 5.2.4, Orange, Exim
    # "Unrouteable address", qmail "no mailbox here by that name", QQ "access denied".
    Rule(
        cause="recipient-unknown",
        words=(
            _WHOM + r"|\bemail\b|unrout|no mailbox",
            (
                r"unknown|not (\w+ )?(found|exist|our|known|recognis|here|listed|valid|defined"
                r"|available)"
                r"|no such|non-?exist|unrout|invalid|unallocated|not be found|no mailbox"
                r"|unavailable"
                r"|not have an?\b|incorrect|not in (our|the|my)|undeliverable|inexist|unbekannt"
                r"|inconnu"
                r"|desconocido|mistyped|no (user|account|recipient|one)\b|wrong"
            ),
        ),
        unless=r"\bsender|\bfrom\b|\bhelo\b|\bspam|content|polic|\bips?\b|reputation"
        r"|internal (server )?err"
        r"|temporar",
        stages=LATE,
    ),
    Rule(
        cause="recipient-unknown",
        words=(r"recip\w*notfound",),
        stages=LATE,
    ),
    Rule(
        cause="recipient-unknown",
        words=(r"recipient address(es)? rejected ?: access denied",),
        stages=LATE,
    ),
    Rule(cause="recipient-unknown", enhanced=("1.1", "1.10", "2.4"), stages=LATE),
    Rule(cause="recipient-disabled", enhanced=("2.1",), codes=FOR_GOOD, stages=LATE),
)

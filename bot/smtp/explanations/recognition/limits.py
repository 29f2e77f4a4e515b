"""Replies that set a limit: to newcomers, to sending, to receiving, to size. Data only.

Sources: as in signing_in.py; Google's list of SMTP errors (support.google.com/a/answer/3726730);
Mimecast's list (its 451 is greylisting); RFC 1870.
"""

from bot.smtp.explanations.recognition.rule import CONTENT, FOR_NOW, LATE, MAIL, OPENING, Rule
from bot.smtp.transcript import Stage

_REACHED = r"exceed|reach|exhaust|over\b|hit\b|used up|run out|limit|quota|no more|insufficient"

LIMIT_RULES = (
    # Exim 451, Haraka 450 (measured), Postgrey 450 4.2.0; Mimecast 451.
    Rule(
        cause="greylisted",
        words=(r"gr[ae]y[- ]?list|internal resources? (are |is )?temporarily unavailable",),
        unless=r"not gr[ae]y",
    ),
    Rule(
        cause="greylisted",
        words=(
            r"(first|new|unknown|unfamiliar) (time|sender|triplet|connection)",
            r"again|retry|later|defer",
        ),
        codes=FOR_NOW,
    ),
    # Google, Yahoo, Comcast, Yandex: it is the reader who gets too much.
    Rule(
        cause="recipient-rate-limited",
        words=(
            (
                r"receiving (e?mail|messages?) (too|at a)|too many recent messages"
                r"|recipients? (has|have) exceeded|recipient .{0,40}(message|mail"
                r"|receiv\w+) (rate|limit)"
                r"|(to|for) (this|that) (recipient|user|mailbox).{0,40}(rate|limit|too (many|fast))"
                r"|too (many|much) (\w+ )?(e?mails?|messages?) (to|for) (this|that"
                r"|the) (recipient|user"
                r"|mailbox)"
            ),
        ),
        stages=MAIL,
    ),
    # PHPMailer/PHPMailer#2113: 5xx, and yet it heals. SES 454, Exchange 5.1.90, cPanel, SendGrid.
    Rule(
        cause="quota-sender",
        words=(
            (
                r"dai?ly|monthly|weekly|hourly|per (day|month|week|hour)|24[- ]?h|credits?\b"
                r"|\b(plan|subscription|allowance|allotment)\b|messaging limit"
            ),
            _REACHED,
        ),
        unless=r"mailbox (is )?full",
        stages=(*OPENING, *MAIL),
    ),
    Rule(
        cause="quota-sender",
        words=(
            (
                r"(sending|send|outgoing|sender|sent|outbound|submission) "
                r"(limit|quota)|(limit|quota) .{0,30}(sending|sent|outgoing|outbound)"
            ),
            r"exceed|reach|exhaust|over\b|hit\b",
        ),
        stages=MAIL,
    ),
    Rule(cause="quota-sender", enhanced=("4.5", "1.90"), stages=(*OPENING, *MAIL)),
    # Mailtrap 550 5.7.0, SES 454, QQ 550, Google 421 4.7.28, Exchange 432 4.3.2 and 421 4.3.2.
    Rule(
        cause="rate-limited",
        words=(
            (
                r"too (many|much) (\w+ ){0,3}(e?mails?|messages?|connections?|recipients|requests"
                r"|sessions"
                r"|concurrent|transactions|deliveries|submissions|commands per|from|in )"
                r"|too (fast|frequent|often|quickly)|rate[- ]?limit|rate (is )?(too high|exceed)"
                r"|throttl"
                r"|frequency|slow(er| down)|unexpected volume|user complaints|(message|sending"
                r"|connection|unusual|request|send|high|mail) rate"
                r"|per (second|minute)|concurrent|simultaneous"
                r"|(connection|thread|session|message)s? (count )?limit"
                r"|limit(s)? (on|for|of) .{0,20}(connection|message)"
                r"|max(imum)? (number of )?(concurrent |simultaneous )?(connection|session"
                r"|message)s?"
            ),
        ),
        unless=r"hops|(syntax|protocol) error|size|reputation|spams?\b.{0,12}from",
        stages=(*OPENING, *MAIL),
    ),
    Rule(cause="rate-limited", enhanced=("7.28",)),
    # The server's own disk, not a mailbox: Postfix, Exchange 4.3.1, Sendmail.
    Rule(
        cause="server-trouble",
        words=(
            (
                r"(system|server|disk|queue|file ?system) (storage|space|resource|is full|full)"
                r"|(no|low|insufficient|out of|not enough) (\w+ )?(disk|system|server|queue|free)"
            ),
        ),
        unless=r"mailbox",
    ),
    Rule(cause="server-trouble", enhanced=("3.1",)),
    # Postfix 552 5.3.4 to SIZE, Haraka 550, OpenSMTPD 554 5.3.4.
    Rule(
        cause="too-big",
        words=(
            r"\b(message|size|e?mail|content|header|data)\b",
            (
                r"too (big|large|long)|larger than|size .{0,20}(exceed|limit)"
                r"|exceed\w* .{0,40}\bsize"
                r"|exceeds (fixed|administrative|the maximum)|maximum .{0,20}size"
            ),
        ),
        unless=r"line .{0,20}too long|rate|rfc|per (day|hour)",
        stages=MAIL,
    ),
    Rule(cause="too-big", enhanced=("3.4", "2.3"), unless=r"polic"),
    # Google 452 4.2.2, Dovecot, Free, Exchange.
    Rule(cause="mailbox-full", enhanced=("2.2",), stages=MAIL),
    Rule(
        cause="mailbox-full",
        words=(
            (
                r"(mailbox|inbox|mail ?box|account|user|recipient|folder)\b.{0,40}\b(full"
                r"|over ?quota|too full)"
                r"|over ?-?quota|quota|exceeded storage|exceed\w* .{0,30}storage|mailbox size"
                r"|out of (disk )?space|storage (limit|full)"
            ),
        ),
        unless=r"sender|sending|outgoing",
        stages=LATE,
    ),
    Rule(cause="quota-sender", words=(r"quota|limit", r"exceed|reach"), stages=(Stage.SENDER,)),
    Rule(
        cause="too-big",
        codes=(552,),
        unless=r"block|content|security|attach|virus|spam|mailbox|not found|refus",
        stages=(Stage.SENDER, *CONTENT),
    ),
)

"""Replies that are about the sender: whose address it is, and its form. Data only.

Sources: as in signing_in.py; RFC 6531, RFC 7505.
"""

from bot.smtp.explanations.recognition.rule import CONTENT, MAIL, OPENING, Rule
from bot.smtp.transcript import Stage

_FROM = (
    r"\bsenders?\b|\bfrom\b|\breturn[- ]path|\bemetteur|\babsender|\bremitente|\bmittente"
    r"|\bexpediteur|domain of"
)
_NOT = (
    r"not (accept|allow|authoris|permit|valid|exist|a )|denied|reject|refus|invalid|block|prohibit"
    r"|disallow|forbid|unknown|\bbad\b|unacceptable"
)

SENDER_RULES = (
    # Google's relay for Workspace knows its customers by their addresses.
    Rule(cause="ip-not-allowed", words=(r"invalid credentials for relay",)),
    # Zoho 553: From not own, or the wrong data centre (frappe/erpnext#19057).
    Rule(cause="sender-not-allowed", words=(r"relaying disallowed as",)),
    # Exchange 5.7.60 (gophish/gophish#2900), Outlook 5.2.252, Postfix and Yandex 553 5.7.1 ("not
    # owned by"), 163 553 (xuxueli/xxl-job#3858), QQ 501 (nodeSolidServer/node-solid-server#1281),
    # Fastmail 551, iCloud 550 (TryGhost/Ghost#17012), Mail.ru 550.
    Rule(
        cause="sender-not-allowed",
        words=(
            (
                r"not owned by|your own address|as (the )?owner|not authenticated user"
                r"|send ?as ?denied|(permi\w+|allowed|authoris\w+|right) to send (as"
                r"|on behalf)"
                r"|send as this sender|not (one of|any of) your|is not yours|not local sender"
                r"|(must|does not|should|not) (be )?(the )?(equal|match|same|identical|belong"
                r"|end with)"
                r"|not allowed to (send|use) (\w+ ){0,3}(as|from)\b|not authoris\w+ to (send"
                r"|use) (\w+ )"
                r"{0,4}(as|from)\b|same as (the )?(authoris|login|user|auth)"
            ),
        ),
        unless=r"verified sender|\bip",
        stages=MAIL,
    ),
    Rule(cause="sender-not-allowed", enhanced=("7.60", "2.252"), stages=MAIL),
    # SES 554 for an IAM user without the right.
    Rule(
        cause="account-permission",
        words=(
            (
                r"not authoris\w+ to perform|\barn:|insufficient (permission|scope|privilege|right)"
                r"|(lacks?|missing|not have)( the| a)?( required| necessary)? (permission|scope"
                r"|grant)"
            ),
        ),
    ),
    # Mailgun, Resend, MailerSend, Postmark: an account that may write to its owner only.
    Rule(
        cause="recipient-not-verified",
        words=(
            (
                r"sandbox (sub)?domain|free accounts?|\btrial\b|test(ing)? (purpose|e?mail|mode)"
                r"|authoris\w+ recipient|own email address|pending approval|(verif\w+"
                r"|approv\w+) recipient"
                r"|recipient\w* .{0,30}not (been )?(verified|authoris)"
            ),
        ),
        unless=r"spam",
        stages=MAIL,
    ),
    # Exim: a callout to the domain of the sender.
    Rule(
        cause="sender-verify-failed",
        words=(
            (
                r"sender (address )?verif|as a valid sender|call-?out|call-?back|verify sender"
                r"|verification failed for"
            ),
        ),
        stages=MAIL,
    ),
    # SES 554 (mageplaza/magento-2-smtp#211), SendGrid 550 (sahat/hackathon-starter#1083), Postal
    # 530 (postalserver/postal#570), SparkPost 550 (support-docs), Postmark (feedadoc#110), Brevo.
    Rule(
        cause="sender-not-verified",
        words=(
            (
                r"not (been |yet )*(verified|validated|confirmed|registered|configured)|unverified"
                r"|verified sender|sender (identity|signature)|must be verified"
                r"|sender name is not valid"
                r"|unconfigured sending domain|(verify|validate|confirm|register"
                r"|add) (and verify )?(your|the)"
                r" (domain|sender|address)|sender .{0,40}not valid"
            ),
        ),
        unless=r"\bcertificate|\bhelo\b|recipient address",
        stages=MAIL,
    ),
    # Postfix, Sendmail 553 5.1.8, Exim; RFC 7505. Microsoft's 5.1.8 is a lock (accounts.py).
    Rule(
        cause="sender-domain-unknown",
        words=(
            _FROM,
            r"domain|\bhost|\bdns\b|\bmx\b",
            (
                r"not (found|exist|resolv|valid|have)|unresolv|can not (be )?(resolv|found|find"
                r"|verif)"
                r"|\bno (valid )?(mx|dns|a )|nxdomain|unknown|invalid|bogus|lookup|real domain"
                r"|null ?mx"
            ),
        ),
        unless=r"recipient|\brcpt|not allowed|authoris",
        stages=(Stage.SENDER, *MAIL),
    ),
    Rule(
        cause="sender-domain-unknown",
        enhanced=("1.8", "7.27"),
        unless=r"outbound|outgoing|block",
        stages=MAIL,
    ),
    # RFC 6531. OpenSMTPD 553 5.1.0 (measured).
    Rule(
        cause="smtputf8-unsupported",
        words=(r"smtputf8|utf-?8|non-?ascii|8-?bit address|internationali[sz]ed|\beai\b",),
        stages=MAIL,
    ),
    Rule(cause="smtputf8-unsupported", enhanced=("6.7",)),
    Rule(
        cause="smtputf8-unsupported",
        words=(r"syntax|invalid|illegal|malformed|character",),
        plain_sender=False,
        stages=(Stage.SENDER,),
    ),
    Rule(
        cause="smtputf8-unsupported",
        words=(r"sender address syntax",),
        codes=(553,),
        enhanced=("1.0",),
        stages=(Stage.SENDER,),
    ),
    Rule(
        cause="sender-syntax",
        words=(
            _FROM,
            (
                r"syntax|fully[- ]qualified|malformed|must (contain|have) a domain"
                r"|not (a )?valid (email )?"
                r"(address|rfc)|illegal|rfc ?-?[0-9]+[ -]?address"
            ),
        ),
        unless=r"header|multiple",
        stages=MAIL,
    ),
    Rule(cause="sender-syntax", enhanced=("1.7",), unless=r"recipient|no such", stages=MAIL),
    Rule(
        cause="sender-syntax",
        words=(r"(bad|invalid) (e?mail )?address|(address|from) .{0,20}(syntax|invalid)",),
        stages=(Stage.SENDER,),
    ),
    Rule(
        cause="sender-syntax",
        words=(r"address|sender|mail from", r"invalid|bad\b|syntax|malformed|illegal"),
        codes=(501,),
        stages=(Stage.SENDER,),
    ),
    # GMX 550, Brevo, Exim hosts.
    Rule(
        cause="sender-not-allowed",
        words=(
            (
                r"\bsender|\bfrom (address|header|domain|field)|mail from|header address"
                r"|sending domain"
            ),
            (
                r"not (allow|authoris|permit|belong|match|own|local)|unauthoris|mismatch|forbidden"
                r"|disallow"
            ),
        ),
        unless=r"\bip|client host|relay|header is|unauthentic",
        stages=MAIL,
    ),
    # Orange 501 5.1.0, Postfix "Sender address rejected", OpenSMTPD 530 (measured).
    Rule(
        cause="sender-rejected",
        words=(
            (
                r"\bsender address|\bsender (was |is )?(reject|denied|refus|block|not )|emetteur"
                r"|(invalid|bad|unknown|blocked|rejected) sender|mail from|from address"
            ),
            _NOT,
        ),
        unless=r"recipient|multiple|spam|reputation|logged in|authentic",
        stages=(*OPENING, *MAIL),
    ),
    Rule(
        cause="sender-rejected",
        words=(r"(user|mailbox|account|address) (is )?(unknown|not found)|(unknown|no such) user",),
        stages=(Stage.SENDER,),
    ),
    Rule(
        cause="bad-message-format",
        words=(
            (
                r"header|\brfc ?-?(2|5)?[83]22\b|rfc ?-?compl|message-id|\bmime\b|bare (lf|cr|line)"
                r"|lines? (is |are |was )?too long|line length|\bdate:|message format"
            ),
            (
                r"not (compli|valid|rfc|allow|conform|accept|permit)|invalid|malformed|missing"
                r"|multiple"
                r"|\bbad\b|too long|violat|duplicate|illegal|non-?compli|requir|must|bare|syntax"
                r"|maximum|exceed|improper"
            ),
        ),
        stages=CONTENT,
    ),
    Rule(cause="bad-message-format", enhanced=("6.0", "6.1", "6.3"), unless=r"spam|not allowed"),
)

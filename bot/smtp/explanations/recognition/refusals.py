"""Replies that judge: the address we come from, the content, the account, or nothing named. Data.

Sources: as in signing_in.py; the MIT-licensed ActiveCampaign/smtp-field-manual; Orange's
list of codes (ofr_506 is spam); RFC 7504.
"""

from bot.smtp.explanations.recognition.rule import CONTENT, FOR_GOOD, MAIL, OPENING, Rule
from bot.smtp.transcript import Stage

_JUDGED = (
    r"reject|detect|block|refus|not (accept|allow|permit)|denied|contain|suspicious|banned|classif"
    r"|likely|over\b|exceed|too high|found|identif|consider|prohibit|issue|looks|suspected|score"
    r"|possible|appears|policy"
)

REFUSAL_RULES = (
    # Microsoft 550 5.1.8, Zoho 554 5.1.8 and 550 5.4.6, Yandex.
    Rule(
        cause="account-blocked-spam",
        words=(
            (
                r"bad outbound|outgoing .{0,20}(block|disab|suspend)|unusual sending|outbound ?spam"
                r"|(account|mailbox|user) .{0,60}(spam|abuse|compromis)|(spam|abuse"
                r"|compromis).{0,60}"
                r"\byour (account|mailbox)|prove you are not a robot|looks like spam. you need"
            ),
        ),
        unless=r"protect our users",
        stages=(*OPENING, *MAIL),
    ),
    Rule(
        cause="account-not-activated",
        words=(
            r"\b(your|smtp|sending)\b",
            r"\b(account|service|domain|smtp)\b",
            (
                r"not (yet )?(been )?(activ|approv|enabled)|pending (approval|activ|review)"
                r"|activate your"
            ),
        ),
        stages=(*OPENING, *MAIL),
    ),
    Rule(
        cause="account-disabled",
        words=(
            (
                r"\byour (\w+ ){0,2}(account|mailbox|domain|subscription|service)|\b(account"
                r"|user) (is |has "
                r"been |was )?(\w+ )?(disabled|suspend)|is not allowed to send"
                r"|sending (\w+ )?(suspend|paus|disab)"
            ),
            (
                r"disabled|locked|suspend|blocked|frozen|deactivat|expired|closed|terminat|banned"
                r"|not "
                r"allowed to send"
            ),
        ),
        unless=r"spam|recipient|\bip|from\b",
        stages=(Stage.SENDER, *CONTENT),
    ),
    # Google: by the content, by the sending domain, and by the address we come from.
    Rule(
        cause="content-spam",
        words=(
            (
                r"detected that this message is likely|nature of the content|security issue"
                r"|content (presents|of (this|the|your) message)"
            ),
        ),
        stages=MAIL,
    ),
    Rule(
        cause="reputation-low",
        words=(
            (
                r"reputation .{0,20}(sending )?(domain|sender|from|link|url)|(domain|sender|link"
                r"|url)\w* .{0,30}"
                r"reputation|suspected spam sender|spam sender|spammer"
            ),
        ),
        unless=r"\bip (address )?.{0,20}reputation|blocked using|client host",
        stages=MAIL,
    ),
    # SMTP2GO 550 (gophish/gophish#1701), Google 421, Brevo 525. "send directly" is a judgement.
    Rule(
        cause="ip-not-allowed",
        words=(
            r"\bips?\b",
            (
                r"not (allowed|authoris|permit|whitelist|in (the |your |our )?(allow|white|access"
                r"|authoris))"
                r"|unauthoris|allow-?list|white-?list|not (listed|approved|trusted|registered)"
            ),
        ),
        unless=r"directly|dynamic|spam|reputation|black|block",
    ),
    Rule(cause="ip-not-allowed", codes=(525,), unless=r"account|user"),
    # Comcast 554, Proofpoint 550, Spamhaus's and others' lists, Microsoft 5.7.606 and 5.7.708.
    Rule(
        cause="ip-blocked",
        words=(
            (
                r"blocked using|block ?-?list|black ?-?list|spamhaus|spamcop|sorbs|dnsbl|\brbl\b"
                r"|cloudmark"
                r"|senderscore|uceprotect|barracudacentral|abusix|mailspike|invaluement|surbl"
                r"|\bpbl\b|\bcbl\b"
                r"|banned sending ip|not accepted from this ip|(dynamic|dial-?up|residential"
                r"|consumer) "
                r"|send email directly|block for spam|threat (list|intelligence)"
            ),
        ),
        unless=r"\burl|content|link|dynamic (update|delivery)",
    ),
    Rule(
        cause="ip-blocked",
        words=(
            (
                r"\bip(s|4)?\b|client host|your (host|server|network|mail server)"
                r"|sending host"
                r"|connecting (host|ip)|client \["
            ),
            (
                r"block|banned|listed|\bpoor\b|bad reputation|reputation|denied|reject|refus|spam"
                r"|not accept"
                r"|not allow|abus|deferred|problem"
            ),
        ),
        unless=r"\bsender address|recipient address|content|unknown|not found|try again",
    ),
    Rule(
        cause="ip-blocked",
        words=(
            (
                r"\bip(s|4)?\b|spam|block|banned|denied|reject|refus|not allow|access|not accept"
                r"|abus|reputation"
            ),
        ),
        unless=r"no smtp|tempor|later|limit|domain name",
        codes=FOR_GOOD,
        stages=OPENING,
    ),
    Rule(
        cause="ip-blocked",
        enhanced=(*(f"7.{number}" for number in range(606, 650)), "7.708", "7.511", "7.750"),
    ),
    # Free, Barracuda, Mail.ru, 163 "DT:SPM", Orange ofr_506, Google 552 5.7.0, SpamAssassin.
    # Yahoo's [299] is "Message content not accepted for policy reasons".
    Rule(
        cause="content-spam",
        words=(
            (
                r"\bspam|\bjunk\b|bulk (e?mail|message)|unsolicited|phish|virus|malware|infected"
                r"|suspicious"
                r"|objectionable|\bcontent\b|attachment|bayes|rspamd|trojan|\bscor(e|ing)\b"
                r"|\burls?\b|\blinks?\b|infecte"
            ),
            _JUDGED,
        ),
        stages=MAIL,
    ),
    Rule(cause="content-spam", words=(r"dt:spm|ofr_506|ofr_536|allowed - \[299\]|hl:itc",)),
    Rule(
        cause="server-takes-no-mail",
        words=(r"no smtp (service )?(here|avail)|(does|do) not accept (any )?(e?mail|messages)\b",),
        codes=FOR_GOOD,
        stages=OPENING,
    ),
    Rule(cause="server-takes-no-mail", codes=(521,)),
    Rule(cause="message-loop", words=(r"too many hops|hop count|\bloop|too many received",)),
    Rule(cause="message-loop", enhanced=("4.6", "4.14")),
    # Apple, Yandex, Zoho, Mimecast, Yahoo [PH01], GMX.
    Rule(
        cause="policy-rejected",
        words=(
            (
                r"polic(y|ies)|administrative(ly)? (prohib|block|reject)|prohibition"
                r"|\blocal rules?\b"
                r"|(rejected|blocked|refused|denied|deleted) by (the |your |our "
                r"|an? )?(\w+ )?(destination"
                r"|recipient|admin|rule|filter|owner|organi|user|system|domain)|transport\.rules"
                r"|message not"
                r" allowed|e?mail rejet|(message|mail|email) (was |is |has been )?(reject|refus"
                r"|block|not "
                r"accept|denied)|not welcome|unwelcome|(prohibited|restricted) by"
                r"|envelope blocked|failure for one or more recipients"
            ),
        ),
        codes=(*FOR_GOOD, 452),
        stages=(*OPENING, *MAIL),
    ),
)

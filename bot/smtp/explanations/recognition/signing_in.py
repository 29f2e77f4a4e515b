"""Replies to the sign-in. Data only.

Sources: public transcripts, named as repository#number (facts/smtp.md 2 and 3), and servers that
we ran: Postfix 3.7.11, Dovecot 2.3.19, Exim 4.96, OpenSMTPD 7.4.0p1, Haraka 3.3.4. Codes: RFC 4954
6, RFC 5248.
"""

from bot.smtp.explanations.recognition.rule import FOR_NOW, SIGNING_IN, Rule

_AUTH = r"auth\w*|log(ged|ging)? ?[io]n|sign ?in"
_OFF = (
    r"disabled|not enabled|(turned|switched) off|not (open|activ|permit|allow)|deactivat|no access"
)
_WRONG = (
    r"incorrect|invalid|wrong|not (accept|match|recognis|correct|valid|found)|mismatch|\bbad\b"
    r"|unknown|not exist|no such|fail|denied|reject|error"
)

SIGNING_IN_RULES = (
    # Google, 534 5.7.14 (2019) and 5.7.9 with p=WebLoginRequired since.
    Rule(
        cause="login-blocked-suspicious",
        words=(
            (
                r"p=webloginrequired|google\.com/signin/continue"
                r"|(log|sign) ?in (via|with|using|through|from|in) (your|a|the) (web )?browser"
                r"|suspicious (login|signin|sign in|log in|activity)|unusual (login|signin|sign in)"
            ),
        ),
        stages=SIGNING_IN,
    ),
    Rule(cause="login-blocked-suspicious", codes=(534,), enhanced=("7.14",)),
    # nodemailer/nodemailer#1116; Mail.ru; QQ and 163 (louislam/uptime-kuma#3434); iCloud; Yahoo
    # and AOL, whose words mislead (PHPMailer/PHPMailer#2034).
    Rule(
        cause="app-password-required",
        words=(
            (
                r"p=invalidsecondfactor|\bapp(lication)?s?([- ]specific)?[- ]pass(word|code)"
                r"|specific password|authori[sz]ation code|parol prilozheniya|#auth005"
            ),
        ),
        stages=SIGNING_IN,
    ),
    Rule(cause="app-password-required", codes=(534,), providers=("gmail",)),
    # simonrob/email-oauth2-proxy#193: the text tells five causes of 535 5.7.139 apart.
    Rule(
        cause="smtp-auth-disabled-tenant",
        words=(r"smtp ?(client)? ?auth", r"disabled|off\b", r"tenant|organi[sz]ation"),
    ),
    Rule(
        cause="smtp-auth-disabled-mailbox",
        words=(r"smtp ?client ?auth", r"disabled|off\b"),
    ),
    Rule(cause="security-defaults", words=(r"security defaults",)),
    # nodemailer/nodemailer#1714; MC786329 for the end of it.
    Rule(cause="basic-auth-disabled", words=(r"basic auth", r"disabled|block|turned off")),
    Rule(
        cause="basic-auth-retired",
        words=(r"basic auth", r"not supported|no longer|retire|deprecat|removed|ended"),
    ),
    Rule(cause="basic-auth-retired", enhanced=("7.30",), providers=("microsoft365", "outlook")),
    # MicrosoftDocs/OfficeDocs-Support, power-platform "SMTP emails fail to be sent".
    Rule(
        cause="sign-in-policy",
        words=(
            (
                r"did not meet the criteria|conditional access|(auth\w*|access|signin"
                r"|sign-in) polic"
                r"|multi-?factor|two-?factor|second factor|\b2fa\b|\bmfa\b"
            ),
        ),
        stages=SIGNING_IN,
    ),
    # Yandex 535 5.7.8 "access rights"; 163 550 "no permission"; Zoho, GMX: switched off by default.
    Rule(
        cause="smtp-auth-disabled-mailbox",
        words=(
            r"access rights to this service|\bno permission|(smtp|pop3?|imap) .{0,30}("
            + _OFF
            + ")",
        ),
        unless=r"account is abnormal",
        stages=SIGNING_IN,
    ),
    Rule(
        cause="starttls-required",
        words=(
            (
                r"starttls|\btls\b|\bssl\b|encrypt|secure (connection|channel|session)|non-?secure"
                r"|(plain|clear) ?text"
            ),
            (
                r"first|must|requir|need|before|only|without|insufficient|disallow|(plain"
                r"|clear) ?text"
                r"|not (allowed|permitted) (on|over|without)"
            ),
        ),
        unless=r"client cert|mechanism|(not|un) ?(supported|available|implemented)",
        stages=SIGNING_IN,
    ),
    Rule(cause="starttls-required", codes=(538,)),
    # SendGrid 451, mautic/mautic#8721.
    Rule(
        cause="quota-sender",
        words=(
            r"credit|(messag\w+|sending|send|plan|daily|monthly) (limit|quota)|quota",
            r"exceed|reach|exhaust|used up|run out|over\b|no more|insufficient",
        ),
        stages=SIGNING_IN,
    ),
    # Brevo 525, SendGrid, SES policies; gophish/gophish#1701.
    Rule(
        cause="ip-not-allowed",
        words=(
            r"\bips?\b|ip address",
            (
                r"not (allowed|authoris|permit|whitelist|in |on |accept|trust)|unauthoris|restrict"
                r"|denied|block|not listed"
            ),
        ),
        stages=SIGNING_IN,
    ),
    Rule(cause="ip-not-allowed", codes=(525,), providers=("brevo",)),
    # Yandex 535 5.7.8 (higty/higlabo#17)
    Rule(
        cause="account-blocked-spam",
        words=(
            r"looks? like spam|spam|abus(e|iv)|phish|compromis|hack|unusual (sending|activity)",
        ),
        stages=SIGNING_IN,
    ),
    # Brevo 450 and 502: not temporary, whatever the code says.
    Rule(
        cause="account-not-activated",
        words=(
            r"not (yet )?(been )?activ|pending (approval|activ|review)|activate your|unactivated",
        ),
        stages=SIGNING_IN,
    ),
    Rule(
        cause="password-expired",
        words=(
            r"password",
            r"expired|must (be )?chang|(need|require)\w* .{0,20}(chang|reset)|transition",
        ),
        stages=SIGNING_IN,
    ),
    Rule(cause="password-expired", enhanced=("7.12",)),
    # Tiscali, MailCore/mailcore2#1517
    Rule(
        cause="weak-password",
        words=(r"password", r"too (simple|weak|short|easy)|not (strong|complex|secure)|insecure"),
        stages=SIGNING_IN,
    ),
    # gophish/gophish#1836 (Gmail 454), nodemailer/nodemailer#1350 (535).
    Rule(
        cause="auth-rate-limited",
        words=(
            (
                r"too (many|much|frequent|often)|rate ?-?limit|throttl|frequency"
                r"|temporarily (lock|block)"
                r"|(attempts?|logins?|limit) .{0,12}exceed|exceed\w* .{0,30}(attempt|login|limit)"
                r"|try again (in|after) \d"
            ),
        ),
        unless=r"account is abnormal|connection",
        stages=SIGNING_IN,
    ),
    Rule(
        cause="account-disabled",
        words=(
            r"\b(account|user|mailbox|login|domain|customer)\b",
            (
                r"disabled|locked|suspend|blocked|frozen|deactivat|expired|closed|terminat|inactive"
                r"|banned|not active"
            ),
        ),
        unless=r"invalid, expired",
        stages=SIGNING_IN,
    ),
    Rule(cause="account-disabled", enhanced=("7.13",), stages=SIGNING_IN),
    # SparkPost/support-docs: the key lacks a right, or the user name is another.
    Rule(cause="bad-credentials", words=(r"no auth\w* type succeeded",), stages=SIGNING_IN),
    # Postfix says 535 to a mechanism it doesn't know, others 504 (measured); deanproxy/eMail#44.
    Rule(
        cause="auth-mech-not-offered",
        words=(
            r"mechanisms?\b|auth\w* (type|method|scheme|mode)|\bsasl\b",
            (
                r"invalid|unknown|unrecognis|unsupported|not (support|avail|offer|implement"
                r"|recognis"
                r"|permit|allow)|\bno (\w+ )?mechanism|too weak|unavailable|not \w+ for"
            ),
        ),
        stages=SIGNING_IN,
    ),
    Rule(cause="auth-mech-not-offered", codes=(504,), stages=SIGNING_IN),
    Rule(cause="auth-mech-not-offered", enhanced=("7.4",), stages=SIGNING_IN),
    # {"status... in base64, as Gmail and Dovecot (measured) tell a token's fault in a 334.
    Rule(
        cause="oauth-token-invalid",
        words=(r"eyjzdgf0dxmi|x?oauth|bearer|access ?token",),
        stages=SIGNING_IN,
    ),
    # Exim "not advertised", Postfix "not enabled" (measured).
    Rule(
        cause="protocol-order",
        words=(r"already (auth|logged)|helo first|bad sequence|(send|say|use) (ehlo|helo)",),
        stages=SIGNING_IN,
    ),
    Rule(cause="auth-not-offered", codes=(500, 502, 503), stages=SIGNING_IN),
    Rule(
        cause="auth-not-offered",
        words=(_AUTH, r"not (enabled|advertis|avail|support|offer|implement)|disabled"),
        stages=SIGNING_IN,
    ),
    # jstedfast/MailKit#700: Exchange doesn't say which of five causes it was.
    Rule(cause="auth-refused-generic", enhanced=("7.3",), stages=SIGNING_IN),
    # Postfix with Dovecot gone (measured): 454 4.7.0. It can hide a 535 that came before.
    Rule(cause="auth-server-problem", codes=(454,), stages=SIGNING_IN),
    Rule(
        cause="auth-server-problem",
        words=(
            (
                r"tempor|internal|unavailable|(connection|backend|database|ldap|server"
                r"|service)\b.{0,30}"
                r"(lost|error|fail|problem|down|unreach)|system (is )?(busy|error)|timed? ?-?out"
                r"|try again later"
            ),
        ),
        # Postfix's "(reason unavailable)" is Dovecot's silence about a wrong password (measured).
        unless=r"account is abnormal|reason unavailable",
        stages=SIGNING_IN,
    ),
    Rule(cause="bad-credentials", codes=(535,), stages=SIGNING_IN),
    Rule(
        cause="bad-credentials",
        words=(
            (
                r"user ?name|password|credential|login|\busers?\b|\bapi ?key|smtp key|token|mailbox"
                r"|account"
            ),
            _WRONG,
        ),
        stages=SIGNING_IN,
    ),
    # SendGrid 451 with an IP access list, sendgrid/docs#2191.
    Rule(
        cause="auth-refused-generic",
        words=(_AUTH, r"fail|unsuccess|could not|denied|reject|refus|error|not accept"),
        stages=SIGNING_IN,
    ),
    Rule(cause="auth-server-problem", codes=FOR_NOW, enhanced=("3.0", "7.0"), stages=SIGNING_IN),
)

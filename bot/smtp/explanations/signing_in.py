"""Why the mail server did not let us sign in. Data only.

Replies: facts/smtp.md 2 and 3 (public transcripts, named here as repository#number), and servers
that we ran: Postfix 3.7.11, Exim 4.96, OpenSMTPD 7.4.0p1, Haraka. Codes: RFC 4954 6.
"""

from bot.smtp.explanations.explanation import TO_587, Explanation, Said
from bot.smtp.providers import PROVIDERS
from bot.smtp.transcript import Stage

_HERE = (Stage.AUTHENTICATION,)
_MICROSOFT = PROVIDERS["microsoft365"]

SIGNING_IN = (
    Explanation(
        # nodemailer/nodemailer#1116. The reply is 534 5.7.9; its words changed about 2024.
        cause="app-password-required",
        providers=("gmail",),
        meaning="The account has 2-Step Verification, and Google takes an App Password here, not"
        " the account's own password.",
        advice=(
            "Open Google's page for App Passwords and create one for this bot.",
            "Give its 16 letters with “Change password”.",
            "If there is no such page, ask your Google Workspace admin to allow App Passwords.",
        ),
        said=(
            Said(words=r"application-specific password|p=invalidsecondfactor"),
            Said(codes=(534,), enhanced=("5.7.9",)),
        ),
        link=PROVIDERS["gmail"].link,
    ),
    Explanation(
        # Mail.ru; QQ, 163 (louislam/uptime-kuma#3434); Yahoo and AOL, whose words mislead
        # (PHPMailer/PHPMailer#2034).
        cause="app-password-required",
        meaning="This provider takes a password made for one program (app password,"
        " authorisation code) here, not the account's own password.",
        advice=(
            "Sign in at your provider in a browser and create an app password for this bot.",
            "Give it with “Change password”.",
        ),
        said=(
            Said(words=r"app(lication)?(-specific)? password|authorization code|#auth005"),
            Said(words=r"parol prilozheniya|p=invalidsecondfactor"),
        ),
    ),
    Explanation(
        # simonrob/email-oauth2-proxy#193
        cause="smtp-auth-disabled-tenant",
        meaning="Authenticated SMTP is switched off for your whole Microsoft 365 organisation."
        " The password may be right.",
        advice=(
            "Ask your Microsoft 365 admin to allow Authenticated SMTP for this one mailbox.",
            "It is in the Microsoft 365 admin center: Active users, Mail, Manage email apps.",
            "Wait an hour after the change, then test again.",
        ),
        said=(Said(words=r"smtpclientauthentication is disabled for the tenant"),),
        link=_MICROSOFT.link,
    ),
    Explanation(
        cause="smtp-auth-disabled-mailbox",
        meaning="Authenticated SMTP is switched off for this mailbox at Microsoft 365. The"
        " password may be right.",
        advice=(
            "Ask your Microsoft 365 admin to switch on “Authenticated SMTP” for the mailbox.",
            "It is in the Microsoft 365 admin center: Active users, Mail, Manage email apps.",
            "Wait an hour after the change, then test again.",
        ),
        said=(Said(words=r"smtpclientauthentication is disabled for the mailbox"),),
        link=_MICROSOFT.link,
    ),
    Explanation(
        # Personal accounts since 2024-09-16 (nodemailer/nodemailer#1714); Exchange Team Blog,
        # 2026-01-27, for organisations.
        cause="basic-auth-disabled",
        meaning="Microsoft no longer takes a username and password from this account. An app"
        " password does not help: it goes the same way.",
        advice=(
            "If it is an Outlook.com, Hotmail or Live account, use another mail service.",
            "Else ask your Microsoft 365 admin whether a policy may allow it for this mailbox.",
            "If not, use a mail service for programs, such as Amazon SES.",
        ),
        said=(Said(words=r"basic authentication is disabled"),),
    ),
    Explanation(
        # The reply that the Exchange Team Blog of 2026-01-27 announces for the end.
        cause="basic-auth-retired",
        meaning="Microsoft has ended sending with a username and password.",
        advice=("Use a mail service for programs, such as Amazon SES.",),
        said=(Said(words=r"basic authentication is not supported"),),
    ),
    Explanation(
        cause="security-defaults",
        meaning="Your Microsoft 365 organisation uses security defaults, and they forbid signing"
        " in with only a password.",
        advice=(
            "Use a mail service for programs, such as Amazon SES.",
            "Or ask your Microsoft 365 admin whether a policy may allow it for this mailbox.",
        ),
        said=(Said(words=r"security defaults"),),
    ),
    Explanation(
        # Gmail 534 5.7.14: a new or data centre address.
        cause="login-blocked-suspicious",
        meaning="Google finds this sign-in suspicious, often because it comes from a new place,"
        " and wants to see you in a browser first.",
        advice=(
            "Sign in to the account in a browser and confirm that it was you.",
            "Then create an App Password and give it with “Change password”.",
        ),
        said=(
            Said(words=r"accounts\.google\.com/signin/continue|log in via your web browser"),
            Said(codes=(534,), enhanced=("5.7.14",)),
        ),
        link=PROVIDERS["gmail"].link,
    ),
    Explanation(
        # Yandex 535 5.7.8 (dokuwiki-plugin-smtp); Microsoft 550 5.1.8.
        cause="account-blocked-spam",
        meaning="The provider has locked the account for sending, because it takes its mail for"
        " spam. The password may be right.",
        advice=(
            "Sign in at your provider in a browser and unlock the account.",
            "Find out what sent the mail, and change the password if you do not know it.",
        ),
        said=(Said(words=r"looks like spam|bad outbound sender"),),
    ),
    Explanation(
        # Brevo 450 and 502: not temporary, whatever the code says.
        cause="account-not-activated",
        meaning="The provider has not yet activated the account for sending.",
        advice=("Ask your provider's support to activate sending (SMTP) for the account.",),
        said=(Said(words=r"not (yet )?(been )?activated"),),
    ),
    Explanation(
        # An MX, *.mail.protection.outlook.com, never offers AUTH (deanproxy/eMail#44).
        cause="auth-mech-not-offered",
        providers=("microsoft365",),
        meaning="This server of Microsoft's takes no password here. Either the connection isn't"
        " encrypted, or the server is the one that receives your organisation's mail.",
        advice=(
            "Set “Server address” to smtp.office365.com and “Server port” to 587.",
            "Set “Mail protocol” to “SMTP with STARTTLS”.",
        ),
        said=(Said(codes=(504,), stages=_HERE), Said(words=r"unrecognized authentication type")),
        fix={
            "host": _MICROSOFT.host,
            "port": _MICROSOFT.port,
            "tls_mode": _MICROSOFT.tls_mode.value,
        },
    ),
    Explanation(
        # Postfix says 535 to this too, others 504 (measured).
        cause="auth-mech-not-offered",
        meaning="The mail server takes sign-ins only in ways that this bot does not know. The"
        " bot knows PLAIN, LOGIN and CRAM-MD5.",
        advice=(
            "Ask whoever runs the mail server to offer PLAIN or LOGIN over TLS.",
            "Check “Server port”: another port of the same server may offer them.",
        ),
        said=(
            Said(words=r"(invalid|unrecognized|unsupported) authentication (mechanism|type)"),
            Said(words=r"no mechanism available"),
            Said(codes=(504,), stages=_HERE),
        ),
    ),
    Explanation(
        cause="auth-not-offered",
        ports=(25,),
        meaning="The mail server takes no sign-ins on port 25, which is for mail between servers.",
        advice=(
            "Set “Server port” to 587 and “Mail protocol” to “SMTP with STARTTLS”.",
            "If the server needs no password, choose “Connect anonymously”.",
        ),
        said=(Said(codes=(502, 503), stages=_HERE),),
        fix=TO_587,
    ),
    Explanation(
        # Exim "not advertised", Postfix "authentication not enabled" (measured).
        cause="auth-not-offered",
        meaning="The mail server takes no sign-ins on port {port} as we reached it.",
        advice=(
            "Check that “Server address” is the outgoing mail server for users.",
            "Use “SMTP with STARTTLS” on port 587 or “SMTPS (TLS from the start)” on 465.",
            "If the server needs no password, choose “Connect anonymously”.",
        ),
        said=(Said(codes=(502, 503), stages=_HERE),),
    ),
)

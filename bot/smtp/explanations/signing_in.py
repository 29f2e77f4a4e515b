"""Why signing in is not possible in this way, or not for this account. Data only.

Replies and sources: recognition/signing_in.py.
"""

from bot.smtp.explanations.explanation import TO_587, Explanation
from bot.smtp.providers import PROVIDERS

_MICROSOFT = PROVIDERS["microsoft365"]
_BOTH = ("microsoft365", "outlook")

SIGNING_IN = (
    Explanation(
        cause="smtp-auth-disabled-tenant",
        meaning="Authenticated SMTP is switched off for your whole Microsoft 365 organisation."
        " The password may be right.",
        advice=(
            "Ask your Microsoft 365 admin to allow Authenticated SMTP for this one mailbox.",
            "It is in the Microsoft 365 admin center: Active users, Mail, Manage email apps.",
            "Wait an hour after the change, then test again.",
        ),
        link=_MICROSOFT.link,
    ),
    Explanation(
        # Yandex: "From the imap.yandex.com server via IMAP", in the settings for mail clients.
        cause="smtp-auth-disabled-mailbox",
        providers=("yandex",),
        meaning="Yandex lets no mail program use this mailbox yet. The password may be right.",
        advice=(
            "In Yandex Mail, open the settings for mail clients and allow IMAP access.",
            "There, allow app passwords too, and create one of the kind Mail for this bot.",
            "Give it with “Change password”.",
        ),
        page=True,
    ),
    Explanation(
        cause="smtp-auth-disabled-mailbox",
        providers=("qq", "netease"),
        meaning="Sending through mail programs (SMTP) is switched off for this mailbox, or the"
        " password is not an authorisation code.",
        advice=(
            "In the mailbox's settings on the web, switch the SMTP service on.",
            "Take the authorisation code shown there, and give it with “Change password”.",
        ),
        page=True,
    ),
    Explanation(
        cause="smtp-auth-disabled-mailbox",
        providers=("zoho", "gmx"),
        meaning="Sending through mail programs (SMTP) is switched off for this mailbox. The"
        " password may be right.",
        advice=(
            "In the mailbox's settings on the web, allow access by POP3, IMAP and SMTP.",
            "Wait a few minutes, then test again.",
        ),
        page=True,
    ),
    Explanation(
        cause="smtp-auth-disabled-mailbox",
        providers=_BOTH,
        meaning="Authenticated SMTP is switched off for this mailbox at Microsoft 365. The"
        " password may be right.",
        advice=(
            "Ask your Microsoft 365 admin to switch on “Authenticated SMTP” for the mailbox.",
            "It is in the Microsoft 365 admin center: Active users, Mail, Manage email apps.",
            "Wait an hour after the change, then test again.",
        ),
        link=_MICROSOFT.link,
    ),
    Explanation(
        cause="smtp-auth-disabled-mailbox",
        meaning="Sending through other programs (authenticated SMTP) is switched off for this"
        " mailbox. The password may be right.",
        advice=(
            "In the mailbox's settings at your provider, switch SMTP access on.",
            "If there is no such setting, ask whoever runs the mail server.",
        ),
        page=True,
    ),
    Explanation(
        # Personal accounts since 2024-09-16 (nodemailer/nodemailer#1714); an app password goes the
        # same way.
        cause="basic-auth-disabled",
        providers=("outlook",),
        meaning="Microsoft takes no password any more from Outlook.com, Hotmail and Live accounts,"
        " and no app password either.",
        advice=(
            "Use another mail service for this bot.",
            "For programs there are services such as Amazon SES.",
        ),
        page=True,
    ),
    Explanation(
        # Exchange Team Blog, 2026-01-27, for organisations.
        cause="basic-auth-disabled",
        meaning="Microsoft no longer takes a username and password from this account. An app"
        " password does not help: it goes the same way.",
        advice=(
            "If it is an Outlook.com, Hotmail or Live account, use another mail service.",
            "Else ask your Microsoft 365 admin whether a policy may allow it for this mailbox.",
            "If not, use a mail service for programs, such as Amazon SES.",
        ),
        link=_MICROSOFT.link,
    ),
    Explanation(
        # The reply that the Exchange Team Blog of 2026-01-27 announces for the end.
        cause="basic-auth-retired",
        meaning="Microsoft has ended sending with a username and password.",
        advice=("Use a mail service for programs, such as Amazon SES.",),
    ),
    Explanation(
        cause="security-defaults",
        meaning="Your Microsoft 365 organisation uses security defaults, and they forbid signing"
        " in with only a password.",
        advice=(
            "Use a mail service for programs, such as Amazon SES.",
            "Or ask your Microsoft 365 admin whether a policy may allow it for this mailbox.",
        ),
        link=_MICROSOFT.link,
    ),
    Explanation(
        cause="sign-in-policy",
        providers=_BOTH,
        meaning="A sign-in policy of your Microsoft 365 organisation (Conditional Access, or a"
        " second factor) turned this sign-in away. The password may be right.",
        advice=(
            "Ask your Microsoft 365 admin to look for it in the account's sign-in log.",
            "The admin can let this mailbox sign in with a password, and from this bot's address.",
            "If that is not wanted, use a mail service for programs, such as Amazon SES.",
        ),
        link=_MICROSOFT.link,
    ),
    Explanation(
        cause="sign-in-policy",
        meaning="A rule of the provider turned this sign-in away, for example because the account"
        " needs a second factor. The password may be right.",
        advice=(
            "See whether your provider has app passwords: create one for this bot.",
            "Ask whoever runs the mail server whether the account may sign in without more.",
        ),
        page=True,
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
        fix={
            "host": _MICROSOFT.host,
            "port": _MICROSOFT.port,
            "tls_mode": _MICROSOFT.tls_mode.value,
        },
    ),
    Explanation(
        # Exchange on premises may offer NTLM alone (nodemailer#189).
        cause="auth-mech-not-offered",
        meaning="The mail server takes sign-ins only in ways that this bot does not know. The"
        " bot knows PLAIN, LOGIN and CRAM-MD5.",
        advice=(
            "Ask whoever runs the mail server to offer PLAIN or LOGIN over TLS.",
            "Check “Server port”: another port of the same server may offer them.",
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
        fix=TO_587,
    ),
    Explanation(
        cause="auth-not-offered",
        meaning="The mail server takes no sign-ins on port {port} as we reached it.",
        advice=(
            "Check that “Server address” is the outgoing mail server for users.",
            "Use “SMTP with STARTTLS” on port 587 or “SMTPS (TLS from the start)” on 465.",
            "If the server needs no password, choose “Connect anonymously”.",
        ),
    ),
    Explanation(
        # It never comes from our own sign-in; a server in between may say it.
        cause="oauth-token-invalid",
        meaning="The mail server wants a token (OAuth) in place of a password, or refuses the one"
        " that it was given.",
        advice=(
            "Ask your provider whether it has passwords for programs, and take one of these.",
            "If not, use a mail service for programs, such as Amazon SES.",
        ),
    ),
    Explanation(
        # Postfix with Dovecot gone (measured): 454 4.7.0. It can hide a 535 that came before.
        cause="auth-server-problem",
        meaning="The mail server can't check passwords just now. Yours may be right.",
        advice=(
            "Try again in a few minutes.",
            "If it stays, ask whoever runs the mail server.",
        ),
        temporary=True,
    ),
    Explanation(
        # gophish/gophish#1836 (Gmail 454), nodemailer/nodemailer#1350 (535)
        cause="auth-rate-limited",
        meaning="There were too many sign-ins to this account in a short time, so the mail server"
        " refuses more for now. The password may be right.",
        advice=(
            "Wait an hour, then test once.",
            "Look for another program that keeps signing in with an old password.",
        ),
        temporary=True,
    ),
    Explanation(
        cause="auth-not-attempted",
        anonymous=True,
        meaning="The mail server wants us to sign in, and “Connect anonymously” is chosen.",
        advice=(
            "Switch “Connect anonymously” off.",
            "Type your “Username” and give the password with “Set password”.",
        ),
        fix={"anonymous": False},
    ),
    Explanation(
        cause="auth-not-attempted",
        meaning="The mail server says that we have not signed in, or not for this sender.",
        advice=(
            "Check that “From address” is the address of the account you sign in with.",
            "Use “SMTP with STARTTLS” on port 587 or “SMTPS (TLS from the start)” on 465.",
            "Check “Username”, and give the password again with “Change password”.",
        ),
    ),
)

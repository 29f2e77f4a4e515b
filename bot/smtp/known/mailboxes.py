"""Providers of mailboxes all over the world. Pure."""

from bot.smtp.known.provider import FULL_ADDRESS, Provider
from bot.smtp.settings import TLSMode

_APP_PASSWORD = "It takes an app password here, not the account's own password."  # noqa: S105  # a sentence

MAILBOXES = (
    # Endpoint: N. Password login ended 2022 (Gmail) and 2024-25 (Workspace):
    # dawidd6/action-send-mail#205, nodemailer/nodemailer#1116. The page for app passwords: P,
    # 2024-08. Limits: PHPMailer/PHPMailer#2113. MX: I. Read 2026-11-23.
    Provider(
        id="gmail",
        label="Gmail / Google Workspace",
        host="smtp.gmail.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Your full address, like name@gmail.com",
        requirements=(
            "Google takes an App Password here, not the account's own password.",
            "Turn on 2-Step Verification for the account, then create an App Password.",
            "It has 16 letters. The spaces that Google shows may stay or go.",
            "“Username” is the full address of the account.",
            "“From address” is that address, or an alias that the account has verified.",
            "A Google Workspace admin may have switched App Passwords off: ask there first.",
        ),
        limits="Google lets 500 recipients through in 24 hours, 2,000 with Workspace.",
        link="https://myaccount.google.com/apppasswords",
        domains=("gmail.com", "googlemail.com"),
        mx=("google.com", "googlemail.com"),
        # The relay of Workspace and the old name of Gmail's server keep Google's replies.
        hosts=r"smtp(-relay)?\.(gmail|googlemail)\.com",
    ),
    # Endpoint: N. Dates: Exchange Team Blog, 2026-01-27 (techcommunity.microsoft.com, 4489835).
    # Authenticated SMTP: simonrob/email-oauth2-proxy#193; aka.ms/smtp_auth_disabled is the link
    # that Microsoft's own reply gives. From: gophish/gophish#2900. Limits:
    # rsmusllp/king-phisher#448. MX: I. Read 2026-11-23.
    Provider(
        id="microsoft365",
        label="Microsoft 365",
        host="smtp.office365.com",
        username_hint="Your full address, like name@yourcompany.com",
        requirements=(
            "An admin must switch “Authenticated SMTP” on for the mailbox.",
            "It is in the Microsoft 365 admin center: Active users, Mail, Manage email apps.",
            "Where basic authentication is disabled, neither password nor app password works.",
            "The same is so where the organisation uses security defaults.",
            "“From address” is the mailbox's address, or one that it may “Send As”.",
            "After December 2026 Microsoft switches password sign-in off by default.",
            "Outlook.com, Hotmail and Live accounts can't be used with a password at all.",
        ),
        limits="Microsoft lets 30 messages a minute and 10,000 recipients a day through.",
        link="https://aka.ms/smtp_auth_disabled",
        mx=("mail.protection.outlook.com", "mx.microsoft"),
        # *.mail.protection.outlook.com takes mail for a domain: the same replies, but no sign-in.
        hosts=r"(smtp|outlook)\.office365\.(com|us)|.+\.mail\.protection\.outlook\.com",
    ),
    # Endpoint, domains and MX: I, which has OAuth2 alone for it. The end of passwords:
    # nodemailer/nodemailer#1714, pppscn/SmsForwarder#527.
    Provider(
        id="outlook",
        label="Outlook.com",
        host="smtp-mail.outlook.com",
        username_hint="Your full address, like name@outlook.com",
        requirements=(
            "This bot can't send through Outlook.com, Hotmail, Live or MSN accounts.",
            "Since 16 September 2024 Microsoft takes no password for them, nor an app password.",
            "Choose another provider, or Microsoft 365 if the address belongs to an organisation.",
        ),
        link="https://support.office.com/article/"
        "pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040",
        takes_passwords=False,
        domains=(
            *("outlook.com", "hotmail.com", "live.com", "msn.com", "windowslive.com"),
            *("outlook.de", "outlook.fr", "outlook.es", "outlook.it", "outlook.jp", "outlook.in"),
            *("hotmail.co.uk", "hotmail.de", "hotmail.fr", "hotmail.es", "hotmail.it"),
            *("live.co.uk", "live.de", "live.fr", "live.nl", "live.it"),
        ),
        mx=("olc.protection.outlook.com", "hotmail.com"),
        hosts=r"smtp\.live\.com|.+\.olc\.protection\.outlook\.com",
    ),
    # Endpoint: I. Data centres: frappe/erpnext#19057, nodemailer/nodemailer#456; their MX: zones of
    # customers. The page: I.
    Provider(
        id="zoho",
        label="Zoho",
        host="smtp.zoho.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint=FULL_ADDRESS,
        requirements=(
            "With two-factor sign-in, Zoho takes an app-specific password only.",
            "The server's ending is that of your Zoho account: .com, .eu, .in and others.",
            "A paid account of an organisation may need smtppro in place of smtp in the name.",
            "“From address” is the account's address, or one of its aliases.",
        ),
        link="https://www.zoho.com/mail/help/zoho-smtp.html",
        domains=("zoho.com", "zohomail.com", "zoho.eu", "zohomail.eu", "zoho.in", "zohomail.in"),
        mx=("zoho.com", "zohomail.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.jp"),
        elsewhere={
            "zoho.eu": "smtp.zoho.eu",
            "zohomail.eu": "smtp.zoho.eu",
            "zoho.in": "smtp.zoho.in",
            "zohomail.in": "smtp.zoho.in",
            "zoho.com.au": "smtp.zoho.com.au",
            "zoho.jp": "smtp.zoho.jp",
        },
        hosts=r"smtp(pro)?\.zoho(cloud)?\.(com(\.(au|cn))?|eu|in|jp|ca|sa|uk)",
    ),
    # All of it: fastmail.com/help/technical/servernamesandports.html. From: facts/smtp.md 3. MX: I.
    Provider(
        id="fastmail",
        label="Fastmail",
        host="smtp.fastmail.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Your full address, like name@fastmail.com",
        requirements=(
            _APP_PASSWORD,
            "Create it at Settings, Privacy & Security, with access to mail.",
            "“From address” is the account's address, or one of its sending identities.",
        ),
        link="https://www.fastmail.com/help/technical/servernamesandports.html",
        domains=("fastmail.com", "fastmail.fm"),
        mx=("messagingengine.com",),
        hosts=r"(mail|smtp)\.messagingengine\.com",
    ),
    # Endpoint: I; 465 is not offered: dawidd6/action-send-mail#84. From: TryGhost/Ghost#17012.
    # Custom domains: P, 2024-10. Limits: support.apple.com/102198. MX: jace/mxsniff.
    Provider(
        id="icloud",
        label="iCloud",
        host="smtp.mail.me.com",
        username_hint="Your iCloud address, like name@icloud.com",
        requirements=(
            "Apple takes an app-specific password here, not the account's own password.",
            "Turn on two-factor authentication for the Apple Account, then create one.",
            "With a domain of your own, “Username” is still the iCloud address.",
            "“From address” is one of the account's own addresses.",
        ),
        limits="Apple lets 1,000 messages and 1,000 recipients a day through.",
        link="https://support.apple.com/HT202304",
        domains=("icloud.com", "me.com", "mac.com"),
        mx=("mail.icloud.com",),
    ),
    # Endpoint, domains and MX: I. App password: P; PHPMailer/PHPMailer#2034. From:
    # PHPMailer/PHPMailer#2685. The page: the Yahoo help page SLN15241.
    Provider(
        id="yahoo",
        label="Yahoo",
        host="smtp.mail.yahoo.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Your full address, like name@yahoo.com",
        requirements=(
            _APP_PASSWORD,
            "Create it on Yahoo's page “Account security”.",
            "“From address” is the account's address.",
        ),
        link="https://help.yahoo.com/kb/SLN15241.html",
        domains=(
            *("yahoo.com", "ymail.com", "rocketmail.com"),
            *("yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es", "yahoo.se"),
            *("yahoo.co.nz", "yahoo.co.in", "yahoo.com.au", "yahoo.com.ar", "yahoo.com.br"),
            "yahoo.com.mx",
        ),
        mx=("yahoodns.net",),
        hosts=r"smtp\.bizmail\.yahoo\.com",
    ),
    # Endpoint: I and P against N, which has 587. Domains and MX: I. App password: P, 2020-02.
    Provider(
        id="aol",
        label="AOL",
        host="smtp.aol.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Your full address, like name@aol.com",
        requirements=(
            _APP_PASSWORD,
            "Create it on AOL's page “Account security”.",
            "“From address” is the account's address.",
        ),
        link="https://login.aol.com/account/security",
        domains=(
            *("aol.com", "aim.com", "netscape.net", "compuserve.com"),
            *("aol.de", "aol.fr", "aol.it", "aol.es", "aol.co.uk"),
        ),
        mx=("mx-aol.mail.gm0.yahoodns.net", "mx.aol.com"),
    ),
    # All of it: proton.me/support/smtp-submission. Bridge: avihaymenahem/velo#148. MX:
    # jace/mxsniff.
    Provider(
        id="proton",
        label="Proton",
        host="smtp.protonmail.ch",
        username_hint="The address for which the SMTP token was made",
        requirements=(
            "Proton takes an SMTP token here, not the account's own password.",
            "Tokens are made in the settings of Proton Mail, for addresses with a custom domain.",
            "Only some plans have them. See Proton's page for which.",
            "“From address” is the address for which the token was made.",
            "Proton Mail Bridge is no way: it works on the computer on which it runs.",
        ),
        link="https://proton.me/support/smtp-submission",
        domains=("proton.me", "protonmail.com", "pm.me"),
        mx=("protonmail.ch",),
    ),
)
"""In no order."""

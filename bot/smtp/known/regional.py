"""Providers and hosting companies of one country or language. Pure."""

from bot.smtp.known.provider import FULL_ADDRESS, Provider
from bot.smtp.settings import TLSMode

_OWN_ADDRESS = "“From address” is the mailbox's own address."
_MAILBOX_PASSWORD = "The password is that of the mailbox, not of the customer account."  # noqa: S105  # a sentence

REGIONAL = (
    # Endpoint: I (facts/smtp.md 11). Other servers for other products, and MX: docs.ovh.com,
    # emails.
    Provider(
        id="ovh",
        label="OVHcloud",
        host="ssl0.ovh.net",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint=FULL_ADDRESS,
        requirements=(
            _MAILBOX_PASSWORD,
            "Email Pro and Exchange have another server: the control panel says which.",
            _OWN_ADDRESS,
        ),
        link="https://docs.ovh.com/au/en/emails/email-advanced-usage/",
        mx=("mail.ovh.net",),
        hosts=r"(pro|ex)[0-9]+\.mail\.ovh\.net",
    ),
    # Endpoint: I (facts/smtp.md 11) against N, which has 587; oldwiki.gandi.net, standard-settings.
    # MX: zones of Gandi's customers in public repositories.
    Provider(
        id="gandi",
        label="Gandi",
        host="mail.gandi.net",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint=FULL_ADDRESS,
        requirements=(_MAILBOX_PASSWORD, _OWN_ADDRESS),
        link="https://oldwiki.gandi.net/en/mail/standard-settings.html",
        mx=("mail.gandi.net",),
    ),
    # Endpoint, domains: I. Off by default: gmx.net/mail/tipps/posts/pop3-imap/36. App password:
    # hilfe.gmx.net/sicherheit/2fa/anwendungsspezifisches-passwort.html.
    Provider(
        id="gmx",
        label="GMX",
        host="mail.gmx.net",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Your full address, like name@gmx.net",
        requirements=(
            "Allow access by POP3 and IMAP in GMX's mail settings: that covers sending too.",
            "With two-factor sign-in, GMX takes an application-specific password only.",
            _OWN_ADDRESS,
        ),
        link="https://hilfe.gmx.net/pop-imap/einschalten.html",
        domains=(
            *("gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.eu", "gmx.org", "gmx.info"),
            *("gmx.com", "gmx.us"),
        ),
        mx=("gmx.net", "gmx.com"),
        elsewhere={"gmx.com": "mail.gmx.com", "gmx.us": "mail.gmx.com"},
    ),
    # Endpoint, country names, MX: I. The sender's domain since 2024-01-29: optioffice.net,
    # helpdesk, quoting IONOS.
    Provider(
        id="ionos",
        label="IONOS",
        host="smtp.ionos.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint=FULL_ADDRESS,
        requirements=(
            _MAILBOX_PASSWORD,
            "The server's ending is that of your country's IONOS: .com, .de, .co.uk and others.",
            "“From address” has the same domain as the mailbox.",
        ),
        link="https://www.ionos.co.uk/help/email/glossary-email-terms-explained/"
        "outgoing-mail-server/",
        mx=(
            *("ionos.com", "ionos.de", "ionos.co.uk", "ionos.fr", "ionos.es", "ionos.it"),
            *("ionos.mx", "kundenserver.de", "schlund.de", "1and1.com", "1and1.co.uk"),
        ),
        elsewhere={
            "ionos.de": "smtp.ionos.de",
            "kundenserver.de": "smtp.ionos.de",
            "schlund.de": "smtp.ionos.de",
            "ionos.co.uk": "smtp.ionos.co.uk",
            "1and1.co.uk": "smtp.ionos.co.uk",
            "ionos.fr": "smtp.ionos.fr",
            "ionos.es": "smtp.ionos.es",
            "ionos.it": "smtp.ionos.it",
            "ionos.mx": "smtp.ionos.mx",
        },
        hosts=r"smtp\.1(und|and)1\.(de|com|co\.uk|fr|es)",
    ),
    # Endpoint, domains: I and P. App passwords: yandex.com/support/passport/authorization/
    # app-passwords.html. From: splitbrain/dokuwiki-plugin-smtp#38. MX: jace/mxsniff.
    Provider(
        id="yandex",
        label="Yandex",
        host="smtp.yandex.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Your full address, like name@yandex.com",
        requirements=(
            "Yandex takes an app password of the kind “Mail” here.",
            "Allow access from mail clients in the settings of Yandex Mail.",
            "“From address” is the address of the account.",
        ),
        link="https://yandex.com/support/passport/authorization/app-passwords.html",
        domains=("yandex.com", "yandex.ru", "yandex.by", "yandex.kz", "yandex.ua", "ya.ru"),
        mx=("yandex.net", "yandex.ru"),
        hosts=r"smtp\.yandex\.(ru|by|kz|ua|com\.tr)",
    ),
    # Endpoint: N and P. Domains, the page: P, 2021-07. MX: zones of customers, VK WorkSpace.
    Provider(
        id="mailru",
        label="Mail.ru",
        host="smtp.mail.ru",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Your full address, like name@mail.ru",
        requirements=(
            "Mail.ru takes a password for external applications here, not the account's own.",
            _OWN_ADDRESS,
        ),
        link="https://help.mail.ru/mail/security/protection/external",
        domains=("mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru"),
        mx=("mail.ru",),
    ),
    # Endpoints: N. Authorisation code: louislam/uptime-kuma#3434; the page: P, 2021-06. From:
    # nodeSolidServer/node-solid-server#1281. MX: jace/mxsniff; that of Exmail: mxbiz1.qq.com.
    Provider(
        id="qq",
        label="QQ Mail",
        host="smtp.qq.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Your full address, like 123456@qq.com",
        requirements=(
            "QQ takes an authorisation code of 16 letters here, not the account's password.",
            "Switch on the SMTP service in QQ Mail's settings: the code is shown there.",
            "“From address” is the account's own address.",
            "For Tencent Exmail, “Server address” is smtp.exmail.qq.com.",
        ),
        link="https://service.mail.qq.com/cgi-bin/help?subtype=1&id=28&no=331",
        domains=("qq.com", "foxmail.com"),
        mx=("qq.com", "mxbiz1.qq.com", "mxbiz2.qq.com"),
        elsewhere={"mxbiz1.qq.com": "smtp.exmail.qq.com", "mxbiz2.qq.com": "smtp.exmail.qq.com"},
    ),
    # Endpoints: N. Authorisation code: P, 2024-11; Vincedream/NodeMail#11. From:
    # xuxueli/xxl-job#3858. Mail for companies: bbs.songma.com/225975.html.
    Provider(
        id="netease",
        label="NetEase (163, 126)",
        host="smtp.163.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Your full address, like name@163.com",
        requirements=(
            "NetEase takes an authorisation code here, not the account's password.",
            "Switch on “POP3/SMTP/IMAP” in the settings of the mailbox: the code is made there.",
            "“From address” is the account's own address.",
            "For a 126.com address, “Server address” is smtp.126.com.",
        ),
        link="https://mail.163.com/",
        domains=("163.com", "126.com"),
        mx=(
            *("qiye163mx01.mxmail.netease.com", "qiye163mx02.mxmail.netease.com"),
            *("hzmx01.mxmail.netease.com", "hzmx02.mxmail.netease.com"),
        ),
        elsewhere={
            "126.com": "smtp.126.com",
            "qiye163mx01.mxmail.netease.com": "smtp.qiye.163.com",
            "qiye163mx02.mxmail.netease.com": "smtp.qiye.163.com",
            "hzmx01.mxmail.netease.com": "smtphz.qiye.163.com",
            "hzmx02.mxmail.netease.com": "smtphz.qiye.163.com",
        },
    ),
    # Endpoint: I (facts/smtp.md 11). MX: zones of customers, last of 2026-10-01.
    Provider(
        id="strato",
        label="Strato",
        host="smtp.strato.de",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint=FULL_ADDRESS,
        requirements=(_MAILBOX_PASSWORD, _OWN_ADDRESS),
        link="https://www.strato.de/faq/mail/e-mail-adressen-einrichten-und-bearbeiten/",
        mx=("rzone.de",),
        hosts=r"smtp\.strato\.com",
    ),
    # Endpoint, MX: I. User name: docs.hetzner.com, konsoleh, mailboxes.
    Provider(
        id="hetzner",
        label="Hetzner",
        host="mail.your-server.de",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint=FULL_ADDRESS,
        requirements=(
            _MAILBOX_PASSWORD,
            "“Server address” is mail.your-server.de for everybody, whatever your domain.",
            _OWN_ADDRESS,
        ),
        link="https://docs.hetzner.com/konsoleh/account-management/email/mailboxes",
        mx=("your-server.de",),
    ),
)
"""In no order."""

"""What providers take in place of an account's own password, and their doubts. Data only.

Sources: recognition/signing_in.py; the providers' pages that bot/smtp/providers.py links to.
"""

from bot.smtp.explanations.explanation import Explanation

APP_PASSWORDS = (
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
        page=True,
    ),
    Explanation(
        # PHPMailer/PHPMailer#2034: "too many bad auth attempts" is what an account password gets.
        cause="app-password-required",
        providers=("yahoo", "aol"),
        meaning="Yahoo and AOL take an app password here, not the account's own password, whatever"
        " their reply says.",
        advice=(
            "Open the account's security page, and generate an app password for this bot.",
            "Give it with “Change password”.",
            "Check that “Username” is the full address.",
        ),
        page=True,
    ),
    Explanation(
        cause="app-password-required",
        providers=("icloud",),
        meaning="Apple takes an app-specific password here, not the one of the Apple Account.",
        advice=(
            "Sign in to your Apple Account on the web and create an app-specific password.",
            "Give it with “Change password”.",
            "Check that “Username” is your iCloud address.",
        ),
        link="https://support.apple.com/en-us/102654",
    ),
    Explanation(
        cause="app-password-required",
        providers=("fastmail",),
        meaning="Fastmail takes an app password here, not the account's own password.",
        advice=(
            "In Fastmail's settings, create an app password that may send mail (SMTP).",
            "Give it with “Change password”.",
        ),
        link="https://www.fastmail.help/hc/en-us/articles/360058752854",
    ),
    Explanation(
        # louislam/uptime-kuma#3434, Vincedream/NodeMail#11
        cause="app-password-required",
        providers=("qq", "netease"),
        meaning="The provider takes an authorisation code here, not the account's own password.",
        advice=(
            "In the mailbox's settings on the web, switch the SMTP service on.",
            "Generate an authorisation code there, and give it with “Change password”.",
        ),
        page=True,
    ),
    Explanation(
        # Yandex, Mail.ru (lmanukyan/print-designer#5), Zoho with two-factor sign-in, GMX the same.
        cause="app-password-required",
        meaning="This provider takes a password made for one program (app password,"
        " authorisation code) here, not the account's own password.",
        advice=(
            "Sign in at your provider in a browser and create an app password for this bot.",
            "Give it with “Change password”.",
        ),
        page=True,
    ),
    Explanation(
        # Gmail 534 5.7.14, and 534 5.7.9 with p=WebLoginRequired: a new or data centre address.
        cause="login-blocked-suspicious",
        providers=("gmail",),
        meaning="Google finds this sign-in suspicious, often because it comes from a new place,"
        " and wants to see you in a browser first.",
        advice=(
            "Sign in to the account in a browser and confirm that it was you.",
            "Then create an App Password and give it with “Change password”.",
        ),
        page=True,
    ),
    Explanation(
        cause="login-blocked-suspicious",
        meaning="The provider finds this sign-in suspicious, often because it comes from a new"
        " place, and wants to see you in a browser first. The password may be right.",
        advice=(
            "Sign in to the account in a browser and confirm that it was you.",
            "Then test again; if it stays, create an app password for this bot.",
        ),
        page=True,
    ),
    Explanation(
        cause="weak-password",
        meaning="The mail server finds the account's password too simple, and lets nobody sign in"
        " with it.",
        advice=(
            "Set a longer password at your provider.",
            "Then give it with “Change password”.",
        ),
    ),
    Explanation(
        cause="password-expired",
        meaning="The account's password has expired, or must be changed at the provider first.",
        advice=(
            "Sign in at your provider in a browser and set a new password.",
            "Then give it with “Change password”.",
        ),
    ),
)

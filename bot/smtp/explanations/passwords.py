"""What a refused username or password means at mailbox providers, and at any. Data only.

Sources: facts/smtp.md 3 (public transcripts, named as repository#number); the providers' pages that
bot/smtp/providers.py links to. The reply tells none of this: only who says it does.
"""

from bot.smtp.explanations.explanation import Explanation

PASSWORDS = (
    Explanation(
        # jstedfast/MailKit#700: the reply does not say which; in this order.
        cause="auth-refused-generic",
        providers=("microsoft365", "outlook"),
        meaning="Microsoft refused the sign-in without saying why.",
        advice=(
            "Ask your Microsoft 365 admin whether “Authenticated SMTP” is on for the mailbox.",
            "Check that the account needs no second factor and no security defaults apply.",
            "Check “Username”, the full address, and give the password with “Change password”.",
            "Look in the account's sign-in log for a sign-in blocked by its place.",
        ),
        page=True,
    ),
    Explanation(
        # sendgrid/docs#2191: 451 with an IP access list.
        cause="auth-refused-generic",
        providers=("sendgrid",),
        meaning="SendGrid refused the sign-in without saying why. It does so for a wrong key, and"
        " to addresses that its IP access list does not name.",
        advice=(
            "Check that “Username” is the word apikey, and nothing else.",
            "Create a new API key with the right to send mail, and give it as the password.",
            "If “IP Access Management” is on at SendGrid, add this bot's IP address.",
        ),
        page=True,
    ),
    Explanation(
        cause="auth-refused-generic",
        meaning="The mail server refused the sign-in without saying why.",
        advice=(
            "Check “Username”, and give the password again with “Change password”.",
            "See whether your provider lets only certain IP addresses sign in.",
            "If the server knows this bot by its IP address, choose “Connect anonymously”.",
            "Look for a note about your account at your provider, such as a lock.",
        ),
        page=True,
    ),
    Explanation(
        # dawidd6/action-send-mail#205; "less secure apps" ended in 2022 and 2024-25.
        cause="bad-credentials",
        providers=("gmail",),
        meaning="Google refused this username and password. The account's own password never"
        " works here: it must be an App Password.",
        advice=(
            "Check that “Username” is the full address of the Google account.",
            "Turn on 2-Step Verification and create a new App Password.",
            "Give its 16 letters with “Change password”.",
            "In Google Workspace, ask an admin whether App Passwords are allowed.",
        ),
        page=True,
    ),
    Explanation(
        # The text of 535 5.7.139 where no more specific one fits.
        cause="bad-credentials",
        providers=("microsoft365",),
        meaning="Microsoft 365 refused this username and password.",
        advice=(
            "Check that “Username” is the full address of the mailbox.",
            "Give the password again with “Change password”.",
            "Ask your Microsoft 365 admin whether “Authenticated SMTP” is on for the mailbox.",
        ),
        page=True,
    ),
    Explanation(
        # nodemailer/nodemailer#1714, pppscn/SmsForwarder#527
        cause="bad-credentials",
        providers=("outlook",),
        meaning="Microsoft refused this username and password. It takes no password any more from"
        " Outlook.com, Hotmail and Live accounts, and no app password either.",
        advice=(
            "Use another mail service for this bot.",
            "If it is an organisation's mailbox, choose Microsoft 365 as “Mail provider”.",
        ),
        page=True,
    ),
    Explanation(
        # nodemailer/nodemailer#456, frappe/erpnext#19057
        cause="bad-credentials",
        providers=("zoho",),
        meaning="Zoho refused this username and password. With two-factor sign-in it wants an app"
        " password, and an account lives in one data centre only.",
        advice=(
            "Check that “Username” is the full address, and create an app password for this bot.",
            "Give it with “Change password”.",
            "Check “Server address”: smtp.zoho.com, smtp.zoho.eu and smtp.zoho.in are not one.",
        ),
        page=True,
    ),
    Explanation(
        cause="bad-credentials",
        providers=("yahoo", "aol", "icloud", "fastmail", "yandex", "mailru"),
        meaning="The provider refused this username and password. The account's own password never"
        " works here: it must be an app password.",
        advice=(
            "Check that “Username” is the full address.",
            "Create a new app password for this bot at your provider.",
            "Give it with “Change password”.",
        ),
        page=True,
    ),
    Explanation(
        cause="bad-credentials",
        providers=("qq", "netease"),
        meaning="The provider refused this username and password. It wants an authorisation code,"
        " and the SMTP service must be on.",
        advice=(
            "In the mailbox's settings on the web, switch the SMTP service on.",
            "Generate a new authorisation code there, and give it with “Change password”.",
            "Check that “Username” is the full address.",
        ),
        page=True,
    ),
    Explanation(
        # proton.me/support/smtp-submission; avihaymenahem/velo#148
        cause="bad-credentials",
        providers=("proton",),
        meaning="Proton refused this username and password. It wants an SMTP token, which belongs"
        " to one address of a paid plan.",
        advice=(
            "Create an SMTP token in Proton's settings for the address you send from.",
            "Type that address into “Username”, and give the token with “Change password”.",
            "What Proton Mail Bridge shows does not work here: it is for your own computer.",
        ),
        page=True,
    ),
    Explanation(
        cause="bad-credentials",
        providers=("ovh", "gandi", "gmx", "ionos", "strato", "hetzner"),
        meaning="The provider refused this username and password. They are those of the mailbox,"
        " not those of your customer account.",
        advice=(
            "Check that “Username” is the mailbox's full address.",
            "Give the mailbox's password again with “Change password”.",
            "With two-factor sign-in, create an app password at your provider and use that.",
        ),
        page=True,
    ),
    Explanation(
        # RFC 4954 6. The code comes for many reasons: the fourth piece of advice is for them.
        cause="bad-credentials",
        meaning="The mail server refused this username and password.",
        advice=(
            "Check “Username”: most servers want the full mail address.",
            "Give the password again with “Change password”.",
            "With two-factor sign-in, create an app password at your provider and use that.",
            "At a mail service for programs, use its SMTP credentials, not your own account.",
        ),
    ),
)

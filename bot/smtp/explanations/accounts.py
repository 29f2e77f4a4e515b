"""What an account may not do: it is locked, not activated, or has sent enough. Data only.

Replies and sources: recognition/signing_in.py, limits.py and refusals.py.
"""

from bot.smtp.explanations.explanation import Explanation

ACCOUNTS = (
    Explanation(
        # Microsoft 550 5.1.8, OutboundSpamException.
        cause="account-blocked-spam",
        providers=("microsoft365", "outlook"),
        meaning="Microsoft has locked the mailbox for sending, because mail from it looked like"
        " spam.",
        advice=(
            "Find out what sent that mail, and change the password if you do not know it.",
            "Ask your Microsoft 365 admin to take the mailbox off the list of restricted users.",
            "Wait an hour, then test again.",
        ),
    ),
    Explanation(
        # 550 5.4.6 and 554 5.1.8, to which Zoho's own reply adds this page.
        cause="account-blocked-spam",
        providers=("zoho",),
        meaning="Zoho has locked the account for sending, because of unusual mail from it.",
        advice=(
            "Unlock the account on Zoho's page for that.",
            "Find out what sent the mail, and change the password if you do not know it.",
        ),
        link="https://mail.zoho.com/UnblockMe",
    ),
    Explanation(
        # Yandex 535 5.7.8 (higty/higlabo#17)
        cause="account-blocked-spam",
        meaning="The provider has locked the account for sending, because it takes its mail for"
        " spam. The password may be right.",
        advice=(
            "Sign in at your provider in a browser and unlock the account.",
            "Find out what sent the mail, and change the password if you do not know it.",
        ),
    ),
    Explanation(
        # Brevo 450 and 502: not temporary, whatever the code says.
        cause="account-not-activated",
        meaning="The provider has not yet activated the account for sending.",
        advice=("Ask your provider's support to activate sending (SMTP) for the account.",),
    ),
    Explanation(
        cause="account-disabled",
        meaning="The provider has switched the account off, or locked it. The password may be"
        " right.",
        advice=(
            "Sign in at your provider in a browser and look for a note about it.",
            "If there is none, ask your provider's support.",
        ),
    ),
    Explanation(
        # "not authorized to perform", with the right that SES asks IAM for.
        cause="account-permission",
        providers=("ses",),
        meaning="The sign-in worked, but Amazon's rules (IAM) do not let this user send as"
        " {sender}.",
        advice=(
            "Let the IAM user behind the SMTP credentials do ses:SendRawEmail.",
            "See whether its policy allows only certain senders or regions.",
        ),
        page=True,
    ),
    Explanation(
        cause="account-permission",
        meaning="The sign-in worked, but the key or user has not the right to send.",
        advice=(
            "Give the key the right to send at your provider, or create one that has it.",
            "Give a new key with “Change password”.",
        ),
        page=True,
    ),
    Explanation(
        # PHPMailer/PHPMailer#2113: 500 recipients a day, 2000 in Workspace; 5xx, and yet it heals.
        cause="quota-sender",
        providers=("gmail",),
        meaning="The account has sent as much as Google allows in 24 hours: to 500 recipients, or"
        " 2000 in Google Workspace.",
        advice=(
            "Wait a day, then test again.",
            "For much mail, use a mail service for programs.",
        ),
        link="https://support.google.com/a/answer/166852",
        temporary=True,
    ),
    Explanation(
        # mautic/mautic#8721: 451 at the sign-in, "Maximum credits exceeded".
        cause="quota-sender",
        providers=("sendgrid",),
        meaning="The SendGrid account has used up what its plan may send.",
        advice=(
            "Wait until the plan's next day or month, or take a larger plan.",
            "See at SendGrid whether a trial has ended.",
        ),
        temporary=True,
    ),
    Explanation(
        cause="quota-sender",
        providers=("ses",),
        meaning="The account has sent as much as Amazon SES allows it in 24 hours.",
        advice=(
            "Wait a day, then test again.",
            "Ask AWS for a higher quota; in the sandbox it is 200 messages a day.",
        ),
        link="https://docs.aws.amazon.com/ses/latest/dg/quotas.html",
        temporary=True,
    ),
    Explanation(
        cause="quota-sender",
        meaning="The account has sent as much as its provider allows for now.",
        advice=(
            "Wait a day, then test again.",
            "For much mail, use a mail service for programs or a larger plan.",
        ),
        temporary=True,
    ),
)

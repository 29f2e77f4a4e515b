"""What a refused username or password means at mail services for programs. Data.

Sources: facts/smtp.md 3 (public transcripts, named as repository#number); the providers' pages that
bot/smtp/providers.py links to. The reply tells none of this: only who says it does.
"""

from bot.smtp.explanations.explanation import Explanation

SERVICE_PASSWORDS = (
    Explanation(
        # knadh/listmonk#2160
        cause="bad-credentials",
        providers=("ses",),
        meaning="Amazon SES refused this username and password. Often they are an IAM access key,"
        " or SMTP credentials of another region.",
        advice=(
            "Create SMTP credentials in the SES console: an access key does not work here.",
            "Check that the region in “Server address” is the one of the credentials.",
            "Type the new user name into “Username” and give the password anew.",
        ),
        page=True,
    ),
    Explanation(
        cause="bad-credentials",
        providers=("sendgrid",),
        username_not="apikey",
        meaning="SendGrid takes one user name from everybody, the word apikey, and “Username” is"
        " another.",
        advice=(
            "Set “Username” to the word apikey.",
            "The password is an API key of SendGrid: give it with “Change password”.",
        ),
        fix={"username": "apikey"},
        page=True,
    ),
    Explanation(
        # sendgrid/docs#3947
        cause="bad-credentials",
        providers=("sendgrid",),
        meaning="SendGrid refused the API key that it was given as the password: it is wrong, or"
        " it was revoked.",
        advice=(
            "Create a new API key at SendGrid with the right “Mail Send”.",
            "Give the whole key, which begins with SG and a dot, with “Change password”.",
        ),
        page=True,
    ),
    Explanation(
        # mailgun/documentation#132
        cause="bad-credentials",
        providers=("mailgun",),
        meaning="Mailgun refused this username and password. It wants the SMTP credentials of the"
        " sending domain, not your account's sign-in, and those of its own region.",
        advice=(
            "Check that “Username” looks like postmaster@ and your sending domain.",
            "Reset the SMTP password of that domain at Mailgun, and give it here.",
            "For a domain in the EU, set “Server address” to smtp.eu.mailgun.org.",
        ),
        page=True,
    ),
    Explanation(
        # mautic/mautic#1700
        cause="bad-credentials",
        providers=("postmark",),
        meaning="Postmark refused this username and password. It wants the Server API Token as"
        " both.",
        advice=(
            "Copy the Server API Token of your server at Postmark.",
            "Type it into “Username”, and give the same token with “Change password”.",
            "If the token is right, see whether SMTP is switched on for that server.",
        ),
        page=True,
    ),
    Explanation(
        cause="bad-credentials",
        providers=("brevo",),
        meaning="Brevo refused this username and password. It wants its SMTP login and an SMTP key,"
        " not your account's password and not an API key.",
        advice=(
            "Open Brevo's page on SMTP keys, and copy the login into “Username”.",
            "Generate an SMTP key there, and give it with “Change password”.",
        ),
        link="https://app.brevo.com/settings/keys/smtp",
    ),
    Explanation(
        # docs.mailtrap.io, SMTP integration
        cause="bad-credentials",
        providers=("mailtrap",),
        meaning="Mailtrap refused this username and password. Its sandbox and its real sending have"
        " different servers and credentials.",
        advice=(
            "Copy “Server address”, “Username” and password together from Mailtrap's SMTP page.",
            "For real sending the user name is the word api, and the password an API token.",
        ),
        page=True,
    ),
    Explanation(
        cause="bad-credentials",
        providers=("resend",),
        username_not="resend",
        meaning="Resend takes one user name from everybody, the word resend, and “Username” is"
        " another.",
        advice=(
            "Set “Username” to the word resend.",
            "The password is an API key of Resend: give it with “Change password”.",
        ),
        fix={"username": "resend"},
        page=True,
    ),
    Explanation(
        cause="bad-credentials",
        providers=("resend",),
        meaning="Resend refused the API key that it was given as the password.",
        advice=(
            "Create a new API key at Resend that may send.",
            "Give it with “Change password”.",
        ),
        page=True,
    ),
    Explanation(
        cause="bad-credentials",
        providers=("sparkpost",),
        username_not="SMTP_Injection",
        meaning="SparkPost takes one user name from everybody, SMTP_Injection, and “Username” is"
        " another.",
        advice=(
            "Set “Username” to SMTP_Injection.",
            "The password is an API key of SparkPost: give it with “Change password”.",
        ),
        fix={"username": "SMTP_Injection"},
        page=True,
    ),
    Explanation(
        # SparkPost/support-docs, error-messages-smtp
        cause="bad-credentials",
        providers=("sparkpost",),
        meaning="SparkPost refused the API key that it was given as the password, or the key has"
        " not the right to send.",
        advice=(
            "Create an API key at SparkPost with the right “Send via SMTP”.",
            "Give it with “Change password”.",
            "For an account in the EU, set “Server address” to smtp.eu.sparkpostmail.com.",
        ),
        page=True,
    ),
    Explanation(
        cause="bad-credentials",
        providers=("smtp2go",),
        meaning="SMTP2GO refused this username and password. It wants those of an SMTP user, not"
        " your account's sign-in.",
        advice=(
            "Create or open an SMTP user at SMTP2GO, and copy its name into “Username”.",
            "Give that SMTP user's password with “Change password”.",
        ),
        page=True,
    ),
)

"""What is wrong with the username and password, or with signing in at all. Data only.

Replies: see signing_in.py, whose entries are more specific and come first.
"""

from bot.smtp.explanations.explanation import Explanation, Said
from bot.smtp.providers import PROVIDERS
from bot.smtp.transcript import Stage

_HERE = (Stage.AUTHENTICATION,)
_NOT_SIGNED_IN = (
    # Gmail (dawidd6/action-send-mail#186), Exchange, Brevo 502 (frappe/frappe#38806), cPanel,
    # SocketLabs 501 (n8n-io/n8n#13269), Postfix 553, OpenSMTPD 530 5.5.1.
    Said(words=r"authentication (is )?required|p=wantautherror|not (been )?authenticated"),
    Said(words=r"not logged in|authenticate first|issue an auth|turn on smtp auth"),
    Said(enhanced=("5.7.57",)),
    Said(codes=(530,)),
)

CREDENTIALS = (
    Explanation(
        # gophish/gophish#1836 (Gmail 454), nodemailer/nodemailer#1350 (535)
        cause="auth-rate-limited",
        meaning="There were too many sign-ins to this account in a short time, so the mail server"
        " refuses more for now. The password may be right.",
        advice=(
            "Wait an hour, then test once.",
            "Look for another program that keeps signing in with an old password.",
        ),
        said=(
            Said(words=r"too many (login|auth|failed|bad|times|invalid)", stages=_HERE),
            Said(words=r"too many times", stages=_HERE),
        ),
        temporary=True,
    ),
    Explanation(
        # jstedfast/MailKit#700: the reply does not say which; in this order.
        cause="auth-refused-generic",
        providers=("microsoft365",),
        meaning="Microsoft refused the sign-in without saying why.",
        advice=(
            "Ask your Microsoft 365 admin whether “Authenticated SMTP” is on for the mailbox.",
            "Check that the account needs no second factor and no security defaults apply.",
            "Check “Username”, the full address, and give the password with “Change password”.",
            "Look in the account's sign-in log for a sign-in blocked by its place.",
        ),
        said=(Said(enhanced=("5.7.3",), stages=_HERE),),
        link=PROVIDERS["microsoft365"].link,
    ),
    Explanation(
        # dawidd6/action-send-mail#205
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
        said=(Said(codes=(535,)), Said(words=r"p=badcredentials")),
        link=PROVIDERS["gmail"].link,
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
        said=(Said(codes=(535,)),),
        link=PROVIDERS["microsoft365"].link,
    ),
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
        said=(Said(codes=(535,)),),
        link=PROVIDERS["ses"].link,
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
        said=(Said(codes=(535,)),),
    ),
    Explanation(
        # Postfix with Dovecot gone (measured): 454 4.7.0. It can hide a 535 that came before.
        cause="auth-server-problem",
        meaning="The mail server can't check passwords just now. Yours may be right.",
        advice=(
            "Try again in a few minutes.",
            "If it stays, ask whoever runs the mail server.",
        ),
        said=(Said(codes=(454,), stages=_HERE),),
        temporary=True,
    ),
    Explanation(
        # SendGrid 451: an IP access list. sendgrid/docs#2191
        cause="auth-refused-generic",
        meaning="The mail server refused the sign-in without saying why.",
        advice=(
            "Check “Username”, and give the password again with “Change password”.",
            "See whether your provider lets only certain IP addresses sign in.",
            "Look for a note about your account at your provider, such as a lock.",
        ),
        said=(Said(words=r"authentication failed|could not authenticate", stages=_HERE),),
    ),
    Explanation(
        cause="auth-not-attempted",
        anonymous=True,
        meaning="The mail server wants us to sign in, and “Connect anonymously” is chosen.",
        advice=(
            "Switch “Connect anonymously” off.",
            "Type your “Username” and give the password with “Set password”.",
        ),
        said=_NOT_SIGNED_IN,
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
        said=_NOT_SIGNED_IN,
    ),
)

"""Why a test ended before any connection was made, or before the message. Data only.

Sources: design.md 3 and 5; facts/security.md 3 to 5.
"""

from bot.smtp.explanations.explanation import TO_587, Explanation

BEFOREHAND = (
    Explanation(
        cause="not-configured",
        meaning="Nobody has set up a mail server for this workspace yet.",
        advice=("Ask an admin of this workspace to type /mailsettings and fill in the form.",),
    ),
    Explanation(
        cause="default-withdrawn",
        meaning="“Configuration” is “Default”, and this bot's operator no longer provides a mail"
        " service.",
        advice=(
            "Set “Configuration” to “Custom” and fill in your own mail server.",
            "Or ask this bot's operator whether the service comes back.",
        ),
    ),
    Explanation(
        cause="password-missing",
        meaning="There is no password for this mail server: none was given, or it was given for"
        " another “Server address”, “Server port”, “Mail protocol”, “Username” or “SSL key”.",
        advice=(
            "Give the password in the form of /mailsettings, and save.",
            "If the server needs none, choose “Connect anonymously”.",
        ),
    ),
    Explanation(
        cause="ssl-key-missing",
        meaning="The settings name an SSL key that can't be used: it was deleted, it can't be"
        " opened, or it is trusted for another server alone. No connection was made.",
        advice=(
            "Open /mailsettings, choose another “SSL key”, or none, and save.",
            "If you still need this one, upload it again there first.",
        ),
    ),
    Explanation(
        cause="unsafe-message",
        meaning="“Sender name” or an address in the settings has characters that can change a"
        " message, so none was sent.",
        advice=(
            "Type “Sender name”, “From address” and “Reply-to address” anew by hand, and save.",
        ),
    ),
    Explanation(
        # proton.me/support/smtp-submission; avihaymenahem/velo#148
        cause="policy-refused",
        providers=("proton",),
        meaning="Proton Mail Bridge answers only on your own computer, which this bot can't reach."
        " No connection was made.",
        advice=(
            "Create an SMTP token in Proton's settings, which some paid plans have.",
            "Set “Server address” to smtp.protonmail.ch and “Server port” to 587.",
            "Set “Mail protocol” to “SMTP with STARTTLS”, and give the token as the password.",
        ),
        page=True,
    ),
    Explanation(
        cause="policy-refused",
        meaning="The rules of this bot forbid a connection to {host}: it isn't a server on the"
        " public internet. No connection was made.",
        advice=(
            "Check “Server address” for a typing error.",
            "If it is your own server, ask this bot's operator to allow it by its name.",
            "The operator does that with MAILSETTINGS_ALLOWED_HOSTS.",
        ),
    ),
    Explanation(
        cause="port-refused",
        meaning="The rules of this bot forbid port {port}. No connection was made.",
        advice=(
            "Set “Server port” to 587 and “Mail protocol” to “SMTP with STARTTLS”.",
            "If your mail server has no other port, ask this bot's operator to allow it.",
            "The operator does that with MAILSETTINGS_ALLOWED_PORTS.",
        ),
    ),
    Explanation(
        cause="plaintext-password-refused",
        meaning="“Mail protocol” is “{mode}”, and this bot never sends a password without"
        " encryption. It was not sent.",
        advice=(
            "Set “Mail protocol” to “SMTP with STARTTLS” and “Server port” to 587.",
            "If the mail server needs no password, choose “Connect anonymously”.",
        ),
        fix=TO_587,
    ),
    Explanation(
        cause="storage-unavailable",
        meaning="This bot could not write down that it was about to send the message, so it did"
        " not send it. The mail server is not to blame.",
        advice=(
            "Test again in a minute.",
            "If it stays, ask this bot's operator to look at its database.",
        ),
        temporary=True,
    ),
)

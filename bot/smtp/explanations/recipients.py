"""Why the mail server does not take the recipient, or not from us. Data only.

Replies and sources: recognition/recipients.py.
"""

from bot.smtp.explanations.explanation import Explanation

_SO_FAR = " Your settings work so far."
_OTHER = "Test with another address, such as your own."

RECIPIENTS = (
    Explanation(
        # Microsoft: the inbound connector knows another address or certificate.
        cause="connector-mismatch",
        meaning="Microsoft 365 does not recognise this bot as your organisation's: no connector"
        " fits its IP address or certificate.",
        advice=(
            "Ask your Microsoft 365 admin to add this bot's IP address to the connector.",
            "Or sign in: switch “Connect anonymously” off and use smtp.office365.com.",
        ),
    ),
    Explanation(
        cause="relay-denied",
        anonymous=True,
        meaning="The mail server does not pass on mail to that address for strangers, and"
        " “Connect anonymously” is chosen.",
        advice=(
            "Switch “Connect anonymously” off, and type “Username” and the password.",
            "Or ask whoever runs the mail server to allow this bot's IP address.",
        ),
        fix={"anonymous": False},
    ),
    Explanation(
        # mailgun: n8n-io/n8n#13269
        cause="relay-denied",
        meaning="The mail server does not pass on mail to that address for this account, or it"
        " knows no such mailbox.",
        advice=(
            "Check the spelling of the recipient's address.",
            "Check that “Server address” is the outgoing mail server for users.",
            "Set “From address” to an address of that server's domain.",
            "Ask whoever runs the mail server whether the account may send to other domains.",
        ),
    ),
    Explanation(
        # Mailgun's sandbox domain (mailgun/documentation#132), Resend, MailerSend.
        cause="recipient-not-verified",
        meaning="The account may only send to certain addresses so far, as with a trial or a"
        " sandbox domain, and this recipient is not one of them.",
        advice=(
            "Test with the address of the account's owner.",
            "Or let the recipient be authorised at your mail service.",
            "Verify a domain of your own there, or ask to leave the trial.",
        ),
        page=True,
    ),
    Explanation(
        cause="recipient-unknown",
        meaning="There is no mailbox of that address, says the mail server." + _SO_FAR,
        advice=("Check the spelling of the recipient's address.", _OTHER),
    ),
    Explanation(
        cause="recipient-disabled",
        meaning="The recipient's mailbox is switched off, or has moved." + _SO_FAR,
        advice=(_OTHER, "Ask the recipient for an address that is in use."),
    ),
    Explanation(
        cause="recipient-restricted",
        meaning="The recipient takes mail only from certain senders, as many groups and lists do."
        + _SO_FAR,
        advice=(_OTHER, "Or ask whoever manages that address to allow {sender}."),
    ),
    Explanation(
        cause="recipient-syntax",
        meaning="The mail server does not understand the recipient's address.",
        advice=("Check the spelling of the recipient's address.", _OTHER),
    ),
    Explanation(
        cause="recipient-domain-unknown",
        meaning="The domain of the recipient's address does not exist, or no way to it is known."
        + _SO_FAR,
        advice=("Check the spelling of the recipient's address.", _OTHER),
    ),
    Explanation(
        # RFC 7505
        cause="recipient-domain-no-mail",
        meaning="The domain of the recipient's address takes no mail at all." + _SO_FAR,
        advice=("Check the spelling of the recipient's address.", _OTHER),
    ),
    Explanation(
        cause="no-valid-recipients",
        meaning="The mail server has taken no recipient, so it takes no message.",
        advice=("Check the spelling of the recipient's address.", _OTHER),
    ),
    Explanation(
        cause="mailbox-full",
        meaning="The recipient's mailbox is full." + _SO_FAR,
        advice=("Test with another address, or empty that mailbox.",),
    ),
    Explanation(
        cause="recipient-rate-limited",
        meaning="The recipient gets too many messages at the moment." + _SO_FAR,
        advice=("Wait an hour, then test again, or test with another address.",),
        temporary=True,
    ),
)

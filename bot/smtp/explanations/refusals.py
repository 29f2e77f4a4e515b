"""Why the mail server turns us, the message or everything away, for now or for good. Data only.

Replies and sources: recognition/limits.py, refusals.py and server.py.
"""

from bot.smtp.explanations.explanation import Explanation

REFUSALS = (
    Explanation(
        cause="greylisted",
        meaning="The mail server turns unknown senders away the first time, to keep spam out"
        " (greylisting). That is normal; it takes the message when it comes again.",
        advice=("Wait 15 minutes, then test again.",),
        temporary=True,
    ),
    Explanation(
        cause="deferred",
        meaning="The mail server puts the message off and does not say why. Mostly it wants to see"
        " whether an unknown sender comes again, or finds that too much comes at once.",
        advice=(
            "Wait 15 minutes, then test again.",
            "If it stays, ask whoever runs the mail server.",
        ),
        temporary=True,
    ),
    Explanation(
        # Mailtrap's sandbox, which is for trying, takes one message a second or so.
        cause="rate-limited",
        providers=("mailtrap",),
        meaning="Mailtrap takes no more messages from us for now: there were too many at once.",
        advice=("Wait a minute, then test once.", "See the limits of your plan at Mailtrap."),
        temporary=True,
    ),
    Explanation(
        cause="rate-limited",
        meaning="The mail server takes no more messages from us for now: there were too many in"
        " a short time.",
        advice=("Wait an hour, then test once.", "See your provider's page on sending limits."),
        temporary=True,
    ),
    Explanation(
        # Postfix 552 5.3.4 to SIZE, Haraka 550, OpenSMTPD 554 5.3.4; RFC 1870.
        cause="too-big",
        meaning="The mail server takes only smaller messages, and a test message is tiny.",
        advice=("Ask whoever runs the mail server which size it allows, and to raise it.",),
    ),
    Explanation(
        # Brevo 525
        cause="ip-not-allowed",
        providers=("brevo",),
        meaning="Brevo lets only certain IP addresses send, and this bot's is not one of them.",
        advice=("Add this bot's IP address to the authorised IPs in Brevo's security settings.",),
        link="https://app.brevo.com/security/authorised_ips",
    ),
    Explanation(
        # SMTP2GO 550 (gophish/gophish#1701), Google 421
        cause="ip-not-allowed",
        meaning="The mail server lets only certain IP addresses send, and this bot's is not one"
        " of them.",
        advice=("Add this bot's IP address to the allowed ones at your mail service.",),
    ),
    Explanation(
        # Microsoft 5.7.708, Comcast 554, Proofpoint 550
        cause="ip-blocked",
        meaning="The mail server refuses the IP address that this bot sends from, often because"
        " of spam that came from there.",
        advice=(
            "Send through your own provider's outgoing server, with username and password.",
            "Ask this bot's operator to have the address taken off the block list.",
        ),
    ),
    Explanation(
        cause="reverse-dns-missing",
        meaning="The IP address that the mail comes from has no proper name in the DNS (PTR), and"
        " the mail server takes no mail from such addresses.",
        advice=(
            "Send through your own provider's outgoing server, with username and password.",
            "If you do, ask whoever runs that server to set the reverse DNS of its address.",
        ),
    ),
    Explanation(
        cause="reputation-low",
        meaning="The recipient's server mistrusts {sender} or its domain, because it knows too"
        " little good of it.",
        advice=(
            "Set up SPF, DKIM and DMARC for the domain of “From address”.",
            "Send little at first, and only to people who expect it.",
            "Test with another recipient: your settings may be right.",
        ),
    ),
    Explanation(
        cause="content-spam",
        meaning="The recipient's server takes the message for spam, or dislikes something in it."
        " Your settings work so far.",
        advice=(
            "Test with another recipient.",
            "Set up SPF, DKIM and DMARC for the domain of “From address”.",
            "Take a simple “Sender name”, without advertising or web addresses.",
        ),
    ),
    Explanation(
        cause="policy-rejected",
        meaning="A rule of the recipient's server turns the message away, and the server does not"
        " say which. Your settings work so far.",
        advice=(
            "Test with another recipient.",
            "Set up SPF, DKIM and DMARC for the domain of “From address”.",
            "Show the server's words to whoever runs the recipient's mail.",
        ),
    ),
    Explanation(
        # RFC 7504
        cause="server-takes-no-mail",
        meaning="What answers at {host} says that it takes no mail at all.",
        advice=(
            "Check “Server address”: it must be the outgoing mail server.",
            "Check “Server port”, usually 587 or 465.",
        ),
    ),
    Explanation(
        cause="message-loop",
        meaning="The message went round in circles between mail servers. Your settings work so"
        " far.",
        advice=(
            "Test with another recipient.",
            "Ask whoever runs the recipient's mail to look at its forwarding.",
        ),
    ),
    Explanation(
        cause="server-trouble",
        meaning="The mail server has trouble of its own: it is overloaded, lacks something, or is"
        " set up wrongly. Your settings may be right.",
        advice=(
            "Try again in 15 minutes.",
            "If it stays, show this to whoever runs the mail server.",
        ),
        temporary=True,
    ),
)

"""Why the mail server did not take a command, or our name. Data only.

Replies and sources: recognition/encryption.py and server.py.
"""

from bot.smtp.explanations.explanation import Explanation

TALK = (
    Explanation(
        # Postfix at RCPT TO (measured); smtp-relay.gmail.com 421 (calcom/cal.diy#5254).
        cause="ehlo-name-rejected",
        meaning="The mail server does not accept the name by which this bot greets it.",
        advice=(
            "Type a full host name of your own domain into “HELO name”, like mail.example.com.",
            "Take one that exists in the DNS.",
        ),
    ),
    Explanation(
        cause="protocol-order",
        meaning="The mail server expected another command at the stage {stage}. Mostly something"
        " between us and it, such as a proxy, mixes the conversation up.",
        advice=(
            "Test again.",
            "Check “Server port”: another port of the same server may work.",
            "If it stays, show the details to whoever runs the mail server.",
        ),
    ),
    Explanation(
        cause="syntax-refused",
        meaning="The mail server does not understand an address or a part of a command at the"
        " stage {stage}.",
        advice=(
            "Check the spelling of “From address” and of the recipient's address.",
            "If they are right, show the details to whoever runs the mail server.",
        ),
    ),
    Explanation(
        cause="command-not-known",
        meaning="The mail server does not know a command that every mail server knows. It may be"
        " no mail server for sending.",
        advice=(
            "Check “Server address” and “Server port”, usually 587 or 465.",
            "If both are right, show the details to whoever runs the mail server.",
        ),
    ),
)

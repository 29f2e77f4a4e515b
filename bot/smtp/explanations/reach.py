"""Why the mail server was not reached, or what answered was none. Data only.

Sources: facts/smtp.md 4 to 6 (measured, Python 3.10 to 3.13); facts/security.md 5.
"""

from bot.smtp.explanations.explanation import TO_587, Explanation

REACH = (
    Explanation(
        cause="dns-nxdomain",
        meaning="There is no host named {host}. The name is mistyped, or it is known only inside"
        " a network that this bot is not in.",
        advice=(
            "Check the spelling of “Server address”.",
            "Copy the name from your provider's page on outgoing mail (SMTP).",
        ),
    ),
    Explanation(
        # NoAnswer and an MX: the domain of the addresses was typed.
        cause="dns-no-address",
        meaning="The name {host} exists, but it is no server's: it has no IP address. Perhaps it"
        " is the part of your mail addresses after the @.",
        advice=(
            "Type the name of the outgoing mail server into “Server address”.",
            "Find it on your provider's page on outgoing mail: it often begins with smtp.",
        ),
    ),
    Explanation(
        cause="dns-timeout",
        meaning="No name server told us the IP address of {host} in time, so no connection was"
        " made. That says nothing of your mail server.",
        advice=(
            "Try again in a few minutes.",
            "If it stays, ask this bot's operator whether its name servers (DNS) work.",
        ),
        temporary=True,
    ),
    *(
        Explanation(
            # dawidd6/action-send-mail#84
            cause=cause,
            providers=("icloud",),
            ports=(465,),
            meaning="Apple's server takes no connections on port 465.",
            advice=("Set “Server port” to 587 and “Mail protocol” to “SMTP with STARTTLS”.",),
            fix=TO_587,
        )
        for cause in ("tcp-refused", "tcp-timeout")
    ),
    Explanation(
        cause="tcp-refused",
        meaning="{host} refused the connection: nothing listens on port {port}, or a firewall"
        " turns us away.",
        advice=(
            "Check “Server port”: 587 for “SMTP with STARTTLS”.",
            "Take 465 for “SMTPS (TLS from the start)”.",
            "If the server is your own, check that it runs and lets this bot in.",
        ),
    ),
    Explanation(
        # GCP always, AWS and Azure by default; DigitalOcean by reports of 2026.
        cause="tcp-timeout",
        ports=(25,),
        meaning="Nothing answered on port 25 of {host}. Many clouds and internet providers block"
        " port 25 for everything that runs with them, as this bot may.",
        advice=(
            "Set “Server port” to 587 and “Mail protocol” to “SMTP with STARTTLS”.",
            "If only port 25 will do, ask this bot's operator whether it is blocked.",
        ),
        fix=TO_587,
    ),
    Explanation(
        cause="tcp-timeout",
        meaning="Nothing answered on port {port} of {host}. The server is down, or a firewall"
        " between it and this bot drops the connection without a word.",
        advice=(
            "Check “Server address” and “Server port”.",
            "If the server is your own, let this bot through its firewall.",
            "Ask this bot's operator whether outgoing connections to this port are blocked.",
        ),
        temporary=True,
    ),
    Explanation(
        cause="ipv6-or-routing",
        meaning="The computer of this bot has no way to the network of {host}. Often the server"
        " has an IPv6 address and the bot has no IPv6, or the other way round.",
        advice=(
            "Ask this bot's operator to check its network, IPv6 above all.",
            "If your provider has another server name with IPv4, type it into “Server address”.",
        ),
        temporary=True,
    ),
    Explanation(
        cause="not-smtp-imap",
        meaning="A server for reading mail (IMAP) answers on port {port}. Mail is sent through"
        " another one.",
        advice=(
            "Type the outgoing mail server (SMTP) into “Server address”.",
            "Set “Server port” to 587 and “Mail protocol” to “SMTP with STARTTLS”.",
        ),
    ),
    Explanation(
        cause="not-smtp-pop",
        meaning="A server for fetching mail (POP3) answers on port {port}. Mail is sent through"
        " another one.",
        advice=(
            "Type the outgoing mail server (SMTP) into “Server address”.",
            "Set “Server port” to 587 and “Mail protocol” to “SMTP with STARTTLS”.",
        ),
    ),
    Explanation(
        cause="not-smtp-ssh",
        meaning="A server for remote sign-in (SSH) answers on port {port}, not a mail server.",
        advice=("Set “Server port” to the port of the mail server, usually 587 or 465.",),
    ),
    Explanation(
        cause="not-smtp-http",
        meaning="A web server answers on port {port}, not a mail server.",
        advice=(
            "Check that “Server address” is the outgoing mail server, not a web page's address.",
            "Set “Server port” to the port of the mail server, usually 587 or 465.",
        ),
    ),
    Explanation(
        cause="not-smtp",
        meaning="What answers on port {port} of {host} is not a mail server.",
        advice=(
            "Check “Server address” and “Server port”, usually 587 or 465.",
            "If both are right, ask whoever runs the mail server what listens there.",
        ),
    ),
    Explanation(
        cause="reply-too-long",
        meaning="What answers at {host} never ends its reply, as no mail server does. We stopped"
        " listening.",
        advice=(
            "Check “Server address” and “Server port”, usually 587 or 465.",
            "If both are right, show this to whoever runs the mail server.",
        ),
    ),
    Explanation(
        cause="reply-malformed",
        meaning="The answer at the stage {stage} isn't what a mail server says (RFC 5321).",
        advice=(
            "Check “Server address” and “Server port”, usually 587 or 465.",
            "If both are right, look for a firewall or proxy that changes mail connections.",
        ),
    ),
    Explanation(
        cause="stage-timeout",
        meaning="{host} did not answer in time at the stage {stage}.",
        advice=(
            "Try again in a few minutes: the server may be busy, or slow on purpose.",
            "Check that “Server port” and “Mail protocol” belong together.",
            "If it stays, ask whoever runs the mail server.",
        ),
        temporary=True,
    ),
    Explanation(
        cause="total-timeout",
        meaning="The test took longer than this bot allows, and was ended at the stage {stage}.",
        advice=(
            "Try again in a few minutes: the server may be busy, or slow on purpose.",
            "If it stays, ask whoever runs the mail server why it answers so slowly.",
        ),
        temporary=True,
    ),
    Explanation(
        cause="server-closed",
        meaning="{host} closed the connection at the stage {stage} without saying why.",
        advice=(
            "Try again in a few minutes.",
            "Check that “Server port” and “Mail protocol” belong together.",
            "If it stays, ask whoever runs the mail server whether it blocks this bot.",
        ),
        temporary=True,
    ),
    Explanation(
        # RFC 1047: what was sent and not answered may be delivered, so it is never sent again.
        cause="reply-lost",
        # The connection broke, the server was silent or talked nonsense, or the bot was stopped.
        meaning="The mail server gave no clear answer to the message, which was on its way by"
        " then. It may have accepted the message, and a second one would come twice.",
        advice=("Look for the message in the inbox before you test again.",),
        temporary=True,
    ),
    Explanation(
        cause="interrupted",
        meaning="This bot was stopped while the test was running, before the message went out.",
        advice=("Test again.",),
        temporary=True,
    ),
)

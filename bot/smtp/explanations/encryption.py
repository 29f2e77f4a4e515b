"""Why a connection could not be encrypted. Data only.

Sources: facts/smtp.md 4 (measured, Python 3.10 to 3.13, OpenSSL 3); RFC 3207; RFC 8314. No advice
here ever lessens what is verified.
"""

from bot.smtp.explanations.explanation import TO_465, TO_587, TO_STARTTLS, TO_TLS, Explanation

ENCRYPTION = (
    Explanation(
        # SSLError WRONG_VERSION_NUMBER, on a port whose servers all know STARTTLS in clear.
        cause="tls-on-starttls-port",
        ports=(25, 2525),
        meaning="Port {port} of {host} starts without encryption and switches it on afterwards,"
        " but “Mail protocol” is “{mode}”.",
        advice=("Set “Mail protocol” to “SMTP with STARTTLS”.",),
        fix=TO_STARTTLS,
    ),
    Explanation(
        cause="tls-on-starttls-port",
        ports=(465, 587),
        meaning="Port {port} of {host} starts without encryption and switches it on afterwards,"
        " but “Mail protocol” is “{mode}”.",
        advice=("Set “Mail protocol” to “SMTP with STARTTLS” and “Server port” to 587.",),
        fix=TO_587,
    ),
    Explanation(
        cause="tls-on-starttls-port",
        meaning="What answers on port {port} of {host} does not start with encryption, but"
        " “Mail protocol” is “{mode}”. Or it is no mail server.",
        advice=(
            "Check “Server address” and “Server port”.",
            "If both are right, set “Mail protocol” to “SMTP with STARTTLS”.",
        ),
        fix=TO_STARTTLS,
    ),
    Explanation(
        # Confirmed by a ClientHello on a second connection.
        cause="plain-on-tls-port",
        meaning="Port {port} of {host} wants encryption from the first byte, but “Mail protocol”"
        " is “{mode}”, which begins without.",
        advice=("Set “Mail protocol” to “SMTPS (TLS from the start)”.",),
        fix=TO_TLS,
    ),
    Explanation(
        # Postfix 421 4.7.1 in the greeting (TLS 1.3), or an alert: certificate required.
        cause="client-cert-required",
        meaning="The mail server wants a client certificate of whoever connects (an SSL key), and"
        " it was shown none that it takes.",
        advice=(
            "Ask whoever runs the mail server for a client key with its certificate.",
            "Upload it under “Manage SSL keys”, and choose it as “SSL key” in the form.",
            "Or ask for a port that takes username and password instead.",
        ),
    ),
    Explanation(
        # Postfix 421 4.7.1, Exim's alert "bad certificate", OpenSMTPD's "unknown CA" (measured).
        cause="client-cert-untrusted",
        meaning="The mail server does not trust the client certificate (SSL key) that it was"
        " shown.",
        advice=(
            "Ask whoever runs the mail server which certificates it trusts.",
            "Upload the right one under “Manage SSL keys”, and choose it as “SSL key”.",
        ),
    ),
    Explanation(
        # Postfix without its key file: measured. hardware/mailserver#236.
        cause="server-tls-broken",
        meaning="The mail server offers encryption that does not work: its key, its certificate or"
        " its version of TLS is out of order. Your settings are not at fault.",
        advice=(
            "Tell whoever runs the mail server that its TLS is broken, or older than 1.2.",
            "Test again when they have put it right.",
        ),
        temporary=True,
    ),
    Explanation(
        # EHLO without STARTTLS, 502 to it (Postfix), XXXXXXXA (a Cisco firewall).
        cause="starttls-not-offered",
        ports=(25, 587),
        meaning="{host} offers no encryption on port {port}, and “Mail protocol” asks for it."
        " Nothing was sent: neither password nor message.",
        advice=(
            "Set “Mail protocol” to “SMTPS (TLS from the start)” and “Server port” to 465.",
            "If that fails too, ask whoever runs the mail server to switch STARTTLS on.",
            "Ask your network's admin whether a firewall removes STARTTLS.",
        ),
        fix=TO_465,
    ),
    Explanation(
        cause="starttls-not-offered",
        meaning="{host} offers no encryption on port {port}, and “Mail protocol” asks for it."
        " Nothing was sent: neither password nor message.",
        advice=(
            "Check “Server port”: 587 for “SMTP with STARTTLS”.",
            "Take 465 for “SMTPS (TLS from the start)”.",
            "If both are closed, ask whoever runs the mail server to switch STARTTLS on.",
        ),
    ),
    Explanation(
        cause="starttls-injection",
        meaning="Something was slipped into the connection just before it was encrypted. That is"
        " a broken server, or somebody in between. Nothing was sent.",
        advice=(
            "Set “Mail protocol” to “SMTPS (TLS from the start)” and “Server port” to 465.",
            "Show this to whoever runs the mail server and to your network's admin.",
        ),
        fix=TO_465,
    ),
    Explanation(
        cause="server-closed-in-handshake",
        meaning="{host} closed the connection while encryption was being set up.",
        advice=(
            "Check that “Server port” and “Mail protocol” belong together.",
            "Ask whoever runs the mail server whether it supports TLS 1.2 or 1.3.",
            "Ask your network's admin whether a firewall blocks the port.",
        ),
        temporary=True,
    ),
    Explanation(
        # Google 421 4.7.0 "TLS required for RCPT domain", or a server that wants a newer TLS.
        cause="starttls-required",
        encrypted=True,
        meaning="The mail server says that encryption is required, although “Mail protocol” is"
        " “{mode}”. It may want a newer version of TLS, or means the way on to the recipient.",
        advice=(
            "Test with another recipient, to see whether it is only that one.",
            "If it stays, show this to whoever runs the mail server.",
        ),
    ),
    Explanation(
        # RFC 3207 4
        cause="starttls-required",
        ports=(25, 587),
        meaning="The mail server speaks with us only over an encrypted connection, and"
        " “Mail protocol” is “{mode}”.",
        advice=("Set “Mail protocol” to “SMTP with STARTTLS” and “Server port” to 587.",),
        fix=TO_587,
    ),
    Explanation(
        cause="starttls-required",
        meaning="The mail server speaks with us only over an encrypted connection, and"
        " “Mail protocol” is “{mode}”.",
        advice=("Set “Mail protocol” to “SMTP with STARTTLS”.",),
        fix=TO_STARTTLS,
    ),
)

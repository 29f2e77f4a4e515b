"""Why a connection could not be encrypted and the server's name proved. Data only.

Sources: facts/smtp.md 4 and 7 (measured, Python 3.10 to 3.13, OpenSSL 3); RFC 3207; RFC 8314.
No advice here ever lessens what is verified.
"""

from bot.smtp.explanations.explanation import TO_465, TO_587, TO_STARTTLS, TO_TLS, Explanation, Said
from bot.smtp.transcript import Stage

_TLS_FIRST = (
    # SES, Gmail (lx1169732264/zdm#3), OpenSMTPD with 5.5.1 (measured); RFC 4954 6: 538.
    Said(words=r"starttls (command )?first|use starttls|(tls|ssl|encryption) (is )?required"),
    Said(codes=(538,)),
)
_NO_STARTTLS = (Said(codes=(500, 501, 502, 503, 504), stages=(Stage.TLS,)),)

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
        meaning="The mail server wants a client certificate of whoever connects, and this bot"
        " has none to show.",
        advice=(
            "Get a client key from whoever runs the server, and upload it with /mailsettings keys.",
            "Choose it as “SSL key” in /mailsettings, and save.",
        ),
        said=(Said(words="no client certificate"),),
    ),
    Explanation(
        # An alert about the certificate of “SSL key”, in the handshake (TLS 1.2) or after it (1.3).
        cause="client-cert-refused",
        meaning="The mail server refused the client certificate that this bot showed: it doesn't"
        " know its authority, or it wants another one.",
        advice=(
            "Ask whoever runs the mail server which client certificate it expects.",
            "Choose that one as “SSL key” in /mailsettings, and save.",
        ),
    ),
    Explanation(
        cause="client-cert-untrusted",
        meaning="The mail server does not trust the client certificate that it was shown.",
        advice=("Ask whoever runs the mail server which certificates it trusts.",),
        said=(Said(words="client certificate not trusted"),),
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
        said=(
            Said(words="tls not available|tls currently unavailable"),
            Said(codes=(454,), stages=(Stage.TLS,)),
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
        said=_NO_STARTTLS,
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
        said=_NO_STARTTLS,
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
        # verify_code 10
        cause="cert-expired",
        meaning="The certificate of {host} has expired, so nobody can be sure that it is the"
        " right server. Nothing was sent.",
        advice=(
            "Ask whoever runs the mail server to renew its certificate.",
            "If others say that it is valid, ask this bot's operator to check the clock.",
        ),
    ),
    Explanation(
        # verify_code 9
        cause="cert-not-yet-valid",
        meaning="The certificate of {host} is not valid yet, so nothing was sent. Either it was"
        " made too early, or the clock of this bot's computer is slow.",
        advice=(
            "Ask this bot's operator to check the clock of its computer.",
            "If the clock is right, ask whoever runs the mail server about the certificate.",
        ),
    ),
    Explanation(
        # verify_code 62, 64
        cause="cert-hostname-mismatch",
        meaning="The server showed a certificate for other names than {host}, so it may be"
        " another server than you mean. Nothing was sent.",
        advice=(
            "Type the server's name just as your provider writes it into “Server address”.",
            "Type a name, not an IP address: certificates are made out to names.",
            "If the name is right, ask whoever runs the server for a certificate that has it.",
        ),
    ),
    Explanation(
        # verify_code 18, 19
        cause="cert-self-signed",
        meaning="The server signed its certificate itself, so nobody vouches for it. Nothing was"
        " sent.",
        advice=(
            "Ask whoever runs the mail server for a certificate of a public authority.",
            "If your company has an authority of its own, let it sign the certificate.",
            "Then ask this bot's operator to trust that authority on its computer.",
        ),
    ),
    Explanation(
        # verify_code 20: a private authority, or the intermediate is missing; 85: no AKI.
        cause="cert-unknown-ca-or-chain",
        meaning="The certificate of {host} can't be traced to an authority that this bot trusts:"
        " the authority is a private one, or the server leaves out a certificate between.",
        advice=(
            "Ask whoever runs the mail server to send the whole certificate chain.",
            "If your company has an authority of its own, ask this bot's operator to trust it.",
        ),
    ),
    Explanation(
        # Any other verify_code.
        cause="cert-invalid",
        meaning="The certificate of {host} is not in order, so nobody can be sure that it is the"
        " right server. Nothing was sent.",
        advice=("Show this to whoever runs the mail server, and ask for a valid certificate.",),
    ),
    Explanation(
        # verify_code 66, 67, 68
        cause="weak-key",
        meaning="The key in the certificate of {host} is too weak to be trusted today. Nothing"
        " was sent.",
        advice=("Ask whoever runs the mail server for a certificate with a stronger key.",),
    ),
    Explanation(
        # RFC 3207 4
        cause="starttls-required",
        ports=(25, 587),
        meaning="The mail server speaks with us only over an encrypted connection, and"
        " “Mail protocol” is “{mode}”.",
        advice=("Set “Mail protocol” to “SMTP with STARTTLS” and “Server port” to 587.",),
        said=_TLS_FIRST,
        fix=TO_587,
    ),
    Explanation(
        cause="starttls-required",
        meaning="The mail server speaks with us only over an encrypted connection, and"
        " “Mail protocol” is “{mode}”.",
        advice=("Set “Mail protocol” to “SMTP with STARTTLS”.",),
        said=_TLS_FIRST,
        fix=TO_STARTTLS,
    ),
)

"""Why a server's name could not be proved by its certificate. Data only.

Sources: facts/smtp.md 4 and 7 (measured, Python 3.10 to 3.13, OpenSSL 3); x509_vfy.h for the
numbers. No advice here ever lessens what is verified.
"""

from bot.smtp.explanations.explanation import Explanation

TRUST = (
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
            "Or let an admin compare its fingerprint with the mail team, by phone for example.",
            "If they are the same, use “Trust this certificate” under the failed test.",
            "If your company has an authority, upload its certificate under “Manage SSL keys”.",
        ),
    ),
    Explanation(
        # verify_code 20: a private authority, or the intermediate is missing; 85: no AKI.
        cause="cert-unknown-ca-or-chain",
        meaning="The certificate of {host} can't be traced to an authority that this bot trusts:"
        " the authority is a private one, or the server leaves out a certificate between.",
        advice=(
            "Ask whoever runs the mail server to send the whole certificate chain.",
            "If your company has an authority, upload its certificate under “Manage SSL keys”.",
            "Or let an admin compare the fingerprint with the mail team, by phone for example.",
            "If they are the same, use “Trust this certificate” under the failed test.",
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
)

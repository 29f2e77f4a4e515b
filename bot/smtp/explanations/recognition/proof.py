"""Replies that miss a proof of who sends: SPF, DKIM, DMARC, a name in the DNS. Data only.

Sources: as in signing_in.py; RFC 7208, 7372, 7489; Google's and Yahoo's rules for senders.
"""

from bot.smtp.explanations.recognition.rule import CONTENT, MAIL, Rule

PROOF_RULES = (
    # Google 5.7.1 "RFC 5322 compliant", QQ, Fastmail (mealie-recipes/mealie#1887).
    Rule(
        cause="bad-message-format",
        words=(
            (
                r"(duplicate|multiple|missing|invalid|malformed|improper\w*) .{0,30}header"
                r"|header\w* .{0,40}(duplicate|missing|invalid|malformed|improper)"
                r"|multiple addresses|rfc ?-?5?[83]22 compl|rfcmessagenoncompl"
            ),
        ),
        stages=CONTENT,
    ),
    # Google 5.7.1, Comcast, Apple, Proofpoint, QQ; Microsoft 5.7.509.
    Rule(cause="dmarc-refused", words=(r"\bdmarc\b",)),
    Rule(cause="dmarc-refused", enhanced=("7.509",)),
    # AT&T, Google, Postfix 4.7.25, Exim: the address we come from has no proper name.
    Rule(
        cause="reverse-dns-missing",
        words=(
            (
                r"reverse[- ]?(dns|lookup|host|address|mapping|name|record|path dns)|\brdns\b"
                r"|\bptr\b"
                r"|can not find your (reverse )?host ?name|fcrdns|in-addr\.arpa|ip6\.arpa"
                r"|(resolve|lookup of) your ip"
            ),
        ),
    ),
    Rule(cause="reverse-dns-missing", enhanced=("7.25",)),
    # Yahoo 550 5.7.9, Gmail 550 5.7.26 (cloudflare/cloudflare-docs#11542), Barracuda "spoofed",
    # Microsoft 5.7.515 and 5.7.23.
    Rule(
        cause="spf-dkim-missing",
        words=(
            r"\bspf\b|\bdkim\b|sender policy framework|domainkeys|openspf",
            (
                r"fail|not (pass|allow|authoris|permit|designat|sign|found|valid|align)"
                r"|unauthentic|missing"
                r"|neither|either|without|invalid|reject|block|requir|must|error|deny|denied"
                r"|refus|none"
            ),
        ),
    ),
    Rule(
        cause="spf-dkim-missing",
        words=(
            (
                r"sender is unauthenticated|unauthenticated (e?mail|message)"
                r"|required authentication level|spoof|forged|forgery|impersonat"
            ),
        ),
        unless=r"helo",
        stages=MAIL,
    ),
    Rule(
        cause="spf-dkim-missing",
        enhanced=("7.20", "7.21", "7.22", "7.23", "7.24", "7.26", "7.515"),
    ),
)

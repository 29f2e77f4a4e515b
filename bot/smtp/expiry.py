"""Certificates that end soon: said while mail still leaves. Pure."""

from datetime import datetime, timedelta

from bot.smtp.transcript import Certificate, Transcript

WARNED_BEFORE = timedelta(days=21)
_LONGEST_NAME = 100


def time_left(certificate: Certificate, at: datetime) -> str:
    """Say in days how long a certificate is valid after *at*, or since when it is not."""
    left = certificate.not_after - at
    if left > timedelta(0):
        return f"{_days(left)} left"
    return f"ended {_days(-left)} ago"


def expiry_warning(transcript: Transcript, at: datetime) -> str:
    """Say what to do about a certificate that ends soon after *at*; empty: none does.

    Quotes the server's certificates: untrusted text. One that has ended already did no harm: the
    chain was verified without it.
    """
    if transcript.tls is None or not transcript.tls.verified:
        return ""
    chain = transcript.tls.chain
    soon = [each for each in chain if at < each.not_after <= at + WARNED_BEFORE]
    if not soon:
        return ""
    first = min(soon, key=lambda each: each.not_after)
    when = f"ends on {first.not_after:%-d %B %Y}, in {_days(first.not_after - at)}"
    whom = f"Tell whoever runs {transcript.host}: "
    if first is chain[0]:
        return f"{whom}its certificate {when}. After that no mail leaves."
    return (
        f"{whom}a certificate that vouches for its own {when}. After that mail may not leave any "
        f"more. It is “{first.subject[:_LONGEST_NAME]}”."
    )


def _days(time: timedelta) -> str:
    match time.days:
        case 0:
            return "less than a day"
        case 1:
            return "1 day"
        case days:
            return f"{days} days"

"""Which names in a certificate may be the server that was meant. Pure.

A certificate that was not believed is a stranger's text, and one that is believed may still be a
stranger's: only names in the typed host's own domain are ever offered in its stead.
"""

from collections.abc import Iterable

from bot.smtp.fields import parse_host
from bot.smtp.pasted import is_ip_address

_MOST_SIBLINGS = 3


def dns_names(stated: Iterable[str]) -> tuple[str, ...]:
    """Return those of a certificate's names that are host names, `*.` in front or not."""
    return tuple(dict.fromkeys(each.lower() for each in stated if _is_name(each)))


def siblings(host: str, stated: Iterable[str], *, domain: str | None) -> tuple[str, ...]:
    """Return the first few names in *host*'s domain that a certificate for *stated* would fit.

    *domain* is the part of *host* that somebody registered; None: it has none, and no siblings.
    Names written out come first; of `*.example.com` the one with *host*'s first label is taken.
    """
    if domain is None or is_ip_address(host):
        return ()
    names, first = dns_names(stated), host.partition(".")[0]
    written = [each for each in names if not each.startswith("*.")]
    covered = [f"{first}{each[1:]}" for each in names if each.startswith("*.")]
    kin = (
        each
        for each in dict.fromkeys(written + covered)
        if each != host and f".{each}".endswith(f".{domain}") and _is_name(each)
    )
    return tuple(kin)[:_MOST_SIBLINGS]


def _is_name(text: str) -> bool:
    plain = text.removeprefix("*.")
    try:
        return parse_host(plain) == plain.lower() and not is_ip_address(plain)
    except ValueError:
        return False

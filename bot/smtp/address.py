"""One mail address, read strictly: what may stand in an envelope or a header, and nothing else."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

MAXIMUM_LENGTH = 254
"""Octets of an address that fits SMTP's path with its angle brackets (RFC 5321 4.5.3.1.3)."""

_MAILTO = re.compile(r"<mailto:(?P<link>[^|<>]+)(?:\|(?P<label>[^<>]+))?>", re.IGNORECASE)


class InvalidAddress(ValueError):
    """Not one plain mail address; the text says why, for the person who typed it."""


def parse_address(text: str) -> str:
    """Return the address in *text* with its domain in lower case, as it goes over the wire.

    Slack may deliver an address as `<mailto:a@b|a@b>`; that is understood when both halves agree.
    A non-ASCII domain comes back as A-labels (RFC 5890), a non-ASCII local part as it is
    (RFC 6531). Raises InvalidAddress.
    """
    text = text.strip()
    if has_control_characters(text):
        raise InvalidAddress("An address can't contain line breaks or control characters.")
    if match := _MAILTO.fullmatch(text):
        link, label = match["link"], match["label"]
        if label is not None and label.strip().lower() != link.strip().lower():
            raise InvalidAddress("The link and the address that it shows differ.")
        text = link.strip()
    if not text:
        raise InvalidAddress("Type an address like name@example.com.")
    if text.count("@") != 1:
        raise InvalidAddress("Type exactly one address, like name@example.com.")
    if len(text.encode()) > MAXIMUM_LENGTH:
        raise InvalidAddress(f"An address can't be longer than {MAXIMUM_LENGTH} characters.")
    try:
        found = validate_email(
            text, check_deliverability=False, globally_deliverable=False, allow_smtputf8=True
        )
    except EmailNotValidError:
        raise InvalidAddress(
            "This isn't a mail address that we can use. Type one like name@example.com."
        ) from None
    address = f"{found.local_part}@{found.ascii_domain}"
    if len(address.encode()) > MAXIMUM_LENGTH:
        raise InvalidAddress(f"An address can't be longer than {MAXIMUM_LENGTH} characters.")
    return address


def has_control_characters(text: str) -> bool:
    """Tell whether *text* holds a control, format, line or paragraph separator character.

    These are the ones that split headers or hide text (Unicode categories Cc, Cf, Zl, Zp, Cs).
    """
    return any(unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp", "Cs"} for each in text)

"""What people type into the form: each field's parser, and the form read whole. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from bot.smtp.address import InvalidAddress, has_control_characters, parse_address
from bot.smtp.pasted import a_labels, is_ip_address, one_form, split_server, trimmed
from bot.smtp.providers import PROVIDERS, provider_of
from bot.smtp.settings import (
    LABELS,
    Configuration,
    InvalidSettings,
    MailSettings,
    TestPolicy,
    TLSMode,
)
from bot.smtp.ssl_keys import NO_KEY, SSLKey

_Choice = TypeVar("_Choice", bound=str)

_TYPE_A_NAME = "Type only the server's name, like smtp.example.com."
_NO_SERVER = "This isn't a server name. Type one like smtp.example.com."
_INVISIBLE = "This has a character that can't be seen. Empty the field and type it by hand."

_LONGEST_NAME = 253
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def parse_host(text: str) -> str:
    """Return a host name as A-labels in lower case, or an IP address in its one written form.

    Raises ValueError with a sentence for the person who typed it.
    """
    text = trimmed(unicodedata.normalize("NFKC", text)).removesuffix(".")
    if not text:
        raise ValueError("Type the server's name, like smtp.example.com.")
    if has_control_characters(text):
        raise ValueError(_INVISIBLE)
    literal = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if is_ip_address(literal):
        return one_form(literal)
    if any(each in text for each in ":/?#"):
        raise ValueError(_TYPE_A_NAME)
    if "@" in text:
        raise ValueError(
            "This looks like a mail address. Type the server's name, like smtp.example.com."
        )
    try:
        name = a_labels(text) if len(text) <= _LONGEST_NAME else text
    except ValueError:
        raise ValueError(_NO_SERVER) from None
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(_LABEL.fullmatch(each) for each in labels):
        raise ValueError(_NO_SERVER)
    if _NUMBER.fullmatch(labels[-1]):
        # `127.1` and `0x7f.1` are 127.0.0.1 to many a resolver: one written form, or none.
        raise ValueError("Type an IP address in full, like 192.0.2.1.")
    return name


def parse_port(text: str) -> int:
    """Return a port from 1 to 65535. Raises ValueError with a sentence for the person."""
    text = trimmed(unicodedata.normalize("NFKC", text))
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise ValueError("Type a whole number from 1 to 65535, usually 587, 465 or 25.")
    return int(text)


def parse_helo_name(text: str) -> str:
    """Return the name that we greet the server with (RFC 5321 4.1.1.1); empty stays empty.

    Raises ValueError with a sentence for the person who typed it.
    """
    if not trimmed(text):
        return ""
    try:
        name = parse_host(text)
    except ValueError:
        name = ""
    if "." not in name or is_ip_address(name):
        raise ValueError("Type a full host name, like mail.example.com, or leave it empty.")
    return name


def parse_sender_name(text: str) -> str:
    """Return a display name for From. Raises ValueError: it refuses, and never strips or cuts."""
    text = unicodedata.normalize("NFC", text.strip())
    if has_control_characters(text):
        raise ValueError("A name can't contain line breaks or characters that can't be seen.")
    if "=?" in text:
        # Python writes such a word into the header as it stands (CVE-2024-6923).
        raise ValueError("A name can't contain “=?”.")
    if len(text) > 100:
        raise ValueError("A name can't be longer than 100 characters.")
    return text


def parse_username(text: str) -> str:
    """Return a user name for AUTH; surrounding space is dropped. Raises ValueError."""
    text = unicodedata.normalize("NFC", trimmed(text))
    if not text:
        raise ValueError("Type the user name for this server, or choose “Connect anonymously”.")
    if has_control_characters(text):
        raise ValueError(_INVISIBLE)
    if len(text.encode()) > 255:
        raise ValueError("A user name can't be longer than 255 characters.")
    return text


def parse_password(text: str, *, provider: str = "other", host: str = "") -> str:
    """Return a password to the letter. Raises ValueError.

    Google, known by its *provider* id or by a *host* in the form of `parse_host`, shows an app
    password as four groups of four letters: those spaces are dropped.
    """
    compact = "".join(text.split())
    of_google = provider == "gmail" or provider_of(host) is PROVIDERS["gmail"]
    if of_google and re.fullmatch(r"[A-Za-z]{16}", compact):  # phones begin with a capital
        return compact
    if not text:
        raise ValueError("Type the password.")
    if any(each in "\r\n\0" or unicodedata.category(each) == "Cs" for each in text):
        raise ValueError("A password can't contain line breaks or broken characters.")
    if len(text.encode()) > 1024:
        raise ValueError("A password can't be longer than 1024 characters.")
    return text


def read_form(
    form: Mapping[str, Any],
    *,
    before: MailSettings,
    default_offered: bool,
    keys: Mapping[str, SSLKey | None],
) -> MailSettings:
    """Return the settings that a filled form means, without a password decision.

    *form* has the fields of `MailSettings` as text, choices as their values, boxes as booleans;
    it may be forged: what is missing or unknown is a complaint. Fields that do not apply keep
    what *before* has. *keys* are the workspace's SSL keys by their ids, None for those that can't
    be opened. Raises InvalidSettings with all complaints.
    """
    parsers = dict(_ALWAYS)
    boxes = {"notifications"}
    if form.get("configuration") != Configuration.DEFAULT:
        parsers |= _CUSTOM
        boxes |= {"anonymous"}
        if form.get("anonymous"):
            # Hidden and ignored, but kept for the day when it is wanted again.
            with suppress(ValueError):
                before = replace(before, username=parse_username(str(form.get("username") or "")))
            del parsers["username"]
    values: dict[str, Any] = {name: bool(form.get(name)) for name in boxes}
    errors: dict[str, str] = {}
    for name, parse in parsers.items():
        try:
            values[name] = parse(str(form.get(name) or ""))
        except ValueError as problem:
            errors[name] = str(problem)
    if values.get("configuration") is Configuration.DEFAULT and not default_offered:
        errors["configuration"] = (
            "The operator of this bot provides no default mail service. Choose “Custom”."
        )
    if "host" in values and (complaint := _contradiction(str(form["host"]), values)):
        errors["host"] = complaint
    if values.get("tls_mode", TLSMode.NONE) is not TLSMode.NONE:
        values["ssl_key"] = _ssl_key(form)
        if complaint := _unfit(values["ssl_key"], keys, host=values.get("host")):
            errors["ssl_key"] = complaint
    if errors:
        raise InvalidSettings(errors)
    return replace(before, **values)


def _contradiction(text: str, values: Mapping[str, Any]) -> str | None:
    """Complain when a pasted server address says something else than the other fields."""
    pasted = split_server(text)
    if pasted.had_password:
        return f"A password doesn't belong here. {_TYPE_A_NAME}"
    for name in ("port", "tls_mode", "username"):
        said = getattr(pasted, name)
        if said is not None and said != values.get(name, said):
            return f"This and “{LABELS[name]}” disagree. {_TYPE_A_NAME}"
    return None


def _ssl_key(form: Mapping[str, Any]) -> str:
    chosen = str(form.get("ssl_key") or "")
    return "" if chosen == NO_KEY else chosen


def _unfit(chosen: str, keys: Mapping[str, SSLKey | None], *, host: object) -> str | None:
    """Complain when the SSL key *chosen* can't be used for the server *host*."""
    if not chosen:
        return None
    key = keys.get(chosen)
    if key is None and chosen in keys:
        return "This SSL key can't be opened. Choose another one, or ask this bot's operator."
    if key is None:
        return "This SSL key was deleted. Choose another one, or “None”."
    if isinstance(host, str) and not key.serves(host):
        return f"“{key.name}” is trusted for {key.host} alone. Choose another one, or “None”."
    return None


def check_password(settings: MailSettings, *, may_send_password: bool) -> dict[str, str]:
    """Tell what is wrong with the password of *settings*: a sentence for each field's name.

    *may_send_password*: the operator allows one to this server although it has no TLS.
    """
    if settings.configuration is not Configuration.CUSTOM or settings.anonymous:
        return {}
    if settings.tls_mode is TLSMode.NONE and not may_send_password:
        return {
            "tls_mode": f"A password is never sent without encryption. Choose"
            f" “{TLSMode.STARTTLS.label}” or “{TLSMode.IMPLICIT.label}”,"
            f" or choose “{LABELS['anonymous']}”."
        }
    if settings.password is None:
        return {
            "username": "A password is missing. Set it with “Set password”,"
            f" or choose “{LABELS['anonymous']}”."
        }
    given, wanted = settings.password.destination, settings.destination
    for name, value in (
        ("host", given.host),
        ("port", given.port),
        ("tls_mode", given.tls_mode.label),
        ("username", given.username),
    ):
        if getattr(given, name) != getattr(wanted, name):
            return {
                name: f"The password was given for “{LABELS[name]}” {value}. Give it again with"
                " “Change password”: so nobody can send it elsewhere by changing this field."
            }
    if given.ssl_key != wanted.ssl_key:
        how = "with another SSL key" if given.ssl_key else "without an SSL key"
        return {
            "ssl_key": f"The password was given for this server {how}. Give it again with"
            " “Change password”: so nobody can send it elsewhere by changing this field."
        }
    return {}


def _from_address(text: str) -> str:
    if not text.strip():
        raise InvalidAddress("Type the address that mail comes from, like team@example.com.")
    return parse_address(text)


def _choice(choices: Iterable[_Choice]) -> Callable[[str], _Choice]:
    known = {str(each): each for each in choices}

    def parse(text: str) -> _Choice:
        if text not in known:
            raise ValueError("This isn't one of the choices. Choose one of the list.")
        return known[text]

    return parse


_ALWAYS: dict[str, Callable[[str], object]] = {
    "configuration": _choice(Configuration),
    "test_policy": _choice(TestPolicy),
    "sender_name": parse_sender_name,
    "reply_to": lambda text: parse_address(text) if text.strip() else "",
}
_CUSTOM: dict[str, Callable[[str], object]] = {
    "provider": _choice(PROVIDERS),
    "host": lambda text: parse_host(split_server(text).host),
    "port": parse_port,
    "tls_mode": _choice(TLSMode),
    "username": parse_username,
    "from_address": _from_address,
    "helo_name": parse_helo_name,
}

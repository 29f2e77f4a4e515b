"""The file that carries a workspace's settings to another installation, sealed for it. Pure.

JSON of one written form: what can be read in it (format, workspace, kinds of records) is bound to
what is sealed, and nothing in it can be changed unseen.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.smtp.settings import MailSettings, dump, load
from bot.smtp.ssl_keys import KEY_ID, MOST_KEYS, SSLKey, SSLKeyKind, dump_key, load_key
from storage.keyring import Keyring
from storage.recipient import LARGEST, Recipient, open_with, seal_for

FORMAT = "mailsettings-export"
VERSION = 1
LARGEST_FILE = 2 * LARGEST
"""Octets."""
_KINDS = ("settings", "key")
_WORKSPACE = re.compile(r"[A-Z0-9]{1,40}")
_ACTOR = re.compile(r"[A-Za-z0-9]{1,40}")


class UnusableExport(ValueError):
    """It is no export, or holds what can't be. The text is for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is carried."""

    workspace: str
    settings: MailSettings
    keys: Mapping[str, SSLKey] = field(repr=False)
    """SSL keys by their ids."""


def write(export: Export, recipient: Recipient) -> str:
    """Return the text of the file. Raises InvalidRecipient, ValueError where it is too large."""
    document = {
        "settings": dump(export.settings).decode(),
        "keys": {name: dump_key(key).decode() for name, key in export.keys.items()},
    }
    sealed = seal_for(recipient, json.dumps(document).encode(), *_about(export.workspace))
    return _text(export.workspace, sealed)


def read(text: str, keyring: Keyring) -> Export:
    """Open what `write` wrote. Raises UnusableExport, UnknownRecipient, InvalidEnvelope."""
    try:
        envelope = json.loads(text)
        workspace, version = str(envelope["workspace"]), envelope["version"]
        sealed = base64.b64decode(str(envelope["sealed"]), validate=True)
    except (ValueError, LookupError, TypeError, RecursionError):
        raise UnusableExport("This file is no export of `mailsettings settings export`.") from None
    if version != VERSION:
        raise UnusableExport(
            "This file isn't of a form that this version of the program knows. Export with this "
            "version, or import with the other."
        )
    # Written again it must be the same: so nothing around what is sealed can be changed either.
    if text != _text(workspace, sealed) or not _WORKSPACE.fullmatch(workspace):
        raise UnusableExport("This file was changed since it was written. Have it made again.")
    plaintext = open_with(keyring, sealed, *_about(workspace))
    try:
        document = json.loads(plaintext)
        return Export(
            workspace=workspace,
            settings=_settings(document["settings"]),
            keys=_keys(document["keys"]),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise UnusableExport(
            "This file holds settings that this version of the program can't read. Import it with "
            "the version that wrote it, or a newer one."
        ) from None


def _settings(document: str) -> MailSettings:
    settings = load(document.encode())
    password = settings.password
    if password and not (isinstance(password.value, str) and _ACTOR.fullmatch(password.set_by)):
        raise ValueError("no password that this program could have kept")
    return settings


def _keys(documents: Mapping[str, str]) -> dict[str, SSLKey]:
    keys = {name: load_key(text.encode()) for name, text in documents.items()}
    if len(keys) > MOST_KEYS or not all(map(KEY_ID.fullmatch, keys)):
        raise ValueError("no SSL keys that this program could have made")
    for each in keys.values():
        _ = each.leaf  # raises for what has no certificate
        if (each.kind is SSLKeyKind.CLIENT) != (each.private_key is not None):
            raise ValueError("only a client key has a private key")
    return keys


def _about(workspace: str) -> tuple[bytes, ...]:
    parts: tuple[Any, ...] = (FORMAT, VERSION, workspace, *_KINDS)
    return tuple(str(each).encode() for each in parts)


def _text(workspace: str, sealed: bytes) -> str:
    document = {
        "format": FORMAT,
        "version": VERSION,
        "workspace": workspace,
        "kinds": list(_KINDS),
        "sealed": base64.b64encode(sealed).decode(),
    }
    return f"{json.dumps(document, indent=2)}\n"

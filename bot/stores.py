"""The stores of sealed records, each with its kind and how its values are written and read."""

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine

from bot.smtp.settings import MailSettings, dump, load
from bot.smtp.ssl_keys import SSLKey, dump_key, load_key
from storage.keyring import Keys
from storage.records import SealedStore, Trail

_REVISION = "settings-revision"
_REVISIONS_KEPT = 100
"""Of each workspace, so many revisions of its settings can be compared and gone back to."""


def settings_store(engine: Engine, keyring: Keys) -> SealedStore[MailSettings]:
    """Return the store of mail settings. Each save leaves its values in `revision_store` too."""
    trail = Trail(kind=_REVISION, dump=_dump_revision, newest=_REVISIONS_KEPT)
    return SealedStore(engine, keyring, kind="settings", dump=dump, load=load, trail=trail)


def revision_store(engine: Engine, keyring: Keys) -> SealedStore[MailSettings]:
    """Return the store of former mail settings, without passwords, by their revisions."""
    return SealedStore(engine, keyring, kind=_REVISION, dump=_dump_revision, load=load)


def key_store(engine: Engine, keyring: Keys) -> SealedStore[SSLKey]:
    """Return the store of client keys and trusted certificates."""
    return SealedStore(engine, keyring, kind="key", dump=dump_key, load=load_key)


def document_store(engine: Engine, keyring: Keys, kind: str) -> SealedStore[dict[str, Any]]:
    """Return a store of JSON objects."""
    return SealedStore(engine, keyring, kind=kind, dump=_dump_document, load=json.loads)


def _dump_revision(settings: MailSettings) -> bytes:
    # A password is never kept for longer than it is in use.
    return dump(replace(settings, password=None))


def _dump_document(document: dict[str, Any]) -> bytes:
    # In ASCII: a form keeps what was typed before it is judged, half a character as well.
    return json.dumps(document, sort_keys=True).encode()

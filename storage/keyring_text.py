"""The keyring as text: its lines changed, all else in it left as people wrote it. Pure."""

from collections.abc import Callable, Collection

from storage.errors import InvalidKeyring
from storage.keyring import Keyring, id_of


def with_key(text: str, key: str) -> str:
    """Return *text* with one more key, which opens only."""
    return f"{text.rstrip()}\naccept {key}\n"


def with_primary(text: str, key_id: str) -> str:
    """Return *text* with the key of this id as its primary one. Raises InvalidKeyring."""
    if not Keyring.parse(text).knows(key_id):
        raise InvalidKeyring(f"The keyring has no key {key_id}.")
    return _lines(
        text,
        lambda _role, key, rest: f"{'primary' if id_of(key) == key_id else 'accept'} {key}{rest}",
    )


def without(text: str, key_ids: Collection[str]) -> str:
    """Return *text* without the keys of these ids."""
    return _lines(
        text, lambda role, key, rest: None if id_of(key) in key_ids else f"{role} {key}{rest}"
    )


def _lines(text: str, change: Callable[[str, str, str], str | None]) -> str:
    """Give *change* role, key and what follows them of each line with a key; None leaves it out."""
    kept: list[str] = []
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        changed = (
            change(words[0], words[1], line.partition(words[1])[2]) if len(words) == 2 else line
        )
        if changed is not None:
            kept.append(changed)
    return "".join(f"{each}\n" for each in kept)

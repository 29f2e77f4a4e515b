"""What a save changed, from what to what, in words for people. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.smtp.providers import PROVIDERS
from bot.smtp.settings import LABELS, MailSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field that a save changed. Texts are as people typed them: whoever shows them escapes."""

    field: str
    before: str | None = None
    """None: not known, or a secret."""
    after: str | None = None
    """The same."""

    @property
    def label(self) -> str:
        """The field's name on screen."""
        return LABELS.get(self.field, self.field)


def changes(
    fields: Iterable[str],
    *,
    before: MailSettings | None,
    after: MailSettings | None,
    keys: Mapping[str, str],
) -> tuple[Change, ...]:
    """Say what became of the *fields* that a save changed; a password is named and no more.

    *keys* are the names of the SSL keys that there are now, by their ids.
    """
    return tuple(
        Change(
            field=name,
            before=_told(before, name, keys),
            after=_told(after, name, keys),
        )
        for name in fields
    )


def shown_value(settings: MailSettings, name: str) -> str:
    """Return a field's value for people; of a password only whether there is one."""
    value = getattr(settings, name)
    if name == "password":
        return "set" if value is not None else "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    if name in {"tls_mode", "test_policy"}:
        return str(value.label)
    if name == "configuration":
        return str(value).capitalize()
    if name == "provider":
        provider = PROVIDERS.get(value)
        return provider.label if provider is not None else str(value)
    return str(value) or "empty"


def _told(settings: MailSettings | None, name: str, keys: Mapping[str, str]) -> str | None:
    # A field that a newer version of the program has is named, and no more.
    if settings is None or name == "password" or not hasattr(settings, name):
        return None
    if name == "ssl_key":
        chosen = settings.ssl_key
        return keys.get(chosen, "a key that was deleted") if chosen else "None"
    return shown_value(settings, name)

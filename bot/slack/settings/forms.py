"""Forms between clicks: the draft of each open form and the password that waits for its Save.

Called in the vault's threads. A form belongs to the person who opened it.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.config import Config
from bot.slack.access import Caller, Refused
from bot.slack.settings.form import (
    Form,
    drawn_values,
    dump_form,
    load_form,
    new_form,
    numbers_of,
    read_state,
)
from bot.slack.settings.view import Surroundings
from bot.slack.work import Turns
from bot.smtp.settings import Configuration, MailSettings
from bot.vault import Vault
from storage.errors import StaleRevision
from storage.records import Record

WAITING = timedelta(minutes=30)
"""How long a new password waits for the Save of its form."""


_DOUBLE_CLICK = timedelta(milliseconds=400)


class NotYourForm(Refused):
    """The form was opened by somebody else, or is none of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An open form with all that belongs to it."""

    form: Form
    drawn: Form
    """The form as Slack shows it: before what was typed was read and tidied."""
    around: Surroundings
    saved: Record[MailSettings] | None
    waiting: str | None = None
    shown: frozenset[str] = frozenset()
    """The fields that the person saw, and still sees."""

    @property
    def settings(self) -> MailSettings:
        """What is saved now, or what a workspace begins with."""
        return self.saved.value if self.saved is not None else MailSettings()

    @property
    def revision(self) -> int:
        """Of what is saved now; 0: nothing is."""
        return self.saved.revision if self.saved is not None else 0

    def __repr__(self) -> str:
        return f"Page(form={self.form.id!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Opens, resumes and keeps forms."""

    vault: Vault
    config: Config
    clock: Callable[[], datetime]
    turns: Turns = field(default_factory=Turns)
    """Of one form, one click is answered after the other."""

    @property
    def password_way(self) -> bool:
        """A password can be given from Slack: on our page, or typed there."""
        return bool(self.config.public_url) or self.config.password_in_slack

    @property
    def default_offered(self) -> bool:
        """The operator provides a mail service."""
        return self.config.default_server is not None

    def begin(self, caller: Caller, form_id: str, *, test_address: str) -> Page:
        """Fill a form with what is saved. Raises StorageError."""
        saved = self.vault.settings.get(caller.team_id)
        settings = saved.value if saved is not None else self._fresh_settings()
        form = new_form(
            form_id,
            settings,
            revision=saved.revision if saved is not None else 0,
            test_address=test_address,
        )
        return self._page(caller, form, form, saved=saved)

    def resume(self, caller: Caller, view: Mapping[str, Any], *, follow: bool = True) -> Page:
        """Read the form that *view* shows, as it stands. Raises NotYourForm, StorageError.

        Without *follow* no field changes but by what was typed: nothing is saved or tested that
        the person has not seen.
        """
        draft = self.draft(caller, form_id_of(view))
        blocks = view.get("blocks") or ()
        shown = numbers_of(blocks)
        # What is hidden comes from the draft; what is shown, from the view itself: of two quick
        # clicks the draft may know more than the person has seen.
        drawn = replace(
            draft,
            values=draft.values | drawn_values(blocks),
            revision=int(_metadata(view, "revision")),
            again=_metadata(view, "again", default=""),
            numbers=draft.numbers | shown,
            view_id=str(view.get("id") or draft.view_id),
        )
        state = (view.get("state") or {}).get("values") or {}
        form = read_state(drawn, state, follow=follow)
        # A field that a click has given another number since may be gone from the screen.
        there = {name for name in shown if drawn.block_id(name) == draft.block_id(name)}
        return replace(self.page(caller, form, drawn=drawn), shown=frozenset(there))

    def draft(self, caller: Caller, form_id: str) -> Form:
        """Return the form *form_id* as its last click left it. Raises NotYourForm, StorageError."""
        if form_id.partition("-")[0] != caller.user_id:
            raise NotYourForm(_NOT_YOURS)
        draft = self.vault.drafts.get(caller.team_id, form_id)
        if draft is not None:
            return load_form(draft.value)
        # Nothing was hidden yet: a form gets its draft at the first click, so that opening it
        # costs no write.
        return self.begin(caller, form_id, test_address="").form

    def page(self, caller: Caller, form: Form, *, drawn: Form) -> Page:
        """Return *form* with what is saved and what waits for it. Raises StorageError."""
        saved = self.vault.settings.get(caller.team_id)
        waiting = self._waiting_password(caller, form)
        return self._page(caller, form, drawn, saved=saved, waiting=waiting)

    def keep(self, caller: Caller, form: Form) -> None:
        """Write the draft of *form*; of two clicks at once the later wins. Raises StorageError."""
        value = dump_form(form)
        while True:
            draft = self.vault.drafts.get(caller.team_id, form.id)
            revision = draft.revision if draft is not None else 0
            try:
                self.vault.drafts.put(
                    caller.team_id,
                    value,
                    name=form.id,
                    revision=revision,
                    by=caller.user_id,
                    at=self.clock(),
                )
            except StaleRevision:
                continue
            return

    def is_newest(self, caller: Caller, form: Form) -> bool:
        """Tell whether nobody clicked in a form after *form* was kept. Raises StorageError."""
        return self.draft(caller, form.id).clicked == form.clicked

    def wait_with(self, caller: Caller, form_id: str, password: str) -> None:
        """Seal a new password until its form is saved. Raises StorageError."""
        self.vault.passwords.delete(caller.team_id, form_id, at=self.clock())
        self.vault.passwords.put(
            caller.team_id,
            {"user": caller.user_id, "password": password},
            name=form_id,
            revision=0,
            by=caller.user_id,
            at=self.clock(),
        )

    def once(self, deed: str, form_id: str) -> bool:
        """Tell whether a form's button was pressed once, not for the second time of two clicks."""
        return self.vault.deliveries.once(f"{deed}:{form_id}", now=self.clock(), keep=_DOUBLE_CLICK)

    def drop_waiting(self, caller: Caller, form_id: str) -> None:
        """Forget the password that waits for a form. Raises StorageError."""
        self.vault.passwords.delete(caller.team_id, form_id, at=self.clock())

    def _waiting_password(self, caller: Caller, form: Form) -> str | None:
        waiting = self.vault.passwords.get(caller.team_id, form.id)
        if waiting is None or waiting.value["user"] != caller.user_id:
            return None
        if self.clock() - waiting.changed_at > WAITING:
            return None
        return str(waiting.value["password"])

    def _fresh_settings(self) -> MailSettings:
        if self.default_offered:
            return MailSettings(configuration=Configuration.DEFAULT)
        return MailSettings()

    def _page(
        self,
        caller: Caller,
        form: Form,
        drawn: Form,
        *,
        saved: Record[MailSettings] | None,
        waiting: str | None = None,
    ) -> Page:
        password = saved.value.password if saved is not None else None
        server = self.config.default_server
        around = Surroundings(
            default_server=f"{server.host}:{server.port}" if server is not None else "",
            password_set_by=password.set_by if password is not None else "",
            password_set_at=password.set_at if password is not None else None,
            password_waits=waiting is not None,
            password_way=self.password_way,
            keys=self.vault.ssl_keys(caller.team_id),
        )
        return Page(form=form, drawn=drawn, around=around, saved=saved, waiting=waiting)


def new_form_id(caller: Caller) -> str:
    """Name a form that *caller* opens."""
    return f"{caller.user_id}-{secrets.token_urlsafe(12)}"


def form_id_of(view: Mapping[str, Any]) -> str:
    """Read which form *view* belongs to. Raises NotYourForm."""
    return _metadata(view, "form")


def _metadata(view: Mapping[str, Any], key: str, *, default: str | None = None) -> str:
    try:
        found = json.loads(view.get("private_metadata") or "")
        return str(found[key] if default is None else found.get(key, default))
    except (ValueError, KeyError, TypeError):
        raise NotYourForm(_NOT_YOURS) from None


_NOT_YOURS = (
    "This form is no longer open for you, so nothing was changed. "
    "Run `/mailsettings` to open a new one."
)

"""Saving: a filled form is judged as a whole, and saved as a whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.slack.access import Caller
from bot.slack.deeds import SAVES, fields_of, revision_of, saved
from bot.slack.settings.answers import (
    conflict_notice,
    saved_view,
    unchanged_view,
)
from bot.slack.settings.form import new_form
from bot.slack.settings.forms import Forms, Page
from bot.slack.settings.view import draw
from bot.slack.words import Block
from bot.smtp.fields import check_password, parse_password, read_form
from bot.smtp.settings import (
    Configuration,
    InvalidSettings,
    MailSettings,
    Password,
    changed_fields,
    serves_as,
)
from storage.audit import Event
from storage.errors import StaleRevision


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the person sees after Save."""

    view: Block
    complaints: dict[str, str]
    """By block id; empty: the view replaces the form."""
    again: str = ""
    """The test that led to the form, to be run again; empty: none, or nothing was saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Judges and saves forms. Called in the vault's threads."""

    forms: Forms
    clock: Callable[[], datetime]

    def save(self, caller: Caller, page: Page) -> Answer:
        """Save the form of *page*. Raises StorageError when the vault can't keep it."""
        if page.revision != page.form.revision:
            return self._conflict(caller, page)
        try:
            settings = self.judge(caller, page)
        except InvalidSettings as invalid:
            self.forms.keep(caller, page.form)
            return complain(page, invalid.errors)
        fields = changed_fields(page.settings, settings)
        if page.saved is not None and not fields:
            self.forms.keep(caller, replace(page.form, over=True))
            return Answer(view=unchanged_view(page.form), complaints={})
        try:
            record = self.forms.vault.settings.put(
                caller.team_id,
                settings,
                revision=page.revision,
                by=caller.user_id,
                at=self.clock(),
                event=self._event(caller, page, settings, fields),
            )
        except StaleRevision:
            return self._conflict(caller, self.forms.page(caller, page.form, drawn=page.drawn))
        self.forms.drop_waiting(caller, page.form.id)
        form = new_form(
            page.form.id,
            settings,
            revision=record.revision,
            test_address=page.form.values["test_address"],
        )
        self.forms.keep(caller, replace(form, view_id=page.form.view_id, over=True))
        view = saved_view(
            form,
            page.settings,
            settings,
            first=page.saved is None,
            unused=page.waiting is not None and settings.configuration is Configuration.DEFAULT,
            again=bool(page.form.again),
        )
        return Answer(view=view, complaints={}, again=page.form.again)

    def judge(self, caller: Caller, page: Page) -> MailSettings:
        """Return the settings that the form means, with the password that is theirs.

        Raises InvalidSettings with every complaint at once.
        """
        settings = read_form(
            page.form.values,
            before=page.settings,
            default_offered=self.forms.default_offered,
            keys=page.around.keys,
        )
        settings = replace(settings, password=self._password(caller, page, settings))
        policy = self.forms.config.policy
        complaints = check_password(
            settings,
            may_send_password=policy.may_send_password(settings.host, settings.tls_mode),
        )
        if not self.forms.password_way:
            # Only the operator can give the password, and only once the settings are saved.
            complaints = {name: each for name, each in complaints.items() if name == "tls_mode"}
        if complaints:
            raise InvalidSettings(complaints)
        return settings

    def _password(self, caller: Caller, page: Page, settings: MailSettings) -> Password | None:
        if page.form.password_removed:
            return None
        if settings.configuration is Configuration.DEFAULT:
            # A new password belongs to a server that Default does not have.
            return page.settings.password
        if page.waiting is not None:
            return Password(
                value=parse_password(page.waiting, provider=settings.provider, host=settings.host),
                destination=settings.destination,
                set_by=caller.user_id,
                set_at=self.clock(),
            )
        return page.settings.password

    def _event(
        self, caller: Caller, page: Page, settings: MailSettings, fields: tuple[str, ...]
    ) -> Event:
        number = page.form.back_to
        former = None
        if number:
            former = self.forms.vault.revisions.get(caller.team_id, str(number))
        return saved(
            caller.user_id,
            fields=fields,
            revision=page.revision + 1,
            back_to=number,
            exact=former is not None and serves_as(settings, former.value),
        )

    def _conflict(self, caller: Caller, page: Page) -> Answer:
        entries = self.forms.vault.audit.latest(caller.team_id, 100)
        fields = {
            name
            for entry in entries
            if entry.action in SAVES and revision_of(entry) > page.form.revision
            for name in fields_of(entry)
        }
        form = replace(
            page.form,
            revision=page.revision,
            notice=conflict_notice(page.form, page.saved, fields),
        )
        self.forms.keep(caller, form)
        return Answer(view=draw(form, page.around), complaints={})


def complain(page: Page, complaints: dict[str, str]) -> Answer:
    """Put each complaint under its field: by Slack's own errors where it shows these fields."""
    form = replace(page.form, complaints=complaints, more=page.form.more or hidden(complaints))
    errors = {form.block_id(name): sentence for name, sentence in complaints.items()}
    as_drawn = form.numbers == page.drawn.numbers and complaints.keys() <= page.shown
    return Answer(view=draw(form, page.around), complaints=errors if as_drawn else {})


def hidden(complaints: dict[str, str]) -> bool:
    """Tell whether a complaint is about a field under "More options"."""
    return not complaints.keys().isdisjoint({"helo_name", "test_policy"})

"""Going back: the form filled with what an earlier revision had, for an admin to save.

Called in the vault's threads.
"""

from dataclasses import dataclass, replace

from bot.slack.access import Caller, Refused
from bot.slack.history import Happening, History
from bot.slack.settings.form import Form, new_form
from bot.slack.settings.forms import Forms, Page, new_form_id
from bot.slack.settings.history_view import LISTED
from bot.slack.words import mention, moment
from bot.smtp.settings import Configuration, MailSettings
from storage.records import Record


class RevisionGone(Refused):
    """The revision isn't kept any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingBack:
    """Shows what there was, and fills forms with it. Every method raises StorageError."""

    forms: Forms
    history: History

    def happenings(self, team_id: str, before: int | None) -> tuple[Happening, ...]:
        """Return a page of what happened, and one entry more if there is one."""
        return self.history.read(team_id, LISTED + 1, before=before)

    def begin(self, caller: Caller, number: int, *, test_address: str) -> Page:
        """Open a form that has what revision *number* had, not saved yet. Raises RevisionGone."""
        former = self.history.revision(caller.team_id, number)
        if former is None:
            raise RevisionGone(
                f"Revision {number} isn't kept any more, so nothing was changed. "
                "Run `/mailsettings history` to see what there is."
            )
        page = self.forms.begin(caller, new_form_id(caller), test_address=test_address)
        form = _filled(page, former, number)
        # At once: what the form doesn't show comes from the earlier revision too.
        self.forms.keep(caller, form)
        return replace(page, form=form)


def _filled(page: Page, former: Record[MailSettings], number: int) -> Form:
    settings, now = former.value, page.settings
    form = new_form(
        page.form.id,
        settings,
        revision=page.revision,
        test_address=page.form.values["test_address"],
    )
    told = (
        f"*Revision {number} of {moment(former.changed_at)} by {mention(former.changed_by)}* "
        "stands in this form, and nothing is saved yet. Look it through, then choose Save."
    )
    hidden = (settings.helo_name, settings.test_policy) != (now.helo_name, now.test_policy)
    return replace(
        form, back_to=number, more=hidden, notice="\n".join([told, *_warnings(page, settings)])
    )


def _warnings(page: Page, former: MailSettings) -> list[str]:
    """Say what of an earlier revision can't simply come back."""
    if former.configuration is Configuration.DEFAULT:
        return [] if page.around.default_server else [_WITHDRAWN]
    found = []
    if former.uses_ssl_key and former.ssl_key not in page.around.keys:
        found.append(_KEY_DELETED)
    if not former.anonymous:
        found.append(_about_password(page, former))
    return found


def _about_password(page: Page, former: MailSettings) -> str:
    stored = page.settings.password
    if stored is not None and stored.destination == former.destination:
        return "The stored password was given for this server, and stays."
    how = (
        "give it again before you save"
        if page.around.password_way
        else "the operator of this bot gives it after you saved"
    )
    if stored is None:
        return f"No password is stored now: {how}."
    return (
        "The stored password was given for another server, port, protocol, user name or SSL key, "
        f"so it doesn't come along: {how}."
    )


_WITHDRAWN = (
    "It used the mail service of this bot's operator, which isn't offered any more: choose Custom "
    "and fill in your own server."
)
_KEY_DELETED = "Its SSL key was deleted since: choose another one, or “None”."

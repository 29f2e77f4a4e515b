"""From what stands in a form to a test of it."""

from dataclasses import replace
from typing import Protocol

from bot.slack.access import Caller, Person
from bot.slack.settings.forms import Page
from bot.slack.settings.saving import Saving
from bot.smtp.address import InvalidAddress, parse_address
from bot.smtp.settings import InvalidSettings, MailSettings


class StartTest(Protocol):
    """Starts a test of *settings*, which stand in a form, that the person watches in a view."""

    async def __call__(  # noqa: PLR0913 - who asks, what is tested, and where it is shown
        self,
        caller: Caller,
        person: Person,
        *,
        settings: MailSettings,
        recipient: str,
        form_id: str,
        trigger_id: str = "",
        view_id: str = "",
    ) -> None:
        """Begin the test in a view pushed with *trigger_id*, or in the view *view_id*.

        Raises Refused, StorageError, SlackFailure.
        """
        ...


def judged(
    saving: Saving, caller: Caller, page: Page
) -> tuple[MailSettings | None, dict[str, str]]:
    """Return the settings that a form means, or every complaint about it, and keep the form.

    Called in the vault's threads. Raises StorageError.
    """
    complaints: dict[str, str] = {}
    settings = None
    try:
        settings = saving.judge(caller, page)
    except InvalidSettings as invalid:
        complaints |= invalid.errors
    try:
        parse_address(page.form.values["test_address"])
    except InvalidAddress as invalid:
        complaints["test_address"] = str(invalid)
    # With complaints the form is shown again, also where the view was that it was saved.
    form = replace(page.form, over=False) if complaints else page.form
    saving.forms.keep(caller, form)
    return None if complaints else settings, complaints

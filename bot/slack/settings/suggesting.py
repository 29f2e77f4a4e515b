"""Suggests a server for the From address, after a click was answered, and never in its way."""

from dataclasses import dataclass, replace

from bot.slack.access import Caller
from bot.slack.api import SlackAPI
from bot.slack.settings.form import Form
from bot.slack.settings.forms import Forms, Page
from bot.slack.settings.suggestion_view import wanted_for
from bot.slack.settings.view import draw
from bot.slack.work import Threads, Work
from bot.smtp.network import Network
from bot.smtp.suggestion import Suggestion, suggest


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggesting:
    """Asks name servers, and draws the form once more if it still stands there as it was."""

    slack: SlackAPI
    threads: Threads
    work: Work
    forms: Forms
    network: Network

    def after_redraw(self, caller: Caller, form: Form) -> None:
        """Begin to look for a server, where *form*, just drawn, has a From address and none."""
        domain, known = wanted_for(form), form.suggestion
        # Without a hash nothing would tell whether the form is still the same.
        drawn = self.slack.last_hash(form.view_id)
        if domain is not None and drawn and (known is None or known.domain != domain):
            self.work.start(self._suggest(caller, form, drawn), name="suggestion")

    async def _suggest(self, caller: Caller, form: Form, drawn: str) -> None:
        found = await suggest(
            form.values["from_address"],
            resolver=self.network.resolver,
            seconds=self.network.deadlines.aside,
        )
        if found is None:
            return
        async with self.forms.turns.of(form.id):
            page = await self.threads(self._kept, caller, form, found)
            if page is not None:
                await self.slack.update_view(
                    form.view_id, draw(page.form, page.around), view_hash=drawn, no_other=True
                )

    def _kept(self, caller: Caller, form: Form, found: Suggestion) -> Page | None:
        """Keep the suggestion with the draft; None: a later click has made another form of it."""
        draft = self.forms.draft(caller, form.id)
        if draft.clicked != form.clicked or wanted_for(draft) != found.domain:
            return None
        draft = replace(draft, suggestion=found)
        self.forms.keep(caller, draft)
        return self.forms.page(caller, draft, drawn=draft)

"""A desk at which forms are opened, filled, sent back as Slack does, and saved."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.config import Config
from bot.demo.drawing import visible_text
from bot.demo.state import Form as Client
from bot.demo.views import with_ids
from bot.slack.access import Caller
from bot.slack.settings.forms import Forms, Page
from bot.slack.settings.saving import Answer, Saving
from bot.slack.settings.view import draw
from bot.smtp.settings import Destination, MailSettings, Password, TLSMode
from bot.vault import Vault

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
RIGHT = {
    "host": "mail.example.com",
    "port": "587",
    "username": "team@example.com",
    "from_address": "team@example.com",
}


@dataclass
class Desk:
    """All that belongs to the forms of one workspace."""

    vault: Vault
    config: Config
    clock: Any
    check: Callable[[dict[str, Any]], None]
    me: Caller
    owner: Caller

    @property
    def forms(self) -> Forms:
        return Forms(vault=self.vault, config=self.config, clock=self.clock)

    @property
    def saving(self) -> Saving:
        return Saving(forms=self.forms, clock=self.clock)

    @property
    def saved(self) -> MailSettings | None:
        record = self.vault.settings.get("T1")
        return record.value if record is not None else None

    def open(self, who: Caller | None = None) -> Page:
        """Open a form that nobody clicked in yet."""
        who = who or self.me
        return self.forms.begin(who, f"{who.user_id}-x", test_address="ana@example.com")

    def store(self, settings: MailSettings) -> None:
        """Save settings as somebody did before."""
        saved = self.vault.settings.get("T1")
        revision = saved.revision if saved is not None else 0
        self.vault.settings.put("T1", settings, revision=revision, by="UOWNER", at=AT)

    def view(self, page: Page, **entered: Any) -> dict[str, Any]:
        """Return what Slack sends back: *page* as drawn, and what was entered since."""
        view = with_ids(draw(page.form, page.around))
        client = Client(view["blocks"])
        for (block_id, name), field in list(client.fields.items()):
            if name in entered:
                client.touch((block_id, name), _meant(field.element, entered.pop(name)))
        assert not entered, f"not in this view: {entered}"
        return view | {"id": "V1", "hash": "1.a", "state": client.state()}

    def fill(self, page: Page, **entered: Any) -> dict[str, Any]:
        """Fill a fresh form rightly, but for the password."""
        return self.view(page, **(RIGHT | entered))

    def resume(self, view: dict[str, Any], who: Caller | None = None) -> Page:
        """Read a view as a click of *who* does, and keep its draft."""
        page = self.forms.resume(who or self.me, view)
        self.forms.keep(who or self.me, page.form)
        return page

    def save(self, view: dict[str, Any], who: Caller | None = None) -> Answer:
        """Submit a view, and see that Slack takes what comes back."""
        who = who or self.me
        answer = self.saving.save(who, self.forms.resume(who, view))
        self.check(answer.view)
        shown = {each["block_id"] for each in view["blocks"] if each["type"] == "input"}
        assert answer.complaints.keys() <= shown
        return answer

    def says(self, view: dict[str, Any], who: Caller | None = None) -> str:
        """Submit a view, and return what the view that follows says."""
        answer = self.save(view, who)
        assert answer.complaints == {}
        return visible_text(answer.view["blocks"])


def _meant(element: dict[str, Any], value: Any) -> Any:
    if element["type"] == "checkboxes":
        return element["options"] if value else []
    if "options" in element:
        return next(each for each in element["options"] if each["value"] == value)
    return value


@pytest.fixture
def desk(
    vault: Vault,
    config: Config,
    clock: Any,
    caller: Caller,
    assert_view: Callable[[dict[str, Any]], None],
) -> Desk:
    owner = replace(caller, user_id="UOWNER")
    return Desk(vault=vault, config=config, clock=clock, check=assert_view, me=caller, owner=owner)


@pytest.fixture
def filled() -> MailSettings:
    """Settings that can be saved, with their password."""
    where = Destination(
        host="mail.example.com", port=587, tls_mode=TLSMode.STARTTLS, username="team@example.com"
    )
    return MailSettings(
        host=where.host,
        username=where.username,
        from_address="team@example.com",
        password=Password(value="s3cret pass", destination=where, set_by="UOWNER", set_at=AT),
    )

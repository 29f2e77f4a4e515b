"""At every door: who may not come in changes nothing, though he forges, replays or was an admin."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from bot.slack.app import REDRAWING
from bot.slack.deeds import REFUSED
from bot.slack.pace import Pace
from storage.tables import records

PEOPLE = ("member", "guest", "deactivated", "foreign")
ACTIONS = (
    *REDRAWING,
    *("more", "use_suggestion", "send_test", "change_password", "remove_password"),
    *("go_back", "history_older", "history_newest"),
)
IN_MESSAGES = ("fix_settings", "test_details", "test_again")
PASSWORD = "pässword-Ünsafe 17"


@pytest.fixture
def people(bot: Any) -> dict[str, Any]:
    """Everybody who is no admin, by what he is."""
    gone = bot.slack.add_user("UGONE", name="gone", is_admin=True, deleted=True)
    foreign = bot.slack.add_user(
        "UFOREIGN", name="foreign", team_id="T9", is_admin=True, is_stranger=True
    )
    return {"member": bot.member, "guest": bot.guest, "deactivated": gone, "foreign": foreign}


@pytest.fixture
async def server(bot: Any, mail_server: Any) -> Any:
    """A mail server, and settings for it that the admin saved."""
    server = mail_server()
    modal = await bot.open_settings()
    await bot.fill(modal, port=server.port, password=PASSWORD, username="login@example.com")
    await bot.save(modal)
    return server


def kept(bot: Any) -> dict[str, Any]:
    """Return all that the vault holds of settings, forms and passwords."""
    vault = bot.parts.vault
    stores = {"drafts": vault.drafts, "passwords": vault.passwords, "links": vault.links}
    found = {
        kind: [(name, store.get(team, name)) for team in ("T1", "") for name in store.names(team)]
        for kind, store in stores.items()
    }
    # That somebody was refused is written down, and nothing else is.
    entries = [each for each in vault.audit.latest("T1", 100) if each.action != REFUSED]
    return found | {"settings": vault.settings.get("T1"), "audit": entries}


async def idle(bot: Any) -> None:
    """Wait until the bot has nothing under way."""
    await bot.program._work.drain(seconds=10, grace=1)


def forgive_pushes(bot: Any) -> None:
    """Forget that a refusal was to be shown in a modal that the forger does not have."""
    for rule in ("views.push needs a trigger id", "A trigger id was used twice"):
        if any(rule in each for each in bot.slack.violations):
            bot.slack.forgive(rule)


@pytest.mark.parametrize("who", PEOPLE)
async def test_no_action_in_somebody_elses_modal_does_anything(
    bot: Any, server: Any, people: dict[str, Any], who: str
) -> None:
    modal = await bot.open_settings()
    await modal.type("Sender name", "Typed by the admin")
    before, text, view = kept(bot), modal.text(), modal.payload()
    for action_id in ACTIONS:
        answer = await people[who].forge_action({"action_id": action_id}, view=view)
        assert (answer.status, answer.body) == (200, ""), action_id
    await idle(bot)
    assert kept(bot) == before
    assert modal.text() == text
    assert modal.depth == 1
    assert server.commands == []
    forgive_pushes(bot)


@pytest.mark.parametrize("who", PEOPLE)
async def test_no_submission_of_somebody_elses_modal_is_saved(
    bot: Any, server: Any, people: dict[str, Any], who: str
) -> None:
    modal = await bot.open_settings()
    await modal.type("Sender name", "Forged")
    view = modal.payload()
    before = kept(bot)
    for callback_id in ("mail_settings", "password"):
        answer = await people[who].forge_submission(
            view | {"callback_id": callback_id},
            values={"new_password": {"new_password": {"value": "forged"}}},
        )
        assert answer.status == 200
        assert '"response_action": "push"' in answer.body
        assert "owners and admins" in answer.body or "other organisations" in answer.body
    await idle(bot)
    assert kept(bot) == before
    assert server.commands == []


async def test_a_foreigner_in_our_own_shared_channel_is_refused(
    bot: Any, server: Any, people: dict[str, Any]
) -> None:
    """Slack may name our team beside somebody whose own team is another one."""
    modal = await bot.open_settings()
    before = kept(bot)
    body = {
        "type": "view_submission",
        "user": {"id": people["foreign"].id, "team_id": "T9"},
        "team": {"id": "T1"},
        "trigger_id": "1.2.3",
        "view": modal.payload(),
    }
    answer = await bot.slack.send_raw(body)
    assert "other organisations" in answer.body
    assert kept(bot) == before
    assert server.commands == []


@pytest.mark.parametrize("who", PEOPLE)
async def test_no_button_under_a_test_does_more_than_it_may(
    bot: Any, server: Any, people: dict[str, Any], who: str
) -> None:
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    [button] = [e for b in message.blocks for e in b.get("elements", ()) if e.get("value")][:1]
    await idle(bot)
    before, stacks = kept(bot), len(bot.slack._delivery.views.stacks)
    for action_id in IN_MESSAGES:
        answer = await people[who].forge_action(
            {"action_id": action_id, "value": button["value"]}, message=message
        )
        assert (answer.status, answer.body) == (200, "")
    await idle(bot)
    assert kept(bot) == before
    assert len(server.messages) == 1
    assert len(bot.slack._delivery.views.stacks) == stacks


@pytest.mark.parametrize("who", ["member", "guest"])
async def test_no_command_opens_what_is_for_admins(
    bot: Any, server: Any, people: dict[str, Any], who: str
) -> None:
    before, stacks = kept(bot), len(bot.slack._delivery.views.stacks)
    person = people[who]
    for text in ("", "history", "show"):
        await person.command("/mailsettings", text)
    await idle(bot)
    mine = [each for each in bot.slack.messages("C1") if each.visible_to == person.id]
    assert len(mine) == 3
    for each in mine:
        assert "owners and admins" in each.shown
        assert "login@example.com" not in each.shown
    assert kept(bot) == before
    assert len(bot.slack._delivery.views.stacks) == stacks
    assert server.commands == []


@pytest.mark.both_doors
async def test_the_shortcut_opens_the_form_for_admins_alone(bot: Any) -> None:
    await bot.admin.shortcut("mail_settings")
    modal = await bot.admin.modal()
    await modal.shows("Email notifications")
    await bot.member.shortcut("mail_settings")
    modal = await bot.member.modal()
    await modal.shows("Only this workspace's owners and admins")
    assert modal.fields() == []


async def test_a_guest_sends_no_test(bot: Any, server: Any) -> None:
    await bot.guest.command("/mailtest")
    message = await bot.slack.message("C1", containing="Guests")
    assert message.visible_to == "UGUEST"
    assert server.commands == []


@pytest.mark.both_doors
async def test_who_is_no_admin_any_more_saves_nothing_though_the_form_is_open(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    bot.slack.add_user("UADMIN", name="admin")
    submitted = await modal.submit()
    assert submitted.outcome == "pushed"
    await modal.shows("Only this workspace's owners and admins")
    assert bot.parts.vault.settings.get("T1") is None
    await modal.close()
    bot.slack.add_user("UADMIN", name="admin", is_admin=True)
    await bot.save(modal)
    assert bot.parts.vault.settings.get("T1").value.username == "team@example.com"


async def test_when_slack_cannot_be_asked_nothing_is_saved_and_nothing_typed_is_lost(
    bot: Any,
) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    bot.slack.weather.fail("users.info", status="internal_error")
    submitted = await modal.submit()
    assert submitted.outcome == "pushed"
    await modal.shows("Slack didn't tell us who you are")
    assert bot.parts.vault.settings.get("T1") is None
    await modal.close()
    assert modal.value("Server address") == "mail.example.com"
    await bot.save(modal)


class TestAnAdminOfLongAgo:
    """Slack's word on somebody is too old as soon as it is given."""

    @pytest.fixture
    def pace(self) -> Pace:
        return Pace(trusted_for=-1.0)

    async def test_an_admin_of_long_ago_gets_a_window_that_says_no(self, bot: Any) -> None:
        await bot.open_settings()
        modal = await bot.open_settings()
        assert modal.title == "Mail settings"
        bot.slack.add_user("UADMIN", name="admin")
        await bot.admin.command("/mailsettings")
        modal = await bot.admin.modal()
        await modal.shows("Only this workspace's owners and admins")
        assert modal.fields() == []

    async def test_an_admin_whose_form_the_vault_cannot_fill_is_told_in_the_window(
        self, bot: Any
    ) -> None:
        modal = await bot.open_settings()
        await bot.fill(modal)
        await bot.save(modal)
        with bot.parts.vault.engine.begin() as connection:
            saved = records.c.kind == "settings"
            connection.execute(update(records).where(saved).values(envelope=b"\0"))
        await bot.admin.command("/mailsettings")
        modal = await bot.admin.modal()
        await modal.shows("incident number")

    @pytest.mark.parametrize("trouble", ["expired_trigger_id", "internal_error"])
    async def test_a_window_that_did_not_open_for_an_admin_of_long_ago_is_told_privately(
        self, bot: Any, trouble: str
    ) -> None:
        await bot.open_settings()
        bot.slack.weather.fail("views.open", status=trouble)
        await bot.admin.command("/mailsettings")
        message = await bot.slack.message("C1", containing="try again")
        assert message.visible_to == "UADMIN"


def sent_to_bot(bot: Any, what: str) -> Any:
    return [each for each in bot.slack.record if not each.by_bot and each.what == what][-1]


async def test_a_replayed_command_sends_no_second_mail(bot: Any, server: Any) -> None:
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    command = sent_to_bot(bot, "command")
    await bot.admin.press_message(message, "Test again")
    await asyncio.to_thread(server.wait_for, lambda it: len(it.messages) == 2)
    for entry in (command, sent_to_bot(bot, "block_actions")):
        assert (await bot.slack.replay(entry)).status == 200
    await idle(bot)
    assert len(server.messages) == 2


async def test_a_replayed_save_changes_nothing(bot: Any, server: Any) -> None:
    first = bot.parts.vault.settings.get("T1")
    save = sent_to_bot(bot, "view_submission")
    modal = await bot.open_settings(bot.owner)
    await modal.type("Sender name", "Newer")
    await bot.save(modal)
    second = bot.parts.vault.settings.get("T1")
    assert second.revision == first.revision + 1
    for _ in range(2):
        answer = await bot.slack.replay(save)
        assert "saved other settings" in answer.body
    assert bot.parts.vault.settings.get("T1") == second
    assert server.commands == []


@pytest.mark.parametrize("environ", [{"MAILSETTINGS_ADMINS": "UMEMBER, UGUEST"}], ids=["named"])
async def test_the_operator_can_name_members_but_not_guests(bot: Any) -> None:
    modal = await bot.open_settings(bot.member)
    await bot.fill(modal)
    await bot.save(modal)
    assert bot.parts.vault.settings.get("T1").changed_by == "UMEMBER"
    await bot.guest.command("/mailsettings")
    message = await bot.slack.message("C1", containing="owners and admins")
    assert message.visible_to == "UGUEST"


async def test_an_org_admin_with_this_workspace_is_one(bot: Any) -> None:
    organisation = {"id": "W1", "enterprise_id": "E1", "is_admin": True, "teams": ["T1"]}
    person = bot.slack.add_user("UORG", name="org", enterprise_user=organisation)
    modal = await bot.open_settings(person)
    await bot.fill(modal)
    await bot.save(modal)
    elsewhere = organisation | {"teams": ["T7"]}
    bot.slack.add_user("UORG", name="org", team_id="T7", enterprise_user=elsewhere)
    modal = await bot.open_settings(bot.owner)
    answer = await person.forge_submission(modal.payload())
    assert '"response_action": "push"' in answer.body

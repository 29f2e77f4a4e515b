"""One workspace reaches for every kind of row of another, through every door: in vain.

Both have people, channels and forms of the same names and ids, so nothing but the workspace tells
them apart.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.slack.app import REDRAWING
from bot.slack.mailtest.run import load_run
from storage.database import reading
from storage.errors import InvalidEnvelope
from storage.tables import audit_entries, records, runs
from tests.front import Front

SECRETS = ("one.example.com", "T1's secret", "team@t1.example")


def rows_of(many: Any, workspace: str) -> list[Any]:
    """Return every row of a workspace, to the letter."""
    with reading(many.vault.engine) as connection:
        return [
            connection.execute(
                select(table).where(table.c.workspace == workspace).order_by(*table.primary_key)
            ).all()
            for table in (records, runs, audit_entries)
        ]


def told(many: Any) -> str:
    """Return all that the bot has told the second workspace."""
    return "\n".join(many.slack("T2").sent_by_bot())


@pytest.fixture
async def both(many: Any, fill: Any) -> Any:
    """Two workspaces that have something of every kind."""
    for team in ("T1", "T2"):
        await fill(team)
    vault = many.vault
    saved = vault.settings.get("T1")
    vault.settings.put(
        "T1",
        saved.value.__class__(host="one.example.com", from_address="team@t1.example"),
        revision=saved.revision,
        by="UADMIN",
        at=many.clock(),
    )
    await many.program._work.drain(seconds=20, grace=1)  # what follows a test
    return many


def run_of(many: Any, workspace: str) -> str:
    with reading(many.vault.engine) as connection:
        return str(connection.scalar(select(runs.c.id).where(runs.c.workspace == workspace)))


def form_of(many: Any, workspace: str) -> str:
    return str(many.vault.drafts.names(workspace)[0])


def actions() -> list[str]:
    """Return the id of every action that the bot answers."""
    source = (Path(__file__).parents[2] / "bot" / "slack" / "app.py").read_text()
    named = re.findall(r'app\.action\("([a-z_]+)"\)', source)
    assert len(named) > 10
    return [*named, *REDRAWING]


async def test_no_action_reaches_the_other_workspace(both: Any) -> None:
    before, run_id, form_id = rows_of(both, "T1"), run_of(both, "T1"), form_of(both, "T1")
    theirs = both.slack("T1")._delivery.views.stacks[0]
    view = (theirs.views or both.slack("T1")._delivery.views.stacks[-1].views)[0].as_json()
    message = both.slack("T2").messages("C1")[-1]
    attacker = both.admin("T2")
    for action_id in actions():
        for value in (run_id, form_id, "k1", f"{run_id}:k1", "u1"):
            entry = {"action_id": action_id, "block_id": action_id, "value": value}
            entry["selected_option"] = {"value": value, "text": {"type": "plain_text", "text": "x"}}
            await attacker.forge_action(entry, message=message)
            await attacker.forge_action(entry, view=view | {"app_installed_team_id": "T2"})
            await attacker.forge_action(entry, view=view)
    await both.program._work.drain(seconds=20, grace=1)
    assert rows_of(both, "T1") == before
    for secret in SECRETS:
        assert secret not in told(both)
    for complaint in ("views.push needs a trigger id", "A trigger id was used twice"):
        both.slack("T2").forgive(complaint)  # a forged click has no window to push on


async def test_no_submission_reaches_the_other_workspace(both: Any) -> None:
    before, form_id = rows_of(both, "T1"), form_of(both, "T1")
    attacker = both.admin("T2")
    shown = [
        each.as_json() for stack in both.slack("T1")._delivery.views.stacks for each in stack.views
    ]
    assert shown
    for view in shown:
        for callback_id in ("mail_settings", "password", "key_upload", "mail_settings_saved"):
            for installed in ("T1", "T2"):
                forged = view | {"callback_id": callback_id, "app_installed_team_id": installed}
                values = {"new_password": {"new_password": {"value": "stolen"}}}
                answer = await attacker.forge_submission(forged, values=values)
                assert answer.status == 200
                for secret in SECRETS:
                    assert secret not in answer.body
    await both.program._work.drain(seconds=20, grace=1)
    assert rows_of(both, "T1") == before
    assert form_id not in both.vault.passwords.names("T2")


async def test_no_command_reaches_the_other_workspace(both: Any) -> None:
    before = rows_of(both, "T1")
    codes = {
        team: load_run(both.vault.runs.get(run_of(both, team)).payload).test.code
        for team in ("T1", "T2")
    }
    attacker = both.admin("T2")
    if codes["T1"] != codes["T2"]:
        await attacker.command("/mailtest", f"confirm {codes['T1']}")
        await both.slack("T2").message("C1", containing="Nobody in this workspace sent")
    for words in ("show", "history", "keys", "help", ""):
        await attacker.command("/mailsettings", words)
    await both.program._work.drain(seconds=20, grace=1)
    assert rows_of(both, "T1") == before
    for secret in SECRETS:
        assert secret not in told(both)


async def test_a_link_to_the_password_page_serves_its_own_workspace(both: Any) -> None:
    modal = await both.open_settings("T1", "owner")
    await modal.press("Set password")
    await modal.shows("The link works once")
    link = modal.link("Open the password page")
    before, others = rows_of(both, "T1"), rows_of(both, "T2")
    elsewhere = link.replace("/password/T1-", "/password/T2-")
    assert elsewhere != link
    browser = both.browser()
    assert (await browser.get(elsewhere)).status == 410
    assert (await browser.post(elsewhere, password="stolen")).status == 410
    assert rows_of(both, "T1") == before
    assert (await browser.post(link, password="T1's secret")).status == 200
    assert rows_of(both, "T2") == others
    assert rows_of(both, "T1") != before


async def test_somebody_of_another_workspace_in_a_shared_channel_is_nobody(both: Any) -> None:
    """A person of T2 clicks under a test of T1: Slack says T2, whose installation has no such."""
    before = rows_of(both, "T1")
    message = await both.slack("T1").message("C1", containing="confirmed it")
    visitor = both.slack("T1").add_user("UFOREIGN", team_id="T2", is_admin=True, is_stranger=True)
    for button in message.buttons:
        await visitor.press_message(message, button)
    await both.program._work.drain(seconds=20, grace=1)
    assert rows_of(both, "T1") == before


async def test_what_was_sealed_for_one_workspace_does_not_open_for_another(both: Any) -> None:
    with both.vault.engine.begin() as connection:
        stolen = connection.execute(
            select(records).where(records.c.workspace == "T1", records.c.kind == "installation")
        ).one()
        mine = records.c.workspace.in_(["T2"]) & (records.c.kind == "installation")
        connection.execute(records.update().where(mine).values(envelope=stolen.envelope))
    with pytest.raises(InvalidEnvelope):
        both.vault.installs.records.get("T2")


async def test_each_calls_slack_with_its_own_token(both: Any, front: Front) -> None:
    used = {team: front.token_of(team) for team in ("T1", "T2")}
    assert used["T1"] != used["T2"]
    for team in ("T1", "T2"):
        assert both.vault.installs.records.get(team).value.bot_token == used[team]
        front.workspaces[team].check()

"""The app's end: everything of the workspace is erased, in any order, and nothing of another."""

import asyncio
import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.audit import HEAD
from storage.database import reading
from storage.tables import audit_entries, rate_limits, records, runs
from tests.front import ENDS, Front


def left(many: Any, workspace: str) -> list[str]:
    """Return what is kept of a workspace, but for its audit log."""
    with reading(many.vault.engine) as connection:
        kinds = connection.scalars(
            select(records.c.kind).where(records.c.workspace == workspace, records.c.kind != HEAD)
        ).all()
        of_runs = connection.scalars(select(runs.c.id).where(runs.c.workspace == workspace)).all()
        keys = connection.scalars(select(rate_limits.c.key)).all()
    return sorted(
        {*kinds, *("run" for _ in of_runs), *(each for each in keys if workspace in each)}
    )


EVERYTHING = [
    "confirm:T1",
    "confirm:T1:UADMIN",
    "draft",
    "installation",
    "key",
    "password-link",
    "pending-password",
    "pending-upload",
    "run",
    "settings",
    "settings-revision",
    "test:T1",
    "test:T1:UADMIN",
]


@pytest.mark.parametrize(
    "events",
    [
        (0, 1),
        (1, 0),
        (0,),
        (1,),
        (0, 0, 1, 1),
        (1, 1, 0, 1),
    ],
    ids=lambda each: "-".join(("revoked", "uninstalled")[n] for n in each),
)
async def test_everything_is_erased_in_any_order(
    many: Any, fill: Any, events: tuple[int, ...]
) -> None:
    for team in ("T1", "T2"):
        await fill(team)
    assert left(many, "T1") == EVERYTHING
    others = left(many, "T2")
    many.front.end_token("T1")
    for each in events:
        assert (await many.front.tell("T1", ENDS[each])).status == 200
    assert left(many, "T1") == []
    assert left(many, "T2") == others, "nobody else lost anything"
    entries = [(each.action, each.actor) for each in many.vault.audit.latest("T1", 99)]
    assert entries[0] == ("workspace.erased", "slack")
    assert entries[-1] == ("app.installed", "UADMIN")
    assert entries.count(("workspace.erased", "slack")) == 1
    many.vault.audit.verify()
    with reading(many.vault.engine) as connection:
        details = connection.scalars(select(audit_entries.c.detail)).all()
    assert "example.com" not in "".join(details)
    reply = await many.admin("T1").command("/mailsettings")
    assert "workspaces that have installed it" in reply.text


@pytest.mark.parametrize("door", ["socket"])
async def test_socket_mode_brings_the_news_too(many: Any) -> None:
    await many.install("T1")
    await many.save("T1")
    assert all(each.ok for each in await many.front.uninstall("T1"))
    assert left(many, "T1") == []


async def test_both_at_once_on_two_replicas_erase_once(many: Any) -> None:
    await many.install("T1")
    await many.save("T1")
    other = await many.start()
    here, there = many.address, f"http://127.0.0.1:{other.port}"
    answers = []
    for place, event in zip(itertools.cycle((here, there)), ENDS * 2, strict=False):
        many.front.connect(f"{place}/slack/events")
        answers.append(asyncio.ensure_future(many.front.tell("T1", event)))
        await asyncio.sleep(0)
    assert {each.status for each in await asyncio.gather(*answers)} == {200}
    assert left(many, "T1") == []
    actions = [each.action for each in many.vault.audit.latest("T1", 9)]
    assert actions.count("workspace.erased") == 1
    many.vault.audit.verify()


async def test_late_news_of_an_older_installation_erases_nothing(many: Any) -> None:
    await many.install("T1")
    before = many.front.now() - 30
    await many.install("T1")
    await many.save("T1", host="new.example.com")
    for answer in [await many.front.tell("T1", each, seconds=before) for each in ENDS]:
        assert answer.status == 200
    assert many.vault.settings.get("T1").value.host == "new.example.com"
    assert (await many.open_settings("T1")).value("Server address") == "new.example.com"


@pytest.mark.parametrize("minutes", [4, -4])
async def test_a_clock_that_is_wrong_keeps_nothing_alive(many: Any, minutes: int) -> None:
    many.clock.ahead = timedelta(minutes=minutes)
    await many.install("T1")
    await many.save("T1")
    await many.front.uninstall("T1")
    assert left(many, "T1") == []


async def test_a_users_token_that_is_revoked_changes_nothing(many: Any) -> None:
    await many.install("T1")
    await many.save("T1")
    event = {"type": "tokens_revoked", "tokens": {"oauth": ["UADMIN"]}}
    assert (await many.front.tell("T1", event)).status == 200
    assert (await many.front.tell("T1", {"type": "tokens_revoked"})).status == 200
    assert "settings" in left(many, "T1")


async def test_a_test_under_way_ends_quietly(
    many: Any, saying: Any, hold: Any, configure: Any, leaks: Path
) -> None:
    await many.install("T1")
    moment = hold(then=b"250 2.1.0 fine\r\n")
    port, script = await saying(mail=moment)
    configure(many.vault, port)
    await many.admin("T1").command("/mailtest", "bob@example.com")
    await moment.reached.wait()
    await many.front.uninstall("T1")
    moment.go.set()
    await many.program._work.drain(seconds=10, grace=1)
    assert script.messages == [], "nobody is there who wants it"
    assert left(many, "T1") == []
    told = await asyncio.to_thread(leaks.read_text)
    assert "Traceback" not in told
    assert '"level": "error"' not in told


async def test_what_cannot_be_erased_just_now_is_told_again(many: Any) -> None:
    await many.install("T1")
    await many.save("T1")
    before = left(many, "T1")
    with many.vault.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE rate_limits RENAME TO elsewhere")
    assert (await many.front.tell("T1", ENDS[1])).status == 503, "Slack sends it again"
    with many.vault.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO rate_limits")
    assert left(many, "T1") == before, "all or nothing"
    assert (await many.front.tell("T1", ENDS[1])).status == 200
    assert left(many, "T1") == []


async def test_damaged_records_are_erased_all_the_same(many: Any) -> None:
    await many.install("T1")
    await many.save("T1")
    with many.vault.engine.begin() as connection:
        hurt = records.c.workspace.in_(["T1"]) & records.c.kind.in_(["installation", "settings"])
        connection.execute(records.update().where(hurt).values(revision=77))
    assert (await many.front.tell("T1", ENDS[1])).status == 200
    assert left(many, "T1") == []


async def test_one_workspace_by_its_token_is_erased_when_the_app_is_removed(
    bot: Any, front: Front
) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await bot.save(modal)
    revoked = {"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}}
    assert (await bot.slack.event(revoked)).ok
    assert bot.parts.vault.settings.get("T1") is not None, "the operator may change the token"
    assert (await bot.slack.event({"type": "app_uninstalled"})).ok
    assert bot.parts.vault.settings.get("T1") is None
    assert (await bot.slack.event({"type": "app_uninstalled"})).ok
    actions = [each.action for each in bot.parts.vault.audit.latest("T1", 9)]
    assert actions == ["workspace.erased", "settings.saved"]
    assert front.calls == []

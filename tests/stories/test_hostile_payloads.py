"""Payloads of Slack's own shape with something wrong in them: an answer, and nothing else."""

import asyncio
import copy
import itertools
import json
import random
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.pace import Pace

WRONG: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, 10**30, "", "x" * 4000, "\ud800", "\0\r\n", "<!channel>"),
    *([], [[]], [None], {}, {"": {}}, {"type": "x"}, {"value": []}, {"id": {"id": 1}}),
)
MISSING = object()
KINDS = {"command": "command", "event_callback": "event"}


@pytest.fixture
def pace() -> Pace:
    """What can't be told is given up at once."""
    return Pace(again_after=(), opens_within=(0.0,))


@pytest.fixture
async def recorded(bot: Any, mail_server: Any) -> list[dict[str, Any]]:
    """One of each payload that the bot gets, as they came in a story."""
    server = mail_server()
    modal = await bot.open_settings()
    await modal.choose("Mail provider", "Fastmail")
    await modal.changed()
    await modal.choose("Mail provider", "Other")
    await modal.changed()
    await modal.choose("Mail protocol", "SMTP with STARTTLS")
    await modal.changed()
    await modal.press("More options")
    await modal.shows("HELO name")
    await bot.fill(modal, port=server.port, username="login@example.com", password=PASSWORD)
    await modal.press("Send test message")
    await modal.shows("accepted the message")
    await modal.close()
    await modal.press("Remove password")
    await modal.changed()
    bot.clock.ahead = timedelta(seconds=1)  # or it would pass for the second click of a double one
    await bot.give_password(modal, PASSWORD)
    await modal.press("Manage SSL keys")
    await modal.shows("A client key shows")
    await modal.close()
    await bot.save(modal)
    await modal.close()
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    await bot.admin.press_message(message, "It arrived")
    await bot.admin.press_message(message, "Details")
    details = await bot.admin.modal()
    await details.shows("EHLO")
    await bot.admin.shortcut("mail_settings")
    await (await bot.admin.modal()).shows("Email notifications")
    await bot.slack.event({"type": "app_home_opened", "user": "UADMIN", "tab": "messages"})
    await idle(bot)
    found = {name_of(each): each.body for each in bot.slack.record if each.headers}
    assert len(found) > 12
    return list(found.values())


PASSWORD = "pässword-Ünsafe 17"


def name_of(entry: Any) -> str:
    body = entry.body
    action = (body.get("actions") or [{}])[0].get("action_id", "")
    view = body["view"]["callback_id"] if "view" in body else ""
    return f"{entry.what} {body.get('command', '')} {action} {view}"


async def idle(bot: Any) -> None:
    """Wait until the bot has nothing under way."""
    await bot.program._work.drain(seconds=20, grace=1)


def places(body: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value within JSON, outermost first."""
    steps = body.items() if isinstance(body, dict) else enumerate(body)
    for step, value in list(steps):
        yield (*above, step)
        if isinstance(value, dict | list):
            yield from places(value, (*above, step))


def spoilt(body: Any, place: tuple[Any, ...], wrong: Any) -> Any:
    """Return *body* with something *wrong* at *place*, or with nothing there."""
    body = copy.deepcopy(body)
    inner = body
    for step in place[:-1]:
        inner = inner[step]
    if wrong is MISSING:
        del inner[place[-1]]
    else:
        inner[place[-1]] = wrong
    return body


def kind_of(body: dict[str, Any]) -> Any:
    return "command" if "command" in body else KINDS.get(body.get("type", ""), "interactive")


@pytest.mark.proof
@pytest.mark.timeout(3600)
async def test_a_payload_with_anything_wrong_anywhere_is_answered(
    bot: Any, recorded: list[dict[str, Any]], proof: bool
) -> None:
    """What happened before decides what a payload meets, so this is a walk and no `given`."""
    seed = secrets.randbits(32) if proof else 1
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    for number in range(10_000 if proof else 300):
        body = chance.choice(recorded)
        # What stands outermost decides most, so it is not drowned by the blocks of a view.
        deep = 99 if chance.random() < 0.5 else 4
        place = chance.choice([each for each in places(body) if len(each) < deep])
        wrong = chance.choice([MISSING, *WRONG])
        if "command" in body:  # a form has texts alone
            wrong = wrong if wrong is MISSING else repr(wrong)[:100]
        case = (seed, number, place, wrong)
        before = bot.parts.vault.settings.get("T1")
        answer = await bot.slack.send_raw(spoilt(body, place, wrong), kind=kind_of(body))
        assert answer.status in {200, 400, 401, 404}, case
        assert answer.milliseconds < 3000, case
        assert "Traceback" not in answer.body, case
        await idle(bot)
        after = bot.parts.vault.settings.get("T1")
        assert after.revision - before.revision in {0, 1}, case
        bot.slack.violations.clear()  # of triggers long dead, and of views that never opened
        bot.slack.events.entries.clear()


@pytest.mark.usefixtures("recorded")
async def test_what_is_delivered_twice_is_done_once(bot: Any) -> None:
    vault = bot.parts.vault
    sent = [each for each in bot.slack.record if each.headers]
    before = (vault.settings.get("T1"), len(vault.audit.latest("T1", 100)))
    for each in sent:
        first, second = await asyncio.gather(bot.slack.replay(each), bot.slack.replay(each))
        assert first.status == second.status == 200
    await idle(bot)
    assert (vault.settings.get("T1"), len(vault.audit.latest("T1", 100))) == before
    bot.slack.violations.clear()


async def test_json_of_any_depth_is_answered(bot: Any, recorded: list[dict[str, Any]]) -> None:
    interactions = [each for each in recorded if kind_of(each) == "interactive"]
    for depth, inside in itertools.product((900, 100_000), ("state", "view", "user", "actions")):
        deep = "[" * depth + "]" * depth
        for body in interactions:
            text = json.dumps(body | {inside: "HERE"}).replace('"HERE"', deep)
            status = await post(bot, text)
            assert status in {200, 400}
    await idle(bot)
    bot.slack.violations.clear()


async def post(bot: Any, payload: str) -> int | None:
    """Send *payload*, which no JSON of ours could be, to the letter."""
    packet = bot.slack._http.pack("command", {"payload": payload})
    answer = await bot.slack._delivery.send(packet, what="deep JSON")
    assert answer.milliseconds < 3000
    assert "Traceback" not in answer.body
    return answer.status

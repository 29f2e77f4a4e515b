"""What must be true of all that people did while processes died."""

import asyncio
import re
from collections import Counter
from email import message_from_bytes
from typing import Any

from bot.slack.deeds import SAVED, TESTED
from bot.slack.mailtest.view import LEFT_BEHIND
from storage.runs import RunState
from tests.chaos.deeds import Chaos
from tests.chaos.ends import UNDER_WAY, ends

PASSWORD = "pässword-Ünsafe 17"


async def settled(chaos: Chaos) -> None:
    """Wait until everything is told, and look at all that must be true."""
    for each in chaos.asked:
        await chaos.told(each)
    async with asyncio.timeout(60):
        while not all(each.told for each in await asyncio.to_thread(_runs, chaos)):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.1)
    await asyncio.to_thread(_check_saves, chaos)
    _check_tests(chaos)
    for line in chaos.bots.log():
        for secret in (PASSWORD, "xoxb-1-bot-token", "xapp-1-app-token", "signing-secret-0123"):
            assert secret not in line, "a secret is in the log"


def _runs(chaos: Chaos) -> list[Any]:
    return list(chaos.vault.runs.newest("T1", tuple(RunState), count=10_000))


def _check_saves(chaos: Chaos) -> None:
    chaos.vault.check()
    chaos.vault.audit.verify()
    newest = chaos.vault.settings.get("T1")
    assert newest is not None
    assert newest.value.password is not None
    assert newest.value.password.value == PASSWORD
    # The first two are those of `prepare`, past the form.
    entries = [each for each in _audited(chaos) if each.action == SAVED]
    numbers = [each.detail["revision"] for each in entries]
    assert numbers == list(range(newest.revision, 2, -1))
    by = dict(zip(numbers, (each.actor for each in entries), strict=True))
    assert {each: who for each, (_, who) in chaos.saved.items()}.items() <= by.items()
    for number in numbers[:100]:  # so many are kept
        kept = chaos.vault.revisions.get("T1", str(number))
        assert kept is not None
        name = kept.value.sender_name
        assert (name, kept.changed_by) == chaos.saved.get(number, (name, by[number]))
        assert name in chaos.tried


def _audited(chaos: Chaos) -> tuple[Any, ...]:
    return chaos.vault.audit.latest("T1", 100_000)


def _check_tests(chaos: Chaos) -> None:
    told = list(ends(chaos.slack.messages("C1")))
    chaos.deeds.update(how for how, _, _ in told)
    mails = [message_from_bytes(each) for each in chaos.server.messages]
    recipients = Counter(each["To"] for each in mails)
    assert max(recipients.values()) == 1, "a mail went twice"
    assert max(Counter(each["Message-ID"] for each in mails).values()) == 1
    assert max(Counter(of for _, of, _ in told).values()) == 1, "an end was told twice"
    how = {of: each for each, of, _ in told}
    assert chaos.asked <= how.keys()
    for recipient, outcome in how.items():
        if outcome != "unknown":
            assert (recipient in recipients) == (outcome == "accepted"), (recipient, outcome)
    assert recipients.keys() <= how.keys()
    runs = _runs(chaos)
    assert len(runs) == len(told)
    assert sum(each.action == TESTED for each in _audited(chaos)) == len(runs)
    _check_left_behind(chaos, how)


def _check_left_behind(chaos: Chaos, told: dict[str, str]) -> None:
    """See that what still says that a test is under way says where its end is, too."""
    for each in chaos.slack.messages("C1"):
        of = re.search(UNDER_WAY, each.text)
        if of is not None and each.visible_to is None:
            assert LEFT_BEHIND in each.shown
            assert of[1] in told
            chaos.deeds["left behind"] += 1

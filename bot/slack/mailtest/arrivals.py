"""Whether messages arrived: recorded when somebody says so, and asked after when nobody does."""

import hmac
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from bot.slack.access import Caller, Person, Refused, Role
from bot.slack.deeds import answered
from bot.slack.mailtest.admission import Limits, TooMany
from bot.slack.mailtest.entry import ENDS
from bot.slack.mailtest.later import Arrival
from bot.slack.mailtest.run import TestRun, dump_run, load_run
from bot.slack.mailtest.sequel import Sequels
from bot.slack.mailtest.words import patience
from storage.errors import StorageError, Unavailable
from storage.runs import Run, RunState

log = structlog.get_logger(__name__)

_OPEN_FOR = timedelta(days=5)
"""How long a server may go on trying (RFC 5321 4.5.4.1), so how old a test with a code may be."""
_MOST_LOOKED_AT = 100


class NothingToConfirm(Refused):
    """There is no such test, or none whose message could arrive."""


class NotAMember(Refused):
    """Guests and strangers say nothing about this workspace's mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Writes down what people say of messages."""

    sequels: Sequels
    limits: Limits

    async def answer(
        self, person: Person, run_id: str, *, arrived: bool, response_url: str = ""
    ) -> TestRun | None:
        """Record what *person* says of a run's message, and show it; None: the run is gone.

        The last word counts; the same word again changes nothing. Raises Refused, StorageError.
        """
        if person.role not in {Role.ADMIN, Role.MEMBER}:
            raise NotAMember(
                "Guests and people of other organisations can't say whether a test message "
                "arrived. Tell a member of this workspace what you found in the inbox."
            )
        write = partial(self._write, run_id, by=person.id, arrived=arrived)
        run, _ = await self.sequels.told(run_id, write, response_url=response_url)
        return run

    async def confirm(self, caller: Caller, person: Person, code: str) -> tuple[TestRun, bool]:
        """Record that the newest message with *code* arrived; False: somebody had said so before.

        Raises Refused, StorageError.
        """
        found, known = await self.sequels.threads(self._find, caller, code)
        run = await self.answer(person, found.id, arrived=True)
        return run or load_run(found.payload), not known

    async def speak_again(self, run_id: str) -> None:
        """Speak again of a message of which nobody has said that it arrived."""
        try:
            note = partial(self._note_unanswered, run_id)
            _, done = await self.sequels.told(run_id, note)
        except Unavailable as problem:
            log.warning("a due test was not looked at yet", run=run_id, why=str(problem))
            return
        except Exception:  # one test must not keep the others from being looked at
            log.exception("a due test can't be looked at", run=run_id)
            done = True
        if done:
            with suppress(StorageError):
                await self.sequels.threads(self.sequels.vault.runs.settle, run_id)

    def _note_unanswered(self, run_id: str) -> TestRun | None:
        def note(payload: bytes) -> bytes:
            run = load_run(payload)
            if run.later.arrival is not None:
                return payload
            return dump_run(replace(run, later=replace(run.later, unanswered=True)))

        payload = self.sequels.vault.runs.change(run_id, note, at=self.sequels.clock())
        return load_run(payload) if payload is not None else None

    def _write(self, run_id: str, *, by: str, arrived: bool) -> TestRun | None:
        vault, now = self.sequels.vault, self.sequels.clock()
        written = vault.runs.get(run_id)
        if written is None:
            return None
        known = load_run(written.payload)
        if known.transcript is None or not known.wants_confirmation:
            raise NothingToConfirm(
                "No message of this test can be in an inbox, so there is nothing to confirm."
            )
        after = max(timedelta(0), now - (known.ended_at or now))
        arrival = Arrival(arrived=arrived, by=by, at=now, after=after)
        changed = False

        def change(payload: bytes) -> bytes:
            nonlocal changed
            run = load_run(payload)
            if run.later.arrival is not None and run.later.arrival.arrived == arrived:
                return payload
            changed = True
            return dump_run(replace(run, later=replace(run.later, arrival=arrival)))

        state = RunState.CONFIRMED if arrived else ENDS[known.transcript.outcome]
        payload = vault.runs.change(run_id, change, at=now, to=state)
        if changed:
            event = answered(by, arrived=arrived, seconds=int(after.total_seconds()))
            vault.audit.append(written.workspace, event, at=now)
            log.info("test answered", run=run_id, arrived=arrived)
        return load_run(payload) if payload is not None else None

    def _find(self, caller: Caller, code: str) -> tuple[Run, bool]:
        """Return the newest run with *code*, an open one first; and whether it is confirmed."""
        vault, now = self.sequels.vault, self.sequels.clock()
        wait = vault.limits.take(
            {
                f"confirm:{caller.team_id}:{caller.user_id}": self.limits.confirmations,
                f"confirm:{caller.team_id}": self.limits.confirmations_of_workspace,
            },
            now=now,
        )
        if wait is not None:
            raise TooMany(
                "That was one code too many, so it was not looked up: ten a minute are let through "
                f"for a person, so that nobody guesses codes. Please try again {patience(wait)}."
            )
        states = (RunState.ACCEPTED, RunState.UNKNOWN, RunState.CONFIRMED)
        newest = vault.runs.newest(caller.team_id, states, count=_MOST_LOOKED_AT)
        # All are compared, each in constant time: how long it takes tells nothing of other codes.
        matching = [
            each for each in newest if _matches(each, code) and each.created_at > now - _OPEN_FOR
        ]
        matching.sort(key=lambda each: each.state is RunState.CONFIRMED)
        if not matching:
            raise NothingToConfirm(
                f"Nobody in this workspace sent a test message with code {code} in the last five "
                "days, so nothing was confirmed. Look at the code again: it has four digits, and "
                "stands in the message's subject and text. A message that was sent from the "
                "command line is not known here."
            )
        return matching[0], matching[0].state is RunState.CONFIRMED


def _matches(written: Run, code: str) -> bool:
    run = load_run(written.payload)
    same = hmac.compare_digest(run.test.code.encode(), code.encode())
    return same and run.wants_confirmation

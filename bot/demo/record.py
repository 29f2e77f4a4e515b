"""What passed between the bot and the stand-in, which rules were broken, and a way to wait."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

Json = dict[str, Any]
Found = TypeVar("Found")

PATIENCE = 30.0
"""Seconds for what must come; many times what it takes, for machines that are busy."""


class RuleBroken(AssertionError):
    """The bot did what Slack does not allow; the text lists each case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was sent. `dataclasses.asdict` makes it JSON."""

    number: int
    time: float
    """Seconds since the epoch, by the stand-in's clock."""
    by_bot: bool
    what: str
    """A Web API method, `response_url`, `command`, `block_actions`, `answer to ...`, `note`."""
    body: Any
    """What was sent, parsed where it could be."""
    raw: str
    """What was sent, as it went over the wire."""
    headers: dict[str, str] = field(default_factory=dict)
    """Of a request to the bot: what `StandIn.replay` needs."""
    status: int | None = None
    """Of an answer: the HTTP status; None where none came."""


class Record:
    """Everything sent and received, in order, and the list of broken rules."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self.entries: list[Entry] = []
        self.violations: list[str] = []
        self.changes = 0
        """Counts what changed on any screen."""
        self._clock = clock
        self._waiting: set[asyncio.Future[None]] = set()

    def add(
        self,
        what: str,
        body: object,
        *,
        by_bot: bool,
        raw: str | None = None,
        headers: dict[str, str] | None = None,
        status: int | None = None,
    ) -> Entry:
        """Write down one thing that was sent, and wake whoever waits for a change."""
        entry = Entry(
            number=len(self.entries),
            time=self._clock(),
            by_bot=by_bot,
            what=what,
            body=body,
            raw=json.dumps(body, ensure_ascii=False) if raw is None else raw,
            headers=headers or {},
            status=status,
        )
        self.entries.append(entry)
        self.tell()
        return entry

    def violate(self, sentence: str) -> None:
        """Note that the bot broke a rule of Slack."""
        self.violations.append(sentence)
        self.add("violation", sentence, by_bot=False)

    def check(self) -> None:
        """Raise RuleBroken when there was any violation."""
        if self.violations:
            raise RuleBroken("The bot broke Slack's rules:\n- " + "\n- ".join(self.violations))

    def forgive(self, containing: str) -> None:
        """Drop the violations that say *containing*; raise AssertionError when none does."""
        kept = [each for each in self.violations if containing not in each]
        if len(kept) == len(self.violations):
            raise AssertionError(f"No violation says {containing!r}: {self.violations}")
        self.violations[:] = kept

    def sent_by_bot(self) -> list[str]:
        """Return the text of all that the bot sent: the raw bodies, then each string in them.

        A form or JSON may write a character in another way; the strings are as people read them.
        """
        return ["\n".join([each.raw, *strings(each.body)]) for each in self.entries if each.by_bot]

    def tell(self) -> None:
        """Wake everybody who waits: something changed."""
        self.changes += 1
        for each in self._waiting:
            if not each.done():
                each.set_result(None)
        self._waiting.clear()

    def next_change(self) -> asyncio.Future[None]:
        """Return what is done as soon as something changes."""
        change: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(change)
        return change

    async def until(
        self, find: Callable[[], Found | None], *, what: str, patience: float = PATIENCE
    ) -> Found:
        """Return what *find* returns once that is not None.

        Raises TimeoutError after *patience* seconds, saying *what* was waited for.
        """
        try:
            async with asyncio.timeout(patience):
                while (found := find()) is None:
                    await self.next_change()
                return found
        except TimeoutError:
            last = "; ".join(f"{each.what} {each.raw[:200]}" for each in self.entries[-4:])
            raise TimeoutError(
                f"Waited {patience} s for {what}. Broken rules: {self.violations}. Last: {last}"
            ) from None


def strings(body: object) -> Iterator[str]:
    """Yield every string within JSON *body*, also within JSON that is written in a string."""
    match body:
        case dict():
            for key, value in body.items():
                yield str(key)
                yield from strings(value)
        case list():
            for value in body:
                yield from strings(value)
        case str():
            yield body
            if body[:1] in ("{", "["):
                try:
                    yield from strings(json.loads(body))
                except ValueError:
                    return


def parsed(raw: str) -> Json | None:
    """Return a JSON object, or None where *raw* is none."""
    try:
        body = json.loads(raw)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None

"""Keeps a conversation's record as it happens, and each stage within its time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.smtp.transcript import Line, Reply, Stage, Step, Watch
from bot.smtp.wire import ConversationEnded


class Journal:
    """The record of one conversation. Every line of it is safe to show to an admin."""

    def __init__(self, *, watch: Watch, seconds: float) -> None:
        self.steps: list[Step] = []
        self.lines: list[Line] = []
        self.stage = Stage.SETTINGS
        self._watch = watch
        self._start = self._stage_start = time.perf_counter()
        self._end = asyncio.get_running_loop().time() + seconds

    @property
    def milliseconds(self) -> float:
        """Since the start of the conversation."""
        return (time.perf_counter() - self._start) * 1000

    def until(self, seconds: float) -> float:
        """Return the loop's time in *seconds*, or when all must be over, whichever is first."""
        return min(asyncio.get_running_loop().time() + seconds, self._end)

    @asynccontextmanager
    async def during(self, stage: Stage, *, seconds: float) -> AsyncIterator[None]:
        """Give *stage* its time. Its body calls `passed`; how else it may end is noted here.

        Raises ConversationEnded.
        """
        self.stage = stage
        self._stage_start = time.perf_counter()
        until = self.until(seconds)
        try:
            async with asyncio.timeout_at(until):
                yield
        except TimeoutError:
            end = _timed_out(in_all=until == self._end, seconds=seconds)
            self._note(end.text, ok=False)
            raise end from None
        except ConversationEnded as end:
            self._note(line_of(end.reply) if end.reply else end.text, ok=False)
            raise

    def passed(self, line: str) -> None:
        """Note that the stage ended well."""
        self._note(line, ok=True)

    def sent(self, text: str) -> None:
        """Note a line of ours, without credentials."""
        self.lines.append(Line(sent=True, text=text, milliseconds=self.milliseconds))

    def received(self, text: str) -> None:
        """Note a line of the server's, without credentials."""
        self.lines.append(Line(sent=False, text=text, milliseconds=self.milliseconds))

    def _note(self, line: str, *, ok: bool) -> None:
        elapsed = (time.perf_counter() - self._stage_start) * 1000
        step = Step(stage=self.stage, milliseconds=elapsed, line=line, ok=ok)
        self.steps.append(step)
        self._watch(step)


def line_of(reply: Reply) -> str:
    """Write *reply* in one line: its codes and the beginning of its text."""
    first = reply.text.partition("\n")[0]
    return " ".join(str(each) for each in (reply.code, reply.enhanced, first) if each)


def _timed_out(*, in_all: bool, seconds: float) -> ConversationEnded:
    if in_all:
        return ConversationEnded("total-timeout", "The time for the whole test was over.")
    return ConversationEnded("stage-timeout", f"Not done within {seconds:g} seconds.")

"""Looks further once a test has ended: what would cure it, and what the From domain publishes.

The test's own result is shown before; what is found is added to it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.sending import Service
from bot.slack.mailtest.later import Later
from bot.slack.mailtest.run import TestRun
from bot.slack.mailtest.sequel import Sequels
from bot.smtp.network import Network
from bot.smtp.papers import papers
from bot.smtp.remedy import remedy
from bot.smtp.survey import survey
from bot.smtp.transcript import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Asks mail servers and name servers for what an ended test leaves open."""

    network: Network
    sequels: Sequels

    async def add(self, run_id: str, run: TestRun, service: Service) -> None:
        """Look further for a *run* that has ended, and show what is found. Raises StorageError."""
        found = await self._look(run, service)
        if found != Later():
            await self.sequels.add(run_id, _with(found))

    async def _look(self, run: TestRun, service: Service) -> Later:
        transcript, server = run.transcript, service.server
        if transcript is None:
            return Later()
        if transcript.outcome is Outcome.ACCEPTED:
            published = await papers(
                service.from_address,
                transcript=transcript,
                network=self.network,
                provider=server.provider,
            )
            return Later(papers=published)
        if not service.own or run.diagnosis is None:
            return Later()
        found = await survey(server, transcript, network=self.network, sender=service.from_address)
        return Later(survey=found, remedy=remedy(server, transcript, run.diagnosis, found))


def _with(found: Later) -> Callable[[TestRun], TestRun]:
    def change(run: TestRun) -> TestRun:
        later = replace(run.later, survey=found.survey, remedy=found.remedy, papers=found.papers)
        return replace(run, later=later)

    return change

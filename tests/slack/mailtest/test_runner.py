"""Tests begun and seen through: once for one request, told after a restart, found by their own."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config
from bot.demo.slack import StandIn
from bot.slack.access import Caller, Person, Role
from bot.slack.api import SlackAPI
from bot.slack.mailtest.admission import Limits, NotAllowed, TooMany
from bot.slack.mailtest.command import Request
from bot.slack.mailtest.findings import Findings
from bot.slack.mailtest.run import TestRun, dump_run
from bot.slack.mailtest.runner import Runner, Spot
from bot.slack.mailtest.sequel import Sequels
from bot.slack.mailtest.view import Content, Test, view_of
from bot.slack.metrics import Metrics
from bot.slack.words import section
from bot.slack.work import Threads, Work
from bot.smtp.certificates import client_context
from bot.smtp.lookup import Resolver
from bot.smtp.network import Network
from bot.smtp.settings import MailSettings
from bot.smtp.transcript import Transcript
from bot.vault import Vault
from storage.runs import Run, RunState

TestOf = Callable[..., Test]


@pytest.fixture
async def runner(
    api: SlackAPI, vault: Vault, config: Config, clock: Any, tmp_path: Path
) -> AsyncIterator[Runner]:
    """A runner in a world without mail servers."""
    hosts = tmp_path / "hosts"
    hosts.touch()
    threads = Threads(2)
    network = Network(
        resolver=Resolver(hosts_file=hosts, nameservers=("127.0.0.1",), port=9),
        policy=config.policy,
        tls=client_context(),
    )
    sequels = Sequels(slack=api, threads=threads, vault=vault, clock=clock)
    runner = Runner(
        slack=api,
        threads=threads,
        work=Work(),
        vault=vault,
        config=config,
        network=network,
        limits=Limits(),
        clock=clock,
        metrics=Metrics(),
        workspace_name="Acme",
        findings=Findings(network=network, sequels=sequels),
    )
    yield runner
    await runner.work.drain(seconds=10, grace=1)
    threads.close()


@pytest.fixture
def write(vault: Vault, clock: Any) -> Callable[..., Run]:
    """Write a run down as a program did that ended in the given state."""

    def put(run: TestRun, state: RunState) -> Run:
        written = vault.runs.add("T1", dump_run(run), at=clock())
        vault.runs.advance(
            written.id, expect=RunState.QUEUED, to=state, at=clock(), payload=dump_run(run)
        )
        found = vault.runs.get(written.id)
        assert found is not None
        return found

    return put


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (RunState.QUEUED, "was interrupted"),
        (RunState.RUNNING, "was interrupted"),
        (RunState.SENDING, "may have accepted the message"),
    ],
)
async def test_what_a_crash_cut_off_is_told_in_the_message_that_showed_it(
    runner: Runner,
    slack: StandIn,
    api: SlackAPI,
    test_of: TestOf,
    write: Callable[..., Run],
    state: RunState,
    told: str,
) -> None:
    ts = await api.post("C1", "Testing", [section("Testing ...")])
    written = write(TestRun(test=test_of(), channel="C1", ts=ts), state)
    runner.recover(await runner.untold())
    message = await slack.message("C1", containing=told)
    assert message.ts == ts
    await runner.work.drain(seconds=10, grace=1)
    assert await runner.untold() == ()
    [entry] = runner.vault.audit.latest("T1", 10)
    assert entry.detail["outcome"] == ("unknown" if state is RunState.SENDING else "failed")
    found = runner.vault.runs.get(written.id)
    assert found is not None
    assert found.state in {RunState.FAILED, RunState.UNKNOWN}


async def test_an_end_that_nobody_was_told_is_told_once_and_written_down_once(
    runner: Runner,
    slack: StandIn,
    clock: Any,
    test_of: TestOf,
    transcript_of: Callable[..., Transcript],
    write: Callable[..., Run],
) -> None:
    run = TestRun(test=test_of(), channel="C1").ended(transcript_of(), None, clock())
    write(run, RunState.ACCEPTED)
    runner.recover(await runner.untold())
    await slack.message("C1", containing="accepted the message")
    await runner.work.drain(seconds=10, grace=1)
    assert await runner.untold() == ()
    assert runner.vault.audit.latest("T1", 10) == ()


async def test_what_was_shown_in_a_view_is_told_there(
    runner: Runner, api: SlackAPI, tickets: Any, test_of: TestOf, write: Callable[..., Run]
) -> None:
    testing = view_of(Content(text="", blocks=[section("Testing ...")]))
    view_id = await api.open_view(tickets.trigger(), testing)
    write(TestRun(test=test_of(from_form=True), view_id=view_id), RunState.RUNNING)
    runner.recover(await runner.untold())
    await runner.work.drain(seconds=10, grace=1)
    assert "was interrupted" in tickets.shown(view_id)
    assert "Details, for admins" in tickets.shown(view_id)


ANA = Person(id="UADMIN", name="ana", email="ana@acme.example", role=Role.ADMIN)
REQUEST = Request(recipient="bob@example.com")


@pytest.fixture
def spot(tickets: Any) -> Spot:
    return Spot(id="C1", name="general", response_url=tickets.response_url())


async def test_the_same_request_delivered_again_is_done_once(
    runner: Runner, slack: StandIn, caller: Caller, spot: Spot
) -> None:
    for _ in range(2):
        await runner.start_in_channel(caller, ANA, REQUEST, spot=spot, key="command:1.2")
    await slack.message("C1", containing="Not possible")
    await runner.work.drain(seconds=10, grace=1)
    assert len(slack.messages("C1")) == 1
    assert spot.response_url not in repr(spot)


async def test_a_test_too_many_is_refused_before_anything_is_shown(
    runner: Runner, slack: StandIn, caller: Caller, spot: Spot
) -> None:
    for number in range(5):
        await runner.start_in_channel(caller, ANA, REQUEST, spot=spot, key=f"command:{number}")
    with pytest.raises(TooMany):
        await runner.start_in_channel(caller, ANA, REQUEST, spot=spot, key="command:6")
    await runner.work.drain(seconds=10, grace=1)
    assert len(slack.messages("C1")) == 5


async def test_a_test_is_found_by_its_own_workspace_alone(
    runner: Runner, caller: Caller, test_of: TestOf, write: Callable[..., Run]
) -> None:
    written = write(TestRun(test=test_of()), RunState.RUNNING)
    assert (await runner.find(caller, written.id)).test == test_of()
    for who, run_id in ((replace(caller, team_id="T2"), written.id), (caller, "never")):
        with pytest.raises(NotAllowed) as refused:
            await runner.find(who, run_id)
        assert "older than thirty days" in str(refused.value)


async def test_what_the_operator_forbids_is_refused_before_a_packet_is_sent(
    runner: Runner, slack: StandIn, caller: Caller, spot: Spot, clock: Any
) -> None:
    settings = MailSettings(
        host="mail.example.com", port=22, anonymous=True, from_address="a@a.example"
    )
    runner.vault.settings.put("T1", settings, revision=0, by="UADMIN", at=clock())
    await runner.start_in_channel(caller, ANA, REQUEST, spot=spot, key="")
    message = await slack.message("C1", containing="Not possible")
    assert "port 22" in message.shown
    assert message.buttons == ["Fix settings", "Test again", "Details"]

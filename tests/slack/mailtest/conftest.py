"""Tests as they end, ordinary and arbitrary; replicas that see them through."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from bot.config import Config
from bot.slack.acting import Act
from bot.slack.api import SlackAPI
from bot.slack.mailtest.admission import Limits
from bot.slack.mailtest.arrivals import Arrivals
from bot.slack.mailtest.duty import Duty
from bot.slack.mailtest.findings import Findings
from bot.slack.mailtest.leases import Leases
from bot.slack.mailtest.run import TestRun, dump_run
from bot.slack.mailtest.runner import Runner
from bot.slack.mailtest.sequel import Sequels
from bot.slack.mailtest.view import Test
from bot.slack.metrics import Metrics
from bot.slack.work import Threads, Work
from bot.smtp.certificates import client_context
from bot.smtp.lookup import Resolver
from bot.smtp.network import Network
from bot.smtp.transcript import (
    Certificate,
    Failure,
    Line,
    Outcome,
    Reply,
    Stage,
    Step,
    TLSFacts,
    Transcript,
)
from bot.vault import Vault
from storage.runs import Run, RunState

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
CAUSES = (
    "reply",
    "dns-nxdomain",
    "tcp-timeout",
    "tls-expired",
    "starttls-missing",
    "not-configured",
    "default-withdrawn",
    "interrupted",
    "reply-lost",
    "port-refused",
    "something newer",
)


@pytest.fixture(scope="session")
def test_of() -> Any:
    """Make a test; *changes* are its fields."""

    def make(**changes: Any) -> Test:
        values: dict[str, Any] = {
            "team_id": "T1",
            "asked_by": "UADMIN",
            "recipient": "bob@example.com",
            "send": True,
            "code": "4821",
            "server": "mail.example.com:587",
            "revision": 3,
        }
        return Test(**(values | changes))

    return make


@pytest.fixture(scope="session")
def transcript_of() -> Any:
    """Make a transcript of an accepted message; *changes* are its fields."""
    certificate = Certificate(
        subject="CN=mail.example.com",
        names=("mail.example.com", "*.example.com"),
        issuer="CN=Authority",
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_after=datetime(2027, 3, 5, tzinfo=UTC),
        sha256="ab:cd",
    )
    steps = (
        Step(stage=Stage.LOOKUP, milliseconds=0.4, line="192.0.2.1"),
        Step(stage=Stage.CONNECTION, milliseconds=12, line="192.0.2.1, port 587"),
        Step(stage=Stage.TLS, milliseconds=31.2, line="TLSv1.3"),
        Step(stage=Stage.ACCEPTED, milliseconds=10_500, line="250 2.0.0 queued as 4F1"),
    )
    values: dict[str, Any] = {
        "outcome": Outcome.ACCEPTED,
        "host": "mail.example.com",
        "port": 587,
        "steps": steps,
        "lines": (
            Line(sent=False, text="220 mail.example.com ready", milliseconds=12),
            Line(sent=True, text="EHLO example.com", milliseconds=12.4),
        ),
        "tls": TLSFacts(version="TLSv1.3", cipher="A", chain=(certificate,), verified=True),
        "address": "192.0.2.1",
        "mechanism": "PLAIN",
        "queue_id": "4F1",
        "message_id": "<1@example.com>",
        "reply": Reply(code=250, enhanced="2.0.0", text="queued as 4F1"),
        "milliseconds": 840,
    }

    def make(**changes: Any) -> Transcript:
        return Transcript(**(values | changes))

    return make


@pytest.fixture(scope="session")
def any_transcript(any_text: SearchStrategy[str]) -> SearchStrategy[Transcript]:
    """Whatever a conversation can leave behind, and more: a stranger wrote every text in it."""
    maybe = st.none() | any_text
    times = st.floats(0, 70_000)
    stages = st.sampled_from(Stage)
    replies = st.builds(
        Reply,
        code=st.integers(200, 599),
        enhanced=st.sampled_from([None, "5.7.8", "4.2.1"]),
        text=any_text,
    )
    steps = st.builds(Step, stage=stages, milliseconds=times, line=any_text, ok=st.booleans())
    certificates = st.builds(
        Certificate,
        subject=any_text,
        names=st.lists(any_text, max_size=3).map(tuple),
        issuer=any_text,
        not_before=st.just(AT),
        not_after=st.just(AT),
        sha256=any_text,
    )
    facts = st.builds(
        TLSFacts,
        version=st.sampled_from([None, "TLSv1.3"]),  # in OpenSSL's words, not the server's
        cipher=st.sampled_from([None, "TLS_AES_256_GCM_SHA384"]),
        chain=st.lists(certificates, max_size=2).map(tuple),
        verified=st.booleans(),
    )
    lines = st.builds(Line, sent=st.booleans(), text=any_text, milliseconds=times)
    failures = st.builds(
        Failure,
        stage=stages,
        cause=st.sampled_from(CAUSES),
        reply=st.none() | replies,
        text=any_text,
    )
    return st.builds(
        Transcript,
        outcome=st.sampled_from(Outcome),
        host=st.sampled_from(["mail.example.com", ""]),
        port=st.integers(0, 65535),
        steps=st.lists(steps, max_size=11).map(tuple),
        failure=st.none() | failures,
        lines=st.lists(lines, max_size=5).map(tuple),
        tls=st.none() | facts,
        address=maybe,
        greeting=any_text,
        mechanism=maybe,
        queue_id=maybe,
        message_id=maybe,
        reply=st.none() | replies,
        milliseconds=times,
        sent=st.booleans(),
    )


@pytest.fixture
async def replica(
    api: SlackAPI, vault: Vault, config: Config, clock: Any, act: Act, tmp_path: Path
) -> AsyncIterator[Callable[..., Duty]]:
    """Make replicas on one vault, in a world without mail servers."""
    hosts = tmp_path / "hosts"
    hosts.touch()
    network = Network(
        resolver=Resolver(hosts_file=hosts, nameservers=("127.0.0.1",), port=9),
        policy=config.policy,
        tls=client_context(),
    )
    made: list[Runner] = []

    def make(*, shared: bool = True) -> Duty:
        threads = Threads(2)
        sequels = Sequels(slack=api, threads=threads, vault=vault, clock=clock, act=act)
        runner = Runner(
            slack=api,
            threads=threads,
            noting=threads,
            work=Work(),
            vault=vault,
            config=config,
            network=network,
            limits=Limits(),
            clock=clock,
            workspace_name=lambda: "Acme",
            act=act,
            findings=Findings(network=network, sequels=sequels),
            metrics=Metrics(),
            leases=Leases(runs=vault.runs, threads=threads, clock=clock, pace=api.pace),
        )
        made.append(runner)
        arrivals = Arrivals(sequels=sequels, limits=Limits())
        return Duty(runner=runner, arrivals=arrivals, shared=shared)

    yield make
    for each in made:
        await each.work.drain(seconds=10, grace=1)
        each.threads.close()


@pytest.fixture
def runner(replica: Callable[..., Duty]) -> Runner:
    return replica(shared=False).runner


@pytest.fixture
def write(vault: Vault, clock: Any) -> Callable[..., Run]:
    """Write a run down as a program did that ended in the given state."""

    def put(run: TestRun, state: RunState, *, owner: str = "dead") -> Run:
        payload = dump_run(run)
        lease = timedelta(seconds=20)
        written = vault.runs.add("T1", payload, at=clock(), owner=owner, lease=lease)
        vault.runs.advance(
            written.id, expect=RunState.QUEUED, to=state, at=clock(), payload=payload
        )
        found = vault.runs.get(written.id)
        assert found is not None
        return found

    return put

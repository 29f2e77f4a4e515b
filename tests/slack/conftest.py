"""The shell's surroundings: the stand-in for Slack, a real vault, a clock, arbitrary values."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from slack_sdk.models.views import View
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot import config as environment
from bot.config import Config
from bot.demo.block_kit import problems, too_large
from bot.demo.drawing import visible_text
from bot.demo.slack import StandIn
from bot.slack.access import Caller
from bot.slack.acting import Act
from bot.slack.api import SlackAPI
from bot.slack.metrics import Metrics
from bot.slack.pace import Pace
from bot.slack.settings.form import BOXES, CHOICES, TEXTS, Form
from bot.smtp.pasted import split_server
from bot.smtp.providers import PROVIDERS
from bot.smtp.settings import Configuration, TestPolicy, TLSMode
from bot.smtp.ssl_keys import NO_KEY
from bot.vault import Vault, open_vault

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-1-bot-token", "xapp-1-app-token", "signing-secret-0123"


@dataclass
class Clock:
    """A clock that stands still until a test sets it forward."""

    now: datetime = field(default=datetime(2026, 5, 3, 10, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_config(tmp_path: Path) -> Callable[..., Config]:
    """Read a configuration out of an environment with some variables more."""

    def make(**variables: str) -> Config:
        given = {"MAILSETTINGS_DATA_DIR": str(tmp_path / "data"), "HOME": str(tmp_path)}
        return environment.read(given | variables, for_slack=False)

    return make


@pytest.fixture
def config(make_config: Callable[..., Config]) -> Config:
    return make_config()


@pytest.fixture
def vault(config: Config) -> Iterator[Vault]:
    vault = open_vault(config, announce=lambda _text: None)
    yield vault
    vault.close()


@pytest.fixture
def caller() -> Caller:
    return Caller(team_id="T1", user_id="UADMIN", home_team_id="T1")


@pytest.fixture
async def slack() -> AsyncIterator[StandIn]:
    stand_in = await StandIn.start(
        signing_secret=SIGNING_SECRET, bot_token=BOT_TOKEN, app_token=APP_TOKEN
    )
    yield stand_in
    await stand_in.stop()
    stand_in.check()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def pace() -> Pace:
    """Slack's, but without the long waits between attempts."""
    return Pace(
        again_after=(0.0, 0.0), opens_within=(0.0, 0.0), edit_every=0.01, identify_within=0.2
    )


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def api(slack: StandIn, session: aiohttp.ClientSession, pace: Pace, metrics: Metrics) -> SlackAPI:
    return SlackAPI(
        session, token=lambda: BOT_TOKEN, api_url=slack.api_url, pace=pace, metrics=metrics
    )


@pytest.fixture
def act() -> Act:
    """Act for whatever workspace: the token of `api` is always the same."""

    async def act(_workspace: str) -> None:
        pass

    return act


@pytest.fixture(scope="session")
def assert_view() -> Callable[[dict[str, Any]], None]:
    """Fail for a view that Slack would refuse, by our rules or by those of Slack's own SDK."""

    def check(view: dict[str, Any]) -> None:
        assert problems(view, "modal") == []
        assert not too_large(view)
        View(**view).validate_json()

    return check


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """What is kept of a view beside the test, as JSON."""
    return snapshot.use_extension(JSONSnapshotExtension)


NASTY = st.sampled_from(
    [
        "<!channel>",
        "<@U1>",
        "<https://evil.example|click>",
        "`code` *bold* _it_ ~no~",
        "\u202egnp.exe",
        "\x1b[31mred",
        "&lt;!here&gt;",
        "\N{ZERO WIDTH SPACE}",
        "&" * 300,
        "",
    ]
)


@pytest.fixture(scope="session")
def any_text() -> SearchStrategy[str]:
    """Text as a stranger writes it, now and then far too much of it."""
    much = st.builds(lambda piece: (piece * 65536)[:65536], st.text(min_size=1, max_size=8))
    return st.one_of(st.text(), NASTY, st.builds("".join, st.lists(NASTY, max_size=5)), much)


@pytest.fixture(scope="session")
def any_form() -> SearchStrategy[Form]:
    """Forms with arbitrary values, as long as a field takes them."""
    texts = st.one_of(st.text(max_size=300), NASTY)
    hosts = texts.filter(lambda text: split_server(text).host == text.strip())
    values: dict[str, SearchStrategy[Any]] = dict.fromkeys(TEXTS, texts)
    values |= dict.fromkeys(BOXES, st.booleans())
    values["host"] = hosts
    values["port"] = st.integers(1, 65535).map(str)
    key_ids = (NO_KEY, "00ff00ff00ff00ff")
    choices = (Configuration, PROVIDERS, TLSMode, key_ids, TestPolicy)
    for name, offered in zip(CHOICES, choices, strict=True):
        values[name] = st.sampled_from([str(each) for each in offered])
    names = st.sampled_from(sorted(values))
    return st.builds(
        Form,
        id=st.just("UADMIN-x"),
        revision=st.integers(0, 9),
        values=st.fixed_dictionaries(values),
        numbers=st.dictionaries(names, st.integers(0, 9)),
        more=st.booleans(),
        password_removed=st.booleans(),
        complaints=st.dictionaries(names, st.text(min_size=1, max_size=200), max_size=4),
        notice=st.sampled_from(["", "A sentence with a <@U1>."]),
    )


@dataclass
class Tickets:
    """What Slack hands out with a command or a click."""

    slack: StandIn

    def response_url(self, user: str = "UADMIN", channel: str = "C1") -> str:
        permits = self.slack._delivery.permits
        return self.slack._delivery.origin + permits.response_url(user, channel)

    def trigger(self, user: str = "UADMIN", *, view_id: str = "") -> str:
        """Hand out a trigger id, of a click in the modal *view_id* if one is given."""
        views = self.slack._delivery.views
        stack = views.find(view_id=view_id, external_id=None).stack if view_id else None
        return self.slack._delivery.permits.trigger(user, stack=stack)

    def shown(self, view_id: str) -> str:
        """Return what can be read in a view."""
        view = self.slack._delivery.views.find(view_id=view_id, external_id=None)
        return visible_text(view.definition["blocks"])


@pytest.fixture
def tickets(slack: StandIn) -> Tickets:
    return Tickets(slack)
